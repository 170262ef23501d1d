import { useRouter } from 'vue-router';
import type { Role, Session } from '../session/use-session.js';

export interface Destination {
  /** Its name in the catalogue, under `nav`. */
  readonly name:
    | 'today'
    | 'coverage'
    | 'bulletins'
    | 'items'
    | 'drafts'
    | 'schedule'
    | 'approvals'
    | 'alerts'
    | 'stop'
    | 'accounts'
    | 'audit';
  readonly path: string;
  /** Who has business there; nobody named: anybody who may read. */
  readonly roles?: readonly Role[];
  /** Seen to now and then: it stands in the menu of whoever is logged in, not in the bar. */
  readonly rare?: true;
}

/** Where one may go, in the order of a day's work. */
const destinations: readonly Destination[] = [
  { name: 'today', path: '/today' },
  { name: 'coverage', path: '/coverage' },
  { name: 'bulletins', path: '/bulletins', roles: ['editor'] },
  { name: 'items', path: '/items', roles: ['editor', 'approver'] },
  { name: 'drafts', path: '/drafts', roles: ['editor', 'approver'] },
  { name: 'schedule', path: '/schedule', roles: ['editor', 'approver', 'officer'] },
  { name: 'approvals', path: '/approvals', roles: ['approver'] },
  { name: 'alerts', path: '/alerts', roles: ['editor', 'approver', 'officer'] },
  { name: 'stop', path: '/stop', roles: ['editor', 'approver', 'officer'] },
  { name: 'accounts', path: '/accounts', roles: ['administrator'], rare: true },
  { name: 'audit', path: '/audit', roles: ['administrator', 'officer'], rare: true },
];

/** The destinations that there are pages for and that somebody has business at. */
export const useNavigation = ({ can }: Session): (() => Destination[]) => {
  const router = useRouter();
  const reached = destinations.filter(({ path }) => router.resolve(path).name !== undefined);
  return () => reached.filter(({ roles }) => !roles || roles.some(can));
};

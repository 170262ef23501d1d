import type {
  CampaignView,
  DraftSummary,
  DraftVersionView,
  DraftView,
  SavedDraftView,
} from '@xiaolaba/gateway/contract';
import type { Release } from '@xiaolaba/protocol';
import { get, send } from '../api/client.js';

const address = (id: string) => `/api/drafts/${encodeURIComponent(id)}`;

interface Envelope {
  readonly payload: string;
}

export const draftApi = {
  list: () => get<DraftSummary[]>('/api/drafts'),
  campaigns: () => get<CampaignView[]>('/api/campaigns'),
  one: (id: string) => get<DraftView>(address(id)),
  versions: (id: string) => get<DraftVersionView[]>(`${address(id)}/versions`),
  /** Only if it still is the version that was looked at. */
  submit: (id: string, version: number) =>
    send<SavedDraftView>('POST', `${address(id)}/submit`, undefined, { headers: { 'if-match': `"${version}"` } }),
  reject: (id: string, reason: string) => send<DraftView>('POST', `${address(id)}/reject`, { reason }),
  withdraw: (id: string) => send<DraftView>('POST', `${address(id)}/withdraw`),
  /** What came of a campaign when it was frozen, with its sounds; nothing where it never was. */
  rendered: async ({ candidates, releases }: CampaignView): Promise<Release | undefined> => {
    const [waiting] = candidates;
    if (waiting) return await get<Release>(`/api/candidates/${waiting.sha256}`);
    const [standing] = releases;
    if (!standing) return undefined;
    const { payload } = await get<Envelope>(`/blobs/${standing.sha256}`);
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Release;
  },
};
export type DraftApi = typeof draftApi;

import type { AccountView, AuditEntry, AuditVerdict, LinkView, PersonView } from '@xiaolaba/gateway/contract';
import { get, send } from '../api/client.js';
import type { Role } from '../session/use-session.js';

export interface NewAccount {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
}
export type AccountChange = Partial<Pick<AccountView, 'name' | 'roles' | 'state'>>;
export interface AuditQuery {
  readonly before?: number;
  readonly who?: string;
  readonly action?: string;
}

const accountPath = (id: string): string => `/api/accounts/${encodeURIComponent(id)}`;

/** What administrators see to, and what officers look up. */
export const accountsApi = {
  all: () => get<AccountView[]>('/api/accounts'),
  people: () => get<PersonView[]>('/api/people'),
  make: (body: NewAccount) => send<LinkView & { account: AccountView }>('POST', '/api/accounts', body),
  change: (id: string, body: AccountChange) => send<AccountView>('PATCH', accountPath(id), body),
  endSessions: (id: string) => send<undefined>('DELETE', `${accountPath(id)}/sessions`),
  makeLink: (login: string, withoutTotp: boolean) => send<LinkView>('POST', '/api/links', { login, withoutTotp }),
  audit: (query: AuditQuery, limit: number) => {
    const given = Object.entries({ ...query, limit }).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    );
    return get<AuditEntry[]>(`/api/audit?${new URLSearchParams(given)}`);
  },
  verifyAudit: () => get<AuditVerdict>('/api/audit/verdict'),
};

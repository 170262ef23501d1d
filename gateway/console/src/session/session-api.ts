import type { LinkFor, RecoveryCodes, SessionView, TotpOffer, Who } from '@xiaolaba/gateway/contract';
import { get, send } from '../api/client.js';

export interface LogIn {
  readonly login: string;
  readonly password: string;
  readonly code?: string;
}
export interface LinkUse {
  readonly secret: string;
  readonly password: string;
  /** The first administrator names themselves. */
  readonly first?: { readonly login: string; readonly name: string };
}
export type Proof = { readonly password: string } | { readonly code: string };

/** Logging in, and what somebody sees to for themselves. */
export const sessionApi = {
  who: () => get<Who>('/api/session'),
  logIn: (body: LogIn) => send<Who>('POST', '/api/session', body),
  logOut: () => send<undefined>('DELETE', '/api/session'),
  confirm: (proof: Proof) => send<{ confirmedUntil: number }>('POST', '/api/session/confirm', proof),
  sessions: () => get<SessionView[]>('/api/sessions'),
  endSession: (id: string) => send<undefined>('DELETE', `/api/sessions/${encodeURIComponent(id)}`),
  endSessions: () => send<undefined>('DELETE', '/api/sessions'),
  changePassword: (body: { current: string; next: string }) => send<undefined>('POST', '/api/session/password', body),
  offerCodes: () => send<TotpOffer>('POST', '/api/session/totp'),
  enrolCodes: (code: string) => send<RecoveryCodes>('POST', '/api/session/totp/confirm', { code }),
  removeCodes: () => send<undefined>('DELETE', '/api/session/totp'),
  lookAtLink: (secret: string) => send<LinkFor>('POST', '/api/links/look', { secret }),
  useLink: (body: LinkUse) => send<Who>('POST', '/api/links/use', body),
};
export type SessionApi = typeof sessionApi;

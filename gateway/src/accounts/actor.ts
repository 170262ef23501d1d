import type { Role } from './roles.js';

/** A person at the gateway. */
export interface Account {
  readonly id: string;
  /** What they log in with. */
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly state: 'active' | 'disabled';
  /** Whether they have set a password; before that they have a one-time link only. */
  readonly ready: boolean;
  /** Whether logging in asks for a code. */
  readonly totp: boolean;
  readonly createdAt: number;
}

/** A log-in that goes on. */
export interface Session {
  /** Names it in lists; no secret. */
  readonly id: string;
  readonly account: string;
  readonly createdAt: number;
  readonly seenAt: number;
  /** When the person last showed that it is them. */
  readonly confirmedAt: number;
  /** When it is over if nothing more is done with it. */
  readonly endsAt: number;
  readonly address: string;
  readonly agent: string;
}

/** Who asks: a person by a session, this machine by its token, or a device by its secret. */
export type Actor =
  | { readonly kind: 'account'; readonly account: Account; readonly session: Session }
  | { readonly kind: 'machine' }
  | { readonly kind: 'device'; readonly device: string };

/** As the audit log names them. */
export function actorName(actor: Actor | undefined): string {
  if (!actor) return 'nobody';
  if (actor.kind === 'machine') return 'machine';
  return actor.kind === 'device' ? `device/${actor.device}` : `account/${actor.account.id}`;
}

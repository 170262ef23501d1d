import { timingSafeEqual } from 'node:crypto';
import { bugError, callerError } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What a route spreads into its options to ask for the token. */
export interface TokenCheck {
  readonly onRequest: (request: FastifyRequest) => Promise<void>;
}

/**
 * Lets only the local administrator's bearer token through; asked before a body is read. @throws XiaolabaError `unauthorised`
 */
export function requireToken(token: string): TokenCheck {
  const wanted = Buffer.from(sha256(Buffer.from(token)));
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(Buffer.from(sha256(Buffer.from(given))), wanted))
      throw callerError('unauthorised', 'a bearer token is needed');
  };
  return { onRequest };
}

/** What somebody may do at the gateway; an administrator sees to accounts and keys, and may do the rest too, but approve. */
export const roles = ['editor', 'approver', 'technician', 'officer', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** Who may use a route. */
export interface Guards {
  /** Lets those in who have one of these roles, and whoever holds the token of this machine. */
  role(...roles: readonly Role[]): TokenCheck;
}

/** Without accounts, the token is for everything. */
export const tokenGuards = (token: string): Guards => {
  const check = requireToken(token);
  return { role: () => check };
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Why a route that changes something asks for no token. */
    openBecause?: string;
  }
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * From now on a route that changes something must ask for the token, or say why it does not: the gateway does not
 * start with one that forgets. @throws XiaolabaError `route-unguarded`, when the route is added
 */
export function guardRoutes(app: FastifyInstance, guards: ReadonlySet<unknown>): void {
  app.addHook('onRoute', ({ method, url, onRequest, config }) => {
    const asks = [onRequest].flat().some((hook) => guards.has(hook));
    if ([method].flat().every((one) => reading.has(one)) || asks || config?.openBecause) return;
    throw bugError('route-unguarded', `${method} ${url} asks for no token`, { url });
  });
}

/** How the API's description says that a route asks for the token. */
export const tokenSecurity = [{ token: [] }];

/** The device and secret of HTTP basic authentication, if there are any. */
export function basicCredentials(request: FastifyRequest): { device: string; secret: Buffer } | undefined {
  const encoded = /^Basic (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (!encoded) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { device: text.slice(0, colon), secret: Buffer.from(text.slice(colon + 1)) };
}

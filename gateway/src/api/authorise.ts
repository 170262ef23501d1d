import { timingSafeEqual } from 'node:crypto';
import { bugError, callerError } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../accounts/actor.js';
import { mayAct, type Role } from '../accounts/roles.js';
import { csrfOf, type Sessions } from '../accounts/sessions.js';
import type { SessionCookie } from './session-cookie.js';

export type { Role } from '../accounts/roles.js';

/** What a route spreads into its options to say who may use it; asked before a body is read. */
export interface RouteGuard {
  readonly onRequest: (request: FastifyRequest) => Promise<void>;
}

/** Who may use a route. Whoever holds the token of this machine is let in everywhere, and is `machine` in the audit log. */
export interface Guards {
  /** Accounts that have one of these roles; none named: any account. An administrator too, but not where only `approver` is named. */
  role(...roles: readonly Role[]): RouteGuard;
  /** As `role`, and the person has shown within the last ten minutes that it is still them. */
  confirmed(...roles: readonly Role[]): RouteGuard;
  /** As `role`, for routes that only read: with `openReading` anybody. */
  reading(...roles: readonly Role[]): RouteGuard;
  /** Whether this hook is one of these guards. */
  issued(hook: unknown): boolean;
}

/** A confirmation is good for so long. */
export const confirmedMs = 10 * 60_000;
/** Header that carries a session's token with every change. */
export const csrfHeader = 'x-xiaolaba-csrf';

export interface GuardDeps {
  readonly token: string;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly cookie: SessionCookie;
  readonly now: () => number;
  /** Whether reading asks for no log-in. */
  readonly openReading: boolean;
  /** Where browsers reach this gateway, if it is not where they say. */
  readonly publicUrl?: string | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Why a route asks nobody who they are. */
    openBecause?: string;
    /** The code of what a route does, for the audit log, where the route does not write there itself. */
    action?: string;
    /** Changes nothing for all its method: asked at every pause in typing, it would bury what the audit log is for. */
    onlyLooks?: boolean;
  }
  interface FastifyRequest {
    /** Who asks, once a guard has let them in. */
    actor: Actor | undefined;
    /** The outcome of the last audit entry about this request. */
    noted: string | undefined;
    /** The code that the request was refused with. */
    failure: string | undefined;
  }
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);
export const changes = (method: string): boolean => !reading.has(method);

/** Guards by the machine's token and by sessions. */
export function createGuards(deps: GuardDeps): Guards {
  const isToken = tokenCheck(deps.token);
  const issued = new WeakSet<object>();

  /** @throws XiaolabaError `unauthorised`, `origin-foreign`, `csrf-missing` */
  const identify = async (request: FastifyRequest): Promise<Actor | undefined> => {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      if (isToken(authorization)) return { kind: 'machine' };
      throw callerError('unauthorised', 'the bearer token is wrong');
    }
    const secret = deps.cookie.read(request);
    const found = secret === undefined ? undefined : await deps.sessions.find(secret);
    if (secret === undefined || !found) return undefined;
    if (changes(request.method)) {
      checkOrigin(request, deps.publicUrl);
      checkCsrf(request, secret);
    }
    return { kind: 'account', ...found };
  };

  const guard = (check: (actor: Actor | undefined) => void, refuses = true): RouteGuard => {
    const onRequest = async (request: FastifyRequest): Promise<void> => {
      const actor = await identify(request).catch((error: unknown) => {
        if (refuses) throw error;
        return undefined;
      });
      request.actor = actor;
      check(actor);
    };
    issued.add(onRequest);
    return { onRequest };
  };

  const checkRole = (actor: Actor | undefined, wanted: readonly Role[]): void => {
    if (!actor) throw callerError('unauthorised', 'nobody is logged in');
    if (actor.kind === 'account' && !mayAct(actor.account.roles, wanted))
      throw callerError('forbidden', 'the account has none of the roles that may', { roles: wanted });
  };

  return {
    role: (...wanted) => guard((actor) => checkRole(actor, wanted)),
    confirmed: (...wanted) =>
      guard((actor) => {
        checkRole(actor, wanted);
        if (actor?.kind === 'account' && deps.now() - actor.session.confirmedAt >= confirmedMs)
          throw callerError('confirmation-needed', 'the person has to show that it is them');
      }),
    reading: (...wanted) =>
      deps.openReading ? guard(() => undefined, false) : guard((actor) => checkRole(actor, wanted)),
    issued: (hook) => typeof hook === 'function' && issued.has(hook),
  };
}

function tokenCheck(token: string): (authorization: string) => boolean {
  const wanted = Buffer.from(sha256(Buffer.from(token)));
  return (authorization) => {
    const given = /^Bearer (\S+)$/.exec(authorization)?.[1] ?? '';
    return timingSafeEqual(Buffer.from(sha256(Buffer.from(given))), wanted);
  };
}

/** A browser names the page that a change comes from; another page's is refused. @throws XiaolabaError `origin-foreign` */
export function checkOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  const own = publicUrl !== undefined && URL.canParse(publicUrl) && new URL(publicUrl).origin === origin;
  const same = URL.canParse(origin) && new URL(origin).host === request.headers.host;
  if (!own && !same) throw callerError('origin-foreign', `a page of ${origin} asks for a change`, { origin });
}

function checkCsrf(request: FastifyRequest, secret: string): void {
  const given = request.headers[csrfHeader];
  const wanted = Buffer.from(csrfOf(secret));
  const bytes = Buffer.from(typeof given === 'string' ? given : '');
  if (bytes.length !== wanted.length || !timingSafeEqual(bytes, wanted))
    throw callerError('csrf-missing', `${csrfHeader} is missing or not this session's`);
}

/**
 * From now on every route is guarded: one that changes something must say by whom it may be used, or why by anybody,
 * and the gateway does not start with one that forgets; one that reads and says nothing is for any account.
 * @throws XiaolabaError `route-unguarded`, when the route is added
 */
export function guardRoutes(app: FastifyInstance, guards: Guards): void {
  app.decorateRequest('actor', undefined);
  app.decorateRequest('noted', undefined);
  app.decorateRequest('failure', undefined);
  const any = guards.reading();
  app.addHook('onRoute', (route) => {
    const { method, url, onRequest, config } = route;
    if ([onRequest].flat().some((hook) => guards.issued(hook)) || config?.openBecause) return;
    if ([method].flat().some(changes)) throw bugError('route-unguarded', `${method} ${url} asks for nobody`, { url });
    route.onRequest = [any.onRequest, ...(onRequest ? [onRequest].flat() : [])];
  });
}

/** How the API's description says that a route asks for a log-in. */
export const tokenSecurity = [{ token: [] }, { session: [] }];

/** The device and secret of HTTP basic authentication, if there are any. */
export function basicCredentials(request: FastifyRequest): { device: string; secret: Buffer } | undefined {
  const encoded = /^Basic (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (!encoded) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { device: text.slice(0, colon), secret: Buffer.from(text.slice(colon + 1)) };
}

import { callerError } from '@xiaolaba/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Account, Actor } from '../accounts/actor.js';
import { csrfOf, type NewSession } from '../accounts/sessions.js';
import {
  codeBodySchema,
  confirmSchema,
  logInSchema,
  passwordChangeSchema,
  recoveryCodesSchema,
  sessionViewSchema,
  totpOfferSchema,
  type Who,
  whoSchema,
} from './accounts-contract.js';
import { checkOrigin, confirmedMs, type Guards, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';
import type { SessionCookie } from './session-cookie.js';

export interface SessionSettings {
  readonly cookie: SessionCookie;
  readonly openReading: boolean;
  readonly publicUrl?: string | undefined;
}

/** Who asks, by a session: the machine has no password and no codes. @throws XiaolabaError `person-needed` */
export function personOf({ actor }: FastifyRequest): Extract<Actor, { kind: 'account' }> {
  if (actor?.kind !== 'account') throw callerError('person-needed', 'this is for somebody who is logged in');
  return actor;
}

/** Begins a session in the browser that asks; one that it had is over. */
export async function enter(
  context: ApiContext,
  { cookie, openReading }: SessionSettings,
  request: FastifyRequest,
  reply: FastifyReply,
  account: Account,
): Promise<Who> {
  const { sessions } = context.people;
  const former = cookie.read(request);
  const found = former === undefined ? undefined : await sessions.find(former);
  if (found) await sessions.end(found.session.id, found.account.id);
  const from = { address: request.ip, agent: request.headers['user-agent'] ?? '' };
  const begun = await context.store.transaction().execute(async (within) => {
    const made = await sessions.begin(account.id, from, within);
    const actor = { kind: 'account', account, session: made.session } as const;
    await context.audit.note(request, 'log-in', `account/${account.id}`, {}, { within, actor });
    return made;
  });
  cookie.set(request, reply, begun.secret);
  return whoOf(account, begun, openReading);
}

const whoOf = (account: Account, { secret, session }: NewSession, openReading: boolean): Who => ({
  account: { ...account, roles: [...account.roles] },
  csrf: csrfOf(secret),
  confirmedUntil: session.confirmedAt + confirmedMs,
  endsAt: session.endsAt,
  openReading,
});

/** Logging in and out, and what somebody sees to for themselves: sessions, password, codes. */
export function sessionRoutes(
  app: FastifyInstance,
  context: ApiContext,
  guards: Guards,
  settings: SessionSettings,
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const { audit, people } = context;
  const { logIn, sessions, accounts, secondFactor } = people;
  const { cookie, openReading, publicUrl } = settings;

  routes.get(
    '/api/session',
    { config: { openBecause: 'it says whether somebody is logged in' }, schema: { response: { 200: whoSchema } } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const secret = cookie.read(request);
      const found = secret === undefined ? undefined : await sessions.find(secret);
      if (secret === undefined || !found) return { openReading };
      return whoOf(found.account, { secret, session: found.session }, openReading);
    },
  );

  routes.post(
    '/api/session',
    {
      config: { openBecause: 'a password is what it asks for' },
      schema: { body: logInSchema, response: { 200: whoSchema } },
    },
    async (request, reply) => {
      // Else another page could log its visitor in as somebody of its choice.
      checkOrigin(request, publicUrl);
      const { login, password, code } = request.body;
      const outcome = await logIn.withPassword(request.ip, login.trim().toLowerCase(), password, code);
      if (outcome.kind === 'in') return await enter(context, settings, request, reply, outcome.account);
      const refusal = outcome.kind === 'code-needed' ? 'totp-needed' : 'login-refused';
      // An unknown name is not written down: it may be a password typed into the wrong field.
      const object = outcome.account === undefined ? 'account/unknown' : `account/${outcome.account}`;
      if (refusal === 'login-refused') await audit.note(request, 'log-in', object, {}, { outcome: refusal });
      throw callerError(refusal, 'the log-in is refused');
    },
  );

  routes.delete(
    '/api/session',
    { ...guards.role(), schema: { security, response: { 204: z.undefined() } } },
    async (request, reply) => {
      const { account, session } = personOf(request);
      await context.store.transaction().execute(async (within) => {
        await sessions.end(session.id, account.id, within);
        await audit.note(request, 'log-out', `account/${account.id}`, {}, { within });
      });
      cookie.clear(request, reply);
      return reply.status(204).send();
    },
  );

  routes.post(
    '/api/session/confirm',
    {
      ...guards.role(),
      schema: { security, body: confirmSchema, response: { 200: z.object({ confirmedUntil: z.number() }) } },
    },
    async (request) => {
      const { account, session } = personOf(request);
      if (!(await logIn.again(request.ip, account, request.body)))
        throw callerError('proof-refused', 'neither the password nor a code');
      await context.store.transaction().execute(async (within) => {
        await sessions.confirm(session.id, within);
        await audit.note(request, 'confirmed', `account/${account.id}`, {}, { within });
      });
      return { confirmedUntil: context.people.now() + confirmedMs };
    },
  );

  routes.get(
    '/api/sessions',
    { ...guards.role(), schema: { security, response: { 200: z.array(sessionViewSchema) } } },
    async (request) => {
      const { account, session: own } = personOf(request);
      return (await sessions.of(account.id)).map((session) => ({ ...session, own: session.id === own.id }));
    },
  );

  routes.delete(
    '/api/sessions',
    { ...guards.role(), schema: { security, response: { 204: z.undefined() } } },
    async (request, reply) => {
      const { account } = personOf(request);
      await context.store.transaction().execute(async (within) => {
        await sessions.endAll(account.id, within);
        await audit.note(request, 'log-out-everywhere', `account/${account.id}`, {}, { within });
      });
      cookie.clear(request, reply);
      return reply.status(204).send();
    },
  );

  routes.delete(
    '/api/sessions/:session',
    {
      ...guards.role(),
      schema: { security, params: z.object({ session: z.string().max(64) }), response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const { account } = personOf(request);
      const { session } = request.params;
      await context.store.transaction().execute(async (within) => {
        if (!(await sessions.end(session, account.id, within)))
          throw callerError('session-unknown', `no session ${session}`, { session });
        await audit.note(request, 'session-ended', `session/${session}`, {}, { within });
      });
      return reply.status(204).send();
    },
  );

  routes.post(
    '/api/session/password',
    { ...guards.role(), schema: { security, body: passwordChangeSchema, response: { 204: z.undefined() } } },
    async (request, reply) => {
      const { account, session } = personOf(request);
      if (!(await logIn.again(request.ip, account, { password: request.body.current })))
        throw callerError('proof-refused', 'the present password is another one');
      await accounts.setPassword(account, request.body.next, session.id, (within) =>
        audit.note(request, 'password-changed', `account/${account.id}`, {}, { within }),
      );
      return reply.status(204).send();
    },
  );

  routes.post(
    '/api/session/totp',
    { ...guards.confirmed(), schema: { security, response: { 200: totpOfferSchema } } },
    async (request, reply) => {
      const { account } = personOf(request);
      reply.header('cache-control', 'no-store');
      const offered = await secondFactor.offer(account.id, account.login);
      await audit.note(request, 'codes-offered', `account/${account.id}`);
      return offered;
    },
  );

  routes.post(
    '/api/session/totp/confirm',
    { ...guards.confirmed(), schema: { security, body: codeBodySchema, response: { 200: recoveryCodesSchema } } },
    async (request, reply) => {
      const { account } = personOf(request);
      reply.header('cache-control', 'no-store');
      const recoveryCodes = await secondFactor.enrol(account.id, request.body.code, (within) =>
        audit.note(request, 'codes-enrolled', `account/${account.id}`, {}, { within }),
      );
      return { recoveryCodes };
    },
  );

  routes.delete(
    '/api/session/totp',
    { ...guards.confirmed(), schema: { security, response: { 204: z.undefined() } } },
    async (request, reply) => {
      const { account } = personOf(request);
      await secondFactor.remove(account.id, (within) =>
        audit.note(request, 'codes-removed', `account/${account.id}`, {}, { within }),
      );
      return reply.status(204).send();
    },
  );
}

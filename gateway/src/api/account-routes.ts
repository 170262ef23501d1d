import { callerError } from '@xiaolaba/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Account } from '../accounts/actor.js';
import type { Verdict } from '../audit/index.js';
import {
  accountChangeSchema,
  accountViewSchema,
  auditEntrySchema,
  auditQuerySchema,
  auditVerdictSchema,
  linkBodySchema,
  linkForSchema,
  linkUseSchema,
  linkViewSchema,
  newAccountSchema,
  newLinkSchema,
  personSchema,
  whoSchema,
} from './accounts-contract.js';
import { checkOrigin, type Guards, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';
import { enter, type SessionSettings } from './session-routes.js';

/** The console's page for a one-time link. The secret stands behind the `#`, so that no proxy's log has it. */
export const linkAddress = (base: string, secret: string): string => `${base.replace(/\/$/, '')}/welcome#${secret}`;

const viewOf = (account: Account) => ({ ...account, roles: [...account.roles] });

/** Accounts and one-time links, and who did what. */
export function accountRoutes(
  app: FastifyInstance,
  context: ApiContext,
  guards: Guards,
  settings: SessionSettings,
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const { audit } = context;
  const { accounts, logIn, sessions } = context.people;
  const baseOf = (request: FastifyRequest): string =>
    settings.publicUrl ?? `${request.protocol}://${request.headers.host}`;
  const params = z.object({ account: z.string().max(64) });

  routes.get(
    '/api/accounts',
    { ...guards.role('administrator'), schema: { security, response: { 200: z.array(accountViewSchema) } } },
    async () => (await accounts.all()).map(viewOf),
  );

  // Whoever reads the log reads names in it.
  routes.get(
    '/api/people',
    { ...guards.role('administrator', 'officer'), schema: { security, response: { 200: z.array(personSchema) } } },
    async () => (await accounts.all()).map(({ id, name }) => ({ id, name })),
  );

  routes.post(
    '/api/accounts',
    {
      ...guards.confirmed('administrator'),
      schema: {
        security,
        body: newAccountSchema,
        response: { 200: linkViewSchema.extend({ account: accountViewSchema }) },
      },
    },
    async (request) => {
      const { account, link } = await accounts.create(request.body, (within, { id, login, roles }) =>
        audit.note(request, 'account-made', `account/${id}`, { login, roles }, { within }),
      );
      return {
        account: viewOf(account),
        link: linkAddress(baseOf(request), link.secret),
        expiresAt: link.expiresAt,
      };
    },
  );

  routes.patch(
    '/api/accounts/:account',
    {
      ...guards.confirmed('administrator'),
      schema: { security, params, body: accountChangeSchema, response: { 200: accountViewSchema } },
    },
    async (request) => {
      const { actor, body } = request;
      // Whoever sees to accounts must not make an approver of themselves.
      if (actor?.kind === 'account' && actor.account.id === request.params.account && (body.roles || body.state))
        throw callerError('own-roles', 'nobody changes their own roles or state');
      const changed = await accounts.change(request.params.account, body, (within, { id, login, roles, state }) =>
        audit.note(request, 'account-changed', `account/${id}`, { login, roles, state }, { within }),
      );
      return viewOf(changed);
    },
  );

  routes.delete(
    '/api/accounts/:account/sessions',
    { ...guards.role('administrator'), schema: { security, params, response: { 204: z.undefined() } } },
    async (request, reply) => {
      await context.store.transaction().execute(async (within) => {
        const { id } = await accounts.get(request.params.account, within);
        await sessions.endAll(id, within);
        await audit.note(request, 'log-out-everywhere', `account/${id}`, {}, { within });
      });
      return reply.status(204).send();
    },
  );

  routes.post(
    '/api/links',
    {
      ...guards.confirmed('administrator'),
      schema: { security, body: newLinkSchema, response: { 200: linkViewSchema } },
    },
    async (request) => {
      const { login, withoutTotp } = request.body;
      const link =
        login === undefined
          ? await accounts.firstLink()
          : await accounts.link(login, withoutTotp, (within, { id }) =>
              audit.note(request, 'link-made', `account/${id}`, { withoutCodes: withoutTotp }, { within }),
            );
      return { link: linkAddress(baseOf(request), link.secret), expiresAt: link.expiresAt };
    },
  );

  /** A wrong link counts like a wrong password. */
  const withLink = async <T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> => {
    checkOrigin(request, settings.publicUrl);
    logIn.allowLink(request.ip);
    try {
      const answer = await work();
      logIn.linkTaken(request.ip);
      return answer;
    } catch (error) {
      logIn.linkFailed(request.ip);
      throw error;
    }
  };
  const config = { openBecause: 'a one-time link is what it asks for' };
  routes.post(
    '/api/links/look',
    { config, schema: { body: linkBodySchema, response: { 200: linkForSchema } } },
    async (request) => await withLink(request, () => accounts.linkFor(request.body.secret)),
  );
  routes.post(
    '/api/links/use',
    { config, schema: { body: linkUseSchema, response: { 200: whoSchema } } },
    async (request, reply) => {
      const { secret, password, first } = request.body;
      const account = await withLink(request, () =>
        accounts.useLink(secret, password, first, (within, { id, login }) =>
          audit.note(request, first ? 'first-administrator' : 'link-used', `account/${id}`, { login }, { within }),
        ),
      );
      await context.linkUsed();
      // Codes are still asked for: a link stands for the password alone.
      if (account.totp) return { openReading: settings.openReading };
      return await enter(context, settings, request, reply, account);
    },
  );

  routes.get(
    '/api/audit',
    {
      ...guards.role('administrator', 'officer'),
      schema: { security, querystring: auditQuerySchema, response: { 200: z.array(auditEntrySchema) } },
    },
    async ({ query: { before, limit, from, until, ...exact } }) => {
      let rows = context.store.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(limit);
      for (const [name, value] of Object.entries(exact) as ['who' | 'action' | 'object', string | undefined][])
        if (value !== undefined) rows = rows.where(name, '=', value);
      if (before !== undefined) rows = rows.where('seq', '<', before);
      if (from !== undefined) rows = rows.where('at', '>=', from);
      if (until !== undefined) rows = rows.where('at', '<', until);
      return (await rows.execute()).map(({ previous: _, hash: __, details, ...row }) => ({
        ...row,
        details: JSON.parse(details) as Record<string, unknown>,
      }));
    },
  );

  /** The whole log is walked: whoever asks meanwhile gets the same answer. */
  let verifying: Promise<Verdict> | undefined;
  routes.get(
    '/api/audit/verdict',
    { ...guards.role('administrator', 'officer'), schema: { security, response: { 200: auditVerdictSchema } } },
    async () => {
      verifying ??= context.verifyAudit().finally(() => {
        verifying = undefined;
      });
      return await verifying;
    },
  );
}

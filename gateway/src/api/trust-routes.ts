import { callerError, keyIdSchema, toBase64 } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Guards, tokenSecurity } from './authorise.js';
import { authorOf } from './content-problems.js';
import type { ApiContext } from './context.js';
import {
  approverKeySchema,
  keyAssignmentSchema,
  keyClaimSchema,
  keyListTakenSchema,
  keyListViewSchema,
} from './trust-contract.js';

/** Whose signatures count: the chain of key lists, and handing in the next. */
export function trustRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;

  routes.get(
    '/api/key-lists',
    {
      ...guards.role(),
      schema: { security, response: { 200: z.array(keyListViewSchema) } },
    },
    async () =>
      context.keyLists.all().map(({ list, takenAt, envelope }) => ({ list, takenAt, envelope: toBase64(envelope) })),
  );

  const byKid = z.object({ kid: keyIdSchema });

  routes.get(
    '/api/approver-keys',
    { ...guards.role(), schema: { security, response: { 200: z.array(approverKeySchema) } } },
    async () => {
      const { approvers } = context.keyLists.trusted();
      const owners = await context.approverKeys.owners();
      const kids = new Set([...approvers.map(({ key }) => key.kid), ...owners.keys()]);
      return [...kids].map((kid) => {
        const listed = approvers.find(({ key }) => key.kid === kid);
        return { kid, ...(listed ? { listedAs: listed.name } : {}), ...owners.get(kid) };
      });
    },
  );

  routes.post(
    '/api/approver-keys/:kid/claim',
    {
      ...guards.confirmed('approver'),
      schema: { security, params: byKid, body: keyClaimSchema, response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const { kid } = request.params;
      const { actor } = request;
      if (actor?.kind !== 'account') throw callerError('person-needed', 'a key belongs to a person');
      await context.approverKeys.claim(kid, actor.account.id, request.body.signature, (within) =>
        context.audit.note(request, 'key-linked', `key/${kid}`, { account: authorOf(request) }, { within }),
      );
      return reply.status(204).send();
    },
  );

  routes.put(
    '/api/approver-keys/:kid',
    {
      ...guards.confirmed('administrator'),
      schema: { security, params: byKid, body: keyAssignmentSchema, response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const { kid } = request.params;
      const { account } = request.body;
      await context.approverKeys.assign(kid, account, (within, former) => {
        const details = { account, ...(former === undefined ? {} : { former }) };
        return context.audit.note(request, 'key-linked', `key/${kid}`, details, { within });
      });
      return reply.status(204).send();
    },
  );

  // What the root keys signed are these very bytes.
  void app.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    raw.withTypeProvider<ZodTypeProvider>().post(
      '/api/key-lists',
      {
        ...guards.role('administrator'),
        schema: { security, response: { 200: keyListTakenSchema } },
      },
      async ({ body }) => {
        if (!Buffer.isBuffer(body)) throw callerError('message-not-json', 'an envelope is needed');
        const lapsed = await context.takeKeyList(body);
        return {
          version: context.keyLists.trusted().version,
          lapsed: lapsed.map(({ sha256, release }) => ({ sha256, campaign: release.campaign })),
        };
      },
    );
  });
}

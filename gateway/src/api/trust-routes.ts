import { callerError, toBase64 } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Guards, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';
import { keyListTakenSchema, keyListViewSchema } from './trust-contract.js';

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

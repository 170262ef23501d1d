import { callerError, idSchema, sha256Schema } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { orderScopeSchema, type PendingStop, stopOrderViews } from '../orders/index.js';
import { type Guards, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';
import { keyNames } from './key-names.js';
import {
  type PendingStopView,
  pendingStopSchema,
  restoredSchema,
  stopGivenSchema,
  stopKeptSchema,
  stopOrderPlacesSchema,
  stopOrderViewSchema,
  withdrawnSchema,
} from './order-contract.js';

/** Taking off the air at once, and bringing back what was on air before. */
export function orderRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const bySha256 = z.object({ sha256: sha256Schema });

  routes.post(
    '/api/releases/:sha256/withdraw',
    {
      ...guards.role('editor', 'approver'),
      schema: { security, params: bySha256, response: { 200: withdrawnSchema } },
    },
    async ({ params }) => {
      const { sha256, release } = await context.campaigns.withdraw(params.sha256);
      await context.refresh();
      return { campaign: release.campaign, releases: [sha256] };
    },
  );

  routes.post(
    '/api/campaigns/:campaign/withdraw',
    {
      ...guards.role('editor', 'approver'),
      schema: { security, params: z.object({ campaign: idSchema }), response: { 200: withdrawnSchema } },
    },
    async ({ params }) => {
      const withdrawn = await context.campaigns.withdrawCampaign(params.campaign);
      await context.refresh();
      return { campaign: params.campaign, releases: withdrawn.map(({ sha256 }) => sha256) };
    },
  );

  routes.post(
    '/api/releases/:sha256/restore',
    { ...guards.role('editor', 'approver'), schema: { security, params: bySha256, response: { 200: restoredSchema } } },
    async ({ params }) => {
      const campaign = context.campaigns.release(params.sha256)?.release.campaign;
      if (campaign !== undefined && context.alerts.all().some((alert) => alert.campaign === campaign))
        throw callerError('release-of-alert', 'an alert is given anew', { alert: campaign });
      return await context.campaigns.restore(params.sha256);
    },
  );

  routes.post(
    '/api/stop-orders/candidates',
    {
      ...guards.role('editor', 'approver', 'officer'),
      schema: {
        security,
        body: z.strictObject({
          scope: orderScopeSchema,
          state: z.enum(['stop', 'lifted']).default('stop'),
          reason: z.string().trim().min(1).max(200),
        }),
      },
    },
    async ({ body: { scope, state, reason } }, reply) => {
      const model = context.content.model();
      if (!model) throw callerError('content-missing', 'no content has been imported');
      const payload = context.stopOrders.candidate(scope, state, reason, model);
      return reply.type('application/json; charset=utf-8').send(Buffer.from(payload));
    },
  );

  routes.get('/api/stop-orders', { schema: { response: { 200: z.array(stopOrderViewSchema) } } }, async () => {
    const { stopOrders, live, registry, content } = context;
    const nameOf = await keyNames(context);
    return stopOrderViews({ stopOrders, live, devices: registry.all(), model: content.model(), nameOf });
  });

  const pendingRoles = guards.role('editor', 'approver', 'officer');
  routes.get(
    '/api/stop-orders/pending',
    { ...pendingRoles, schema: { security, response: { 200: z.array(pendingStopSchema) } } },
    async () => (await context.stopOrders.pending.all()).map((one) => pendingView(one, context)),
  );

  routes.get(
    '/api/stop-orders/pending/:sha256',
    { ...pendingRoles, schema: { security, params: bySha256 } },
    async ({ params }, reply) => {
      const payload = await context.stopOrders.pending.payload(params.sha256);
      return reply.type('application/json; charset=utf-8').send(Buffer.from(payload));
    },
  );

  routes.delete(
    '/api/stop-orders/pending/:sha256',
    { ...guards.role('approver'), schema: { security, params: bySha256, response: { 204: z.undefined() } } },
    async (request, reply) => {
      const { version, state, reason } = await context.stopOrders.pending.drop(request.params.sha256);
      await context.audit.note(request, 'stop-order-dropped', `stop-order/${version}`, { state, reason });
      return reply.status(204).send();
    },
  );

  routes.get(
    '/api/stop-orders/:version',
    {
      schema: {
        params: z.object({ version: z.coerce.number().int().min(1) }),
        response: { 200: stopOrderPlacesSchema },
      },
    },
    async ({ params: { version } }) => {
      const found = context.stopOrders.all().find(({ order }) => order.version === version);
      if (!found) throw callerError('stop-order-unknown', `no stop order ${version}`, { version });
      return { version, scope: found.order.scope };
    },
  );

  // What was signed are the envelope's exact bytes: no parser may touch them.
  void app.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const answers = raw.withTypeProvider<ZodTypeProvider>();
    answers.post(
      '/api/stop-orders',
      {
        ...guards.confirmed('approver'),
        schema: { security, response: { 200: stopGivenSchema, 202: stopKeptSchema } },
      },
      async (request, reply) => {
        const { body } = request;
        if (!Buffer.isBuffer(body)) throw callerError('message-not-json', 'an envelope is needed');
        const taken = await context.stopOrders.give(body);
        const { version, state, reason } = taken.order;
        if (taken.given) {
          const nameOf = await keyNames(context);
          const details = { state, reason, approvers: taken.signedBy.map(nameOf), devices: taken.devices };
          await context.audit.note(request, 'stop-order-given', `stop-order/${version}`, details);
          return { version, state, devices: taken.devices };
        }
        const { needed, missing, signedBy } = taken.approval;
        const approvers = signedBy.map(({ name }) => name);
        await context.audit.note(request, 'stop-order-signed', `stop-order/${version}`, {
          ...{ state, reason, approvers, missing },
        });
        return reply.status(202).send({ version, state, sha256: taken.sha256, signed: needed - missing, needed });
      },
    );
  });
}

function pendingView({ sha256, order, expiresAt, approval }: PendingStop, { content }: ApiContext): PendingStopView {
  const { version, state, reason, issuedAt, scope } = order;
  const everywhere = scope === 'everywhere';
  const places = everywhere ? (content.model()?.places.size ?? 0) : scope.length;
  const signedBy = [...approval.signedBy];
  return {
    sha256,
    version,
    state,
    reason,
    issuedAt,
    everywhere,
    places,
    expiresAt,
    approval: { ...approval, signedBy },
  };
}

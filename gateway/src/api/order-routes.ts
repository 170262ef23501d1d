import { idSchema, sha256Schema } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Guards, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';
import { restoredSchema, withdrawnSchema } from './order-contract.js';

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
    async ({ params }) => await context.campaigns.restore(params.sha256),
  );
}

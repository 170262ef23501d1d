import { callerError, enrolRequestSchema, enrolResponseSchema, idSchema } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Guards, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';
import { deviceViewSchema, rejectViewSchema } from './contract.js';
import { deviceView } from './device-view.js';

/** Enrolment, claims, and the technicians' lists. */
export function deviceRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { registry } = context;
  const security = tokenSecurity;

  // A wrong code costs nothing to try: 80 random bits and this limit make trying useless.
  const enrolLimit = { rateLimit: { max: 60, timeWindow: 60_000, allowList: ['127.0.0.1', '::1'] } };
  routes.post(
    '/enrol',
    {
      config: { ...enrolLimit, openBecause: 'a claim code is what it asks for' },
      schema: { body: enrolRequestSchema, response: { 200: enrolResponseSchema } },
    },
    async (request) => {
      const { body } = request;
      const response = await registry.enrol(body);
      const actor = { kind: 'device', device: body.device } as const;
      await context.audit.note(request, 'device-enrolled', `device/${body.device}`, {}, { actor });
      context.broker.disconnect(body.device, 'enrolled-anew');
      context.refreshSoon(body.device);
      return response;
    },
  );

  routes.post(
    '/api/claims',
    {
      ...guards.role('technician'),
      schema: {
        security,
        body: z.object({ devices: z.array(idSchema).max(100_000).optional() }),
        response: { 200: z.array(z.object({ device: idSchema, code: z.string() })) },
      },
    },
    async ({ body }) =>
      await registry.claim(
        body.devices ?? [...registry.all()].filter((device) => !device.enrolled).map((device) => device.id),
      ),
  );

  routes.post(
    '/api/devices/:device/revoke',
    {
      ...guards.role('technician'),
      schema: { security, params: z.object({ device: idSchema }), response: { 200: deviceViewSchema } },
    },
    async ({ params }) => {
      await registry.revoke(params.device);
      context.broker.disconnect(params.device, 'revoked');
      await context.coverage.expect([params.device]);
      const device = registry.get(params.device);
      if (!device) throw callerError('device-unknown', `no device ${params.device}`, { device: params.device });
      return deviceView(context, device);
    },
  );

  routes.get('/api/devices', { schema: { response: { 200: z.array(deviceViewSchema) } } }, async () =>
    [...registry.all()].map((device) => deviceView(context, device)),
  );

  routes.get(
    '/api/rejects',
    {
      ...guards.reading('technician', 'officer'),
      schema: {
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
        response: { 200: z.array(rejectViewSchema) },
      },
    },
    async ({ query }) => {
      const rows = await context.store
        .selectFrom('rejects')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(query.limit)
        .execute();
      return rows.map((row) => ({ ...row, id: Number(row.id) }));
    },
  );
}

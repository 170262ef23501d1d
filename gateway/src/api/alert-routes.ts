import { callerError, idSchema } from '@xiaolaba/protocol';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AlertRefused, CapIn, capOf, deviceStates, previewAlert } from '../alerts/index.js';
import { capLimits } from '../orders/cap.js';
import {
  alertDevicesSchema,
  alertEndRequestSchema,
  alertPreviewSchema,
  alertRequestSchema,
  alertTextSchema,
  alertViewSchema,
  capTakenSchema,
} from './alert-contract.js';
import { alertView } from './alert-view.js';
import { type Guards, tokenSecurity } from './authorise.js';
import { authorOf, problemView, refuse } from './content-problems.js';
import type { ApiContext } from './context.js';
import { problemSchema } from './contract.js';

/** Of the list of alerts, the latest. */
const mostListed = 50;
const formLimit = 512 * 1024;

/** Alerts 紧急插播: giving, following and ending them, and CAP 1.2 in and out. */
export function alertRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const { alerts, audit, now, store, registry, content } = context;
  const byId = z.object({ id: idSchema });
  const capIn = new CapIn({ store, alerts, now });

  routes.get('/api/alerts/texts', { schema: { response: { 200: z.array(alertTextSchema) } } }, async () =>
    (content.held()?.alerts ?? []).map(({ exercise, ...text }) => ({ ...text, exerciseOnly: exercise })),
  );

  routes.post(
    '/api/alerts/preview',
    {
      ...guards.role('editor', 'approver'),
      config: { onlyLooks: true },
      bodyLimit: formLimit,
      schema: { security, body: alertRequestSchema, response: { 200: alertPreviewSchema, 422: problemSchema } },
    },
    async (request, reply) =>
      await telling(reply, async () => {
        const { spec, problems } = alerts.specOf(request.body, authorOf(request));
        const preview = await previewAlert(spec, problems, {
          ...context,
          trusted: () => context.keyLists.trusted(),
          devices: () => registry.all(),
          ledger: (day) => context.coverage.ledger(day),
        });
        return { ...preview, problems: preview.problems.map(problemView) };
      }),
  );

  routes.post(
    '/api/alerts',
    {
      ...guards.role('editor', 'approver'),
      bodyLimit: formLimit,
      schema: { security, body: alertRequestSchema, response: { 200: alertViewSchema, 422: problemSchema } },
    },
    async (request, reply) =>
      await telling(reply, async () => {
        const { spec } = alerts.specOf(request.body, authorOf(request));
        const alert = await alerts.create(spec);
        const { status, places, replaces } = spec;
        await audit.note(request, 'alert-made', `alert/${alert.id}`, {
          status,
          title: spec.wording.title,
          places: places.length,
          candidate: alert.candidate,
          ...(replaces === undefined ? {} : { replaces }),
        });
        return await alertView(context, alert);
      }),
  );

  routes.get('/api/alerts', { schema: { response: { 200: z.array(alertViewSchema) } } }, async () => {
    const views = [];
    for (const alert of alerts.all().slice(0, mostListed)) views.push(await alertView(context, alert));
    return views;
  });

  routes.get(
    '/api/alerts/:id',
    { schema: { params: byId, response: { 200: alertViewSchema } } },
    async ({ params }) => await alertView(context, alerts.get(params.id)),
  );

  routes.get(
    '/api/alerts/:id/devices',
    { schema: { params: byId, response: { 200: alertDevicesSchema } } },
    async ({ params: { id } }) => {
      const alert = alerts.get(id);
      const devices = await deviceStates(alert, alerts.standing(alert), { ...context, devices: () => registry.all() });
      return { id, now: now(), devices };
    },
  );

  routes.post(
    '/api/alerts/:id/end',
    {
      ...guards.role('editor', 'approver'),
      schema: { security, params: byId, body: alertEndRequestSchema, response: { 200: alertViewSchema } },
    },
    async (request) => {
      const { id } = request.params;
      const ended = await alerts.end(id, request.body.reason, authorOf(request));
      await audit.note(request, 'alert-ended', `alert/${id}`, { reason: request.body.reason });
      await context.refresh();
      return await alertView(context, ended);
    },
  );

  routes.get(
    '/api/alerts/:id/cap',
    {
      schema: {
        params: byId,
        /** `cancel`: the cancellation of what a person has ended. */
        querystring: z.object({ message: z.enum(['alert', 'cancel']).default('alert') }),
      },
    },
    async ({ params, query }, reply) => {
      const alert = alerts.get(params.id);
      const xml = capOf(alert, alerts.standing(alert), alerts, query.message);
      return reply.type('application/cap+xml; charset=utf-8').send(xml);
    },
  );

  void app.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    raw.withTypeProvider<ZodTypeProvider>().post(
      '/api/cap',
      {
        ...guards.role('editor', 'approver'),
        bodyLimit: capLimits.maxBytes + 1024,
        schema: { security, response: { 200: capTakenSchema, 422: problemSchema } },
      },
      async (request, reply) =>
        await telling(reply, async () => {
          if (!Buffer.isBuffer(request.body))
            throw callerError('cap-not-xml', 'a message is needed', { line: 0, reason: '' });
          const taken = await capIn.take(request.body, authorOf(request));
          const { outcome, identifier, why } = taken;
          const object = taken.alerts.map(({ id }) => `alert/${id}`).join(' ') || 'cap';
          await audit.note(request, 'cap-taken', object, {
            outcome,
            identifier,
            ...(why === undefined ? {} : { why }),
          });
          if (outcome === 'ended') await context.refresh();
          const views = await Promise.all(taken.alerts.map((alert) => alertView(context, alert)));
          return { outcome, identifier, alerts: views, ...(why === undefined ? {} : { why }) };
        }),
    );
  });
}

/** What an alert is refused for, each problem in both languages. */
async function telling<T>(reply: FastifyReply, work: () => Promise<T>): Promise<T | FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AlertRefused)) throw error;
    return refuse(reply, error.problems);
  }
}

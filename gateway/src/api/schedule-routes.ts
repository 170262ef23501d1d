import { callerError, dayOf, daySchema } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type CalendarPlan, Calendars } from '../schedule/calendars.js';
import { scheduleWeek } from '../schedule/week.js';
import { type Guards, tokenSecurity } from './authorise.js';
import { authorOf, problemView, tellingProblems } from './content-problems.js';
import type { ApiContext } from './context.js';
import { problemSchema } from './contract.js';
import {
  type CalendarPlanView,
  type CalendarView,
  calendarPlanSchema,
  calendarViewSchema,
  placeKinds,
  scheduleWeekSchema,
} from './schedule-contract.js';

/** A year's holidays and terms are a few kilobytes. */
const calendarLimit = 256 * 1024;

const planView = ({ calendar, problems, days, ...plan }: CalendarPlan): CalendarPlanView => ({
  ...plan,
  days: [...days],
  calendar: {
    ...calendar,
    holidays: [...calendar.holidays],
    makeupWorkdays: [...calendar.makeupWorkdays],
    schoolTerms: [...calendar.schoolTerms],
  },
  problems: problems.map(problemView),
});

/** The week calendar, and the statutory calendars that are drawn into it. */
export function scheduleRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const { content, store, now, drafts, campaigns, people } = context;
  const calendars = new Calendars({ store, content, now });
  const params = z.object({ calendar: z.string().min(1).max(64) });
  const body = z.strictObject({ text: z.string().min(1).max(calendarLimit) });
  const planned = { 200: calendarPlanSchema, 422: problemSchema };

  routes.get(
    '/api/schedule/weeks/:day',
    {
      ...guards.role('editor', 'approver', 'officer'),
      schema: {
        security,
        params: z.object({ day: daySchema }),
        querystring: z.object({ kind: z.enum(placeKinds).optional() }),
        response: { 200: scheduleWeekSchema },
      },
    },
    async ({ params: { day }, query: { kind } }) => {
      const model = content.model();
      if (!model) throw callerError('content-missing', 'no content has been imported');
      const at = now();
      const today = dayOf(at, model.zone);
      const standing = campaigns.standing();
      return { ...scheduleWeek({ model, drafts: await drafts.list(), standing, day, today, kind }), now: at };
    },
  );

  routes.get('/api/calendars', { schema: { response: { 200: z.array(calendarViewSchema) } } }, async () => {
    const names = new Map((await people.accounts.all()).map(({ id, name }) => [id, name]));
    return (await calendars.list()).map(({ calendar, author, at, source }): CalendarView => {
      const authorName = names.get(author ?? '');
      return {
        calendar: {
          ...calendar,
          holidays: [...calendar.holidays],
          makeupWorkdays: [...calendar.makeupWorkdays],
          schoolTerms: [...calendar.schoolTerms],
        },
        source,
        ...(author === undefined ? {} : { author }),
        ...(authorName === undefined ? {} : { authorName }),
        ...(at === undefined ? {} : { at }),
      };
    });
  });

  routes.get('/api/calendars/:calendar', { schema: { params } }, async (request, reply) => {
    const { name, text } = calendars.file(request.params.calendar);
    return reply
      .type('application/yaml; charset=utf-8')
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(text);
  });

  routes.post(
    '/api/calendars/:calendar/check',
    {
      ...guards.role('editor'),
      config: { onlyLooks: true },
      schema: { security, params, body, response: planned },
    },
    async (request, reply) =>
      await tellingProblems(reply, async () => planView(calendars.plan(request.params.calendar, request.body.text))),
  );

  routes.put(
    '/api/calendars/:calendar',
    {
      ...guards.role('editor'),
      bodyLimit: 2 * calendarLimit,
      schema: { security, params, body, response: planned },
    },
    async (request, reply) =>
      await tellingProblems(reply, async () => {
        const { calendar: id } = request.params;
        const plan = await calendars.put(id, request.body.text, authorOf(request), (within) =>
          context.audit.note(request, 'calendar-loaded', `calendar/${id}`, {}, { within }),
        );
        await context.refresh();
        // Days may have become others in the ledger that no device has to be told of.
        await context.coverage.expect([...context.registry.all()].map((device) => device.id));
        return planView(plan);
      }),
  );
}

import { callerError, dayOf } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiContext } from './context.js';
import { todaySchema } from './today-contract.js';
import { todayView } from './today-view.js';

/** The district's day in one answer, for whoever begins their day's work. */
export function todayRoutes(app: FastifyInstance, context: ApiContext): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get('/api/today', { schema: { response: { 200: todaySchema } } }, async () => {
    const model = context.content.model();
    if (!model) throw callerError('content-missing', 'no content has been imported');
    const now = context.now();
    const ledger = await context.coverage.ledger(dayOf(now, model.zone));
    const devices = new Set(
      [...context.registry.all()].flatMap(({ revoked, place, profile }) => (revoked ? [] : `${place} ${profile}`)),
    );
    const titles = new Map(model.campaigns.map(({ id, title }) => [id, title]));
    return todayView({
      now,
      zone: model.zone,
      calendar: model.calendar,
      standing: context.campaigns.standing(),
      policyOf: (place) => model.places.get(place)?.policy,
      hasDevice: (place, profiles) => profiles.some((profile) => devices.has(`${place} ${profile}`)),
      slots: ledger.slots(),
      titleOf: (campaign) => titles.get(campaign),
    });
  });
}

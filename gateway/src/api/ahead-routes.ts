import { callerError, daySchema, idSchema, instantOf, type Profile } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { arrivalsAsIf, dayKindOf, localDay, previewDay, quietOn, releasesWith } from '../ahead/index.js';
import type { DistrictModel } from '../campaigns/index.js';
import { callsAt } from '../content/index.js';
import { previewSchema } from './ahead-contract.js';
import type { ApiContext } from './context.js';

/** Looking ahead: what a place will play. */
export function aheadRoutes(app: FastifyInstance, context: ApiContext): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const modelOf = (): DistrictModel => {
    const model = context.content.model();
    if (!model) throw callerError('content-missing', 'no content has been imported');
    return model;
  };

  routes.get(
    '/api/places/:type/:id/days/:day/preview',
    {
      schema: {
        params: z.object({ type: z.enum(['site', 'route', 'fleet']), id: idSchema, day: daySchema }),
        /** `with`: SHA-256 of a candidate, or a campaign whose candidates are to be tried. */
        querystring: z.object({ with: z.string().min(2).max(64).optional() }),
        response: { 200: previewSchema },
      },
    },
    async ({ params: { type, id, day }, query }) => {
      const model = modelOf();
      const place = model.places.get(`${type}/${id}`);
      if (!place) throw callerError('place-unknown', `no place ${type}/${id}`, { place: `${type}/${id}` });
      const { policy } = place;
      const releases = await releasesWith(context.campaigns, context.store, query.with);
      const all = [...context.registry.all()].filter(({ revoked }) => !revoked);
      const devices = new Map<Profile, string[]>();
      for (const device of all)
        if (device.place === place.place)
          devices.set(device.profile, [...(devices.get(device.profile) ?? []), device.id]);
      const midnight = instantOf(day, '00:00', model.zone);
      const minutes = (at: number): number => (at - midnight) / 60_000;
      const calling = [...model.routes.values()].filter(({ stops }) => stops.some(({ site }) => site === id));
      const riding = all.filter((device) => calling.some((route) => device.place === `route/${route.id}`));
      const arrivals =
        type === 'site' && riding.length > 0 ? arrivalsAsIf({ model, devices: riding, releases }, day) : [];
      return {
        day,
        dayKind: dayKindOf(model.calendar, day),
        place: place.place,
        name: place.name,
        kind: place.kind,
        span: localDay(day, model.zone),
        quiet: quietOn(policy, day),
        volumeCap: policy.volumeCap,
        dialects: [...policy.dialects],
        profiles: previewDay({ day, place: place.place, policy, calendar: model.calendar, releases, devices }),
        arrivals: arrivals
          .filter((slot) => slot.place === place.place)
          .map(({ campaign, cue, item, startAt, endAt }) => ({
            campaign,
            cue,
            item,
            from: startAt,
            to: endAt,
            calls: calling.reduce((sum, route) => sum + callsAt(route, id, minutes(startAt), minutes(endAt)), 0),
          })),
      };
    },
  );
}

import {
  callerError,
  dayOf,
  daySchema,
  idSchema,
  instantOf,
  type NamedRelease,
  type Profile,
  type Release,
} from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  arrivalsAsIf,
  checkSchedule,
  dayKindOf,
  draftRelease,
  localDay,
  previewDay,
  quietOn,
  releasesWith,
} from '../ahead/index.js';
import { resolveAudience } from '../campaigns/audience.js';
import type { DistrictModel } from '../campaigns/index.js';
import { campaignFrom } from '../content/campaign-from-file.js';
import { campaignFileSchema } from '../content/file-schemas.js';
import { callsAt, formatProblem } from '../content/index.js';
import { Problems } from '../content/problems.js';
import { previewSchema, scheduleCheckSchema } from './ahead-contract.js';
import { type Guards, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';

/** What a release and its item are called. */
function titlesIn(releases: readonly NamedRelease[], sha256: string, item: string) {
  const release = releases.find((one) => one.sha256 === sha256)?.release;
  return { title: release?.title ?? item, itemTitle: release?.items.find(({ id }) => id === item)?.title ?? item };
}

/** Looking ahead: what a place will play. */
export function aheadRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
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
          .map(({ campaign, cue, item, startAt, endAt, ...slot }) => ({
            campaign,
            cue,
            item,
            ...titlesIn(releases, slot.release, item),
            from: startAt,
            to: endAt,
            calls: calling.reduce((sum, route) => sum + callsAt(route, id, minutes(startAt), minutes(endAt)), 0),
          })),
      };
    },
  );

  routes.post(
    '/api/schedule/check',
    {
      ...guards.role('editor', 'approver'),
      config: { onlyLooks: true },
      schema: {
        security: tokenSecurity,
        body: z.strictObject({
          /** A campaign as its file has it. */
          campaign: z.unknown(),
          from: daySchema.optional(),
          days: z.number().int().min(1).max(31).default(7),
        }),
        response: { 200: scheduleCheckSchema },
      },
    },
    async ({ body }) => {
      const began = performance.now();
      const model = modelOf();
      const today = dayOf(context.now(), model.zone);
      const file = campaignFileSchema.safeParse(body.campaign, { reportInput: true });
      if (!file.success) {
        const problems = new Problems();
        problems.issues('draft', file.error.issues, () => undefined);
        const errors = problems.list.map((problem) => ({
          code: problem.code,
          message: { zh: formatProblem(problem, 'zh-CN'), en: formatProblem(problem, 'en') },
          ...(problem.field === undefined ? {} : { field: problem.field }),
          places: [],
        }));
        const nothing = { warnings: [], minutes: [], losses: [], estimated: false, milliseconds: 0 };
        return { from: body.from ?? today, days: body.days, errors, ...nothing };
      }
      const campaign = campaignFrom(file.data);
      const from = body.from ?? (campaign.valid.from > today ? campaign.valid.from : today);
      const waiting = await context.store
        .selectFrom('candidates')
        .select(['sha256', 'payload'])
        .where('campaign', '=', campaign.id)
        .execute();
      const candidates = waiting.map(({ sha256, payload }) => ({ sha256, release: JSON.parse(payload) as Release }));
      const { named, estimated } = draftRelease({
        campaign,
        places: resolveAudience(model, campaign.audience).map(({ place }) => place),
        zone: model.zone,
        voices: new Set((await context.library.voices()).map(({ dialect }) => dialect)),
        rendered: [...context.campaigns.releases(), ...candidates],
      });
      const checked = checkSchedule({
        draft: named,
        standing: context.campaigns.standing(),
        devices: [...context.registry.all()].filter(({ revoked }) => !revoked),
        places: model.places,
        calendar: model.calendar,
        zone: model.zone,
        from,
        days: body.days,
      });
      return { ...checked, estimated, milliseconds: Math.round(performance.now() - began) };
    },
  );
}

import { addDays, callerError, dayOf, daySchema, type Release } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { draftRelease, releasesWith } from '../ahead/index.js';
import { resolveAudience } from '../campaigns/audience.js';
import { campaignFrom } from '../content/campaign-from-file.js';
import { campaignFileSchema } from '../content/file-schemas.js';
import { formatProblem } from '../content/index.js';
import { Problems } from '../content/problems.js';
import { daysAhead } from '../predict/index.js';
import { type Guards, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';
import {
  draftPredictionSchema,
  predictDraftSchema,
  predictionAnswerSchema,
  predictionQuerySchema,
} from './prediction-contract.js';

/** How days to come will be covered, and how well that was foretold of days that are over. */
export function predictionRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { predictions } = context;

  routes.get(
    '/api/days/:day/prediction',
    {
      schema: {
        params: z.object({ day: daySchema }),
        querystring: predictionQuerySchema,
        response: { 200: predictionAnswerSchema },
      },
    },
    async ({ params: { day }, query }) => {
      const { with: wanted, from, to } = query;
      if (wanted === undefined && from === undefined && to === undefined) return (await predictions.of(day)) ?? null;
      const releases = await releasesWith(context.campaigns, context.store, wanted);
      return (await predictions.make(day, releases, { from, to })).prediction;
    },
  );

  routes.post(
    '/api/schedule/predict',
    {
      ...guards.role('editor', 'approver'),
      config: { onlyLooks: true },
      schema: { security: tokenSecurity, body: predictDraftSchema, response: { 200: draftPredictionSchema } },
    },
    async ({ body }) => {
      const began = performance.now();
      const model = context.content.model();
      if (!model) throw callerError('content-missing', 'no content has been imported');
      const tomorrow = addDays(dayOf(context.now(), model.zone), 1);
      const file = campaignFileSchema.safeParse(body.campaign, { reportInput: true });
      if (!file.success) {
        const problems = new Problems();
        problems.issues('draft', file.error.issues, () => undefined);
        const errors = problems.list.map((problem) => ({
          code: problem.code,
          message: { zh: formatProblem(problem, 'zh-CN'), en: formatProblem(problem, 'en') },
          ...(problem.field === undefined ? {} : { field: problem.field }),
        }));
        return { day: body.day ?? tomorrow, errors, estimated: false, milliseconds: 0 };
      }
      const campaign = campaignFrom(file.data);
      const first = campaign.valid.from > tomorrow ? campaign.valid.from : tomorrow;
      const farthest = addDays(tomorrow, daysAhead - 1);
      const day = body.day ?? (first < farthest ? first : farthest);
      const waiting = await context.store
        .selectFrom('candidates')
        .select(['sha256', 'payload'])
        .where('campaign', '=', campaign.id)
        .execute();
      const { named, estimated } = draftRelease({
        campaign,
        places: resolveAudience(model, campaign.audience).map(({ place }) => place),
        zone: model.zone,
        voices: new Set((await context.library.voices()).map(({ dialect }) => dialect)),
        rendered: [
          ...context.campaigns.releases(),
          ...waiting.map(({ sha256, payload }) => ({ sha256, release: JSON.parse(payload) as Release })),
        ],
      });
      const standing = context.campaigns.standing();
      const before = await predictions.summary(day, standing);
      const others = standing.filter(({ release }) => release.campaign !== campaign.id);
      const made = await predictions.make(day, [...others, named]);
      return {
        day,
        errors: [],
        before,
        prediction: made.prediction,
        own: predictions.ownPart(made, named.release),
        estimated,
        milliseconds: Math.round(performance.now() - began),
      };
    },
  );
}

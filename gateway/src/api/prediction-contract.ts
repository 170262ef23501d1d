/**
 * What the API says of how well a day to come will be covered, and afterwards of how well that was foretold.
 * Shares lie between 0 and 1; errors are in points of a hundred. Times are milliseconds since the epoch.
 */
import { clockTimeSchema, daySchema, instantSchema, placeSchema, siteKinds } from '@xiaolaba/protocol';
import { z } from 'zod';

const localized = z.object({ zh: z.string(), en: z.string() });
const count = z.number().int().min(0);
const share = z.number().min(0).max(1);

/** A share with the span in which it lies on four days out of five. */
const estimate = z.object({ share, low: share, high: share });

/** Slots: how many are awaited (a mean where they are estimated from recent days), and how many of them will be proven. */
const slots = estimate.extend({ expected: z.number().min(0), verified: z.number().min(0) });

/** Places: on how many something is awaited, and on how many four fifths of it will be proven. */
const places = estimate.extend({ of: count, covered: z.number().min(0) });

export const uncoveredReasons = [
  'no-device',
  'not-enrolled',
  'revoked',
  'stopped',
  'offline',
  'not-delivered',
  'silent',
  'clock',
  'bad-file',
  'no-permission',
  'pre-empted',
  'no-visit',
  'unknown',
] as const;

export const predictionNotes = ['no-history', 'little-history', 'unlocks-estimated', 'unlocks-unknown'] as const;

const predictedPlace = slots.extend({
  place: placeSchema,
  /** Probability that the place will be covered. */
  covered: share,
});

const uncoveredPlace = slots.extend({
  place: placeSchema,
  name: localized,
  kind: z.enum([...siteKinds, 'route', 'fleet']),
  township: z.string().optional(),
  policeStation: z.string(),
  covered: share,
  /** The foremost reason, in words too. */
  reason: z.enum(uncoveredReasons),
  message: localized,
  /** Those whose state is the reason. */
  devices: z.array(z.string()),
});

const summary = z.object({
  totals: slots,
  covered: places,
  kinds: z.array(slots.extend({ id: z.string(), covered: places })),
  campaigns: z.array(slots.extend({ id: z.string(), title: z.string() })),
});

/** What was foretold beside what was proven; `errorPoints` is predicted less happened. */
const compared = z.object({ predicted: share, happened: share, errorPoints: z.number() });

/** GET /api/days/:day/prediction */
export const predictionSchema = summary.extend({
  day: daySchema,
  madeAt: instantSchema,
  /** As it was when the day began and was written down; else made now from what is known now. */
  asItStood: z.boolean(),
  /** Days from which it was learnt, the newest first. */
  history: z.array(daySchema),
  /** What is estimated or missing. */
  notes: z.array(z.object({ code: z.enum(predictionNotes), message: localized })),
  places: z.array(predictedPlace),
  /** Places that would stay uncovered, the surest first. */
  uncovered: z.array(uncoveredPlace),
  /** Once the day is over: held against what happened. */
  happened: z
    .object({
      totals: compared,
      covered: compared,
      kinds: z.array(compared.extend({ id: z.string() })),
      /** Those that were awaited on both sides, the farthest off first. */
      places: z.array(compared.extend({ place: placeSchema })),
      /** Places whose cover was foretold rightly, of all. */
      right: count,
      of: count,
    })
    .optional(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** As the address answers: null where a day is over of which nothing had been foretold. */
export const predictionAnswerSchema = predictionSchema.nullable();
export type PredictionAnswer = z.infer<typeof predictionAnswerSchema>;
export type PredictionSummary = z.infer<typeof summary>;

export const predictionQuerySchema = z
  .strictObject({
    /** SHA-256 of a candidate, or a campaign whose candidates are to be tried as if approved. */
    with: z.string().min(2).max(64).optional(),
    /** Only a part of the day, local clock times. */
    from: clockTimeSchema.optional(),
    to: clockTimeSchema.optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    message: 'must be later than from',
  });

/** POST /api/schedule/predict: a draft as if it were approved and delivered. */
export const predictDraftSchema = z.strictObject({
  /** A campaign as its file has it. */
  campaign: z.unknown(),
  /** Today, tomorrow or up to seven days ahead; tomorrow where absent, or the first day on which the draft is valid. */
  day: daySchema.optional(),
});

export const draftPredictionSchema = z.object({
  day: daySchema,
  /** What keeps the campaign from being one; then nothing is predicted. */
  errors: z.array(z.object({ code: z.string(), message: localized, field: z.string().optional() })),
  /** The same day without the draft. */
  before: summary.optional(),
  prediction: predictionSchema.optional(),
  /** The draft's own part: the places it is for, where each will be covered, and why not. */
  own: z
    .object({
      slots,
      covered: places,
      places: z.array(predictedPlace),
      uncovered: z.array(uncoveredPlace),
    })
    .optional(),
  /** Whether some lengths are estimates because the words have not been rendered yet. */
  estimated: z.boolean(),
  milliseconds: count,
});
export type DraftPrediction = z.infer<typeof draftPredictionSchema>;

/** What the API says of the district's day as a whole. Times are milliseconds since the epoch; days are local to its zone. */
import { daySchema, instantSchema, outputs, triggers } from '@xiaolaba/protocol';
import { z } from 'zod';
import { dayKindSchema } from './ahead-contract.js';

const localized = z.object({ zh: z.string(), en: z.string() });
const count = z.number().int().min(0);
const span = z.object({ from: instantSchema, to: instantSchema });

const programmeSchema = z.object({
  campaign: z.string(),
  title: localized,
  /** Places that it is for, and where a device can play it. */
  places: count,
  /** How often it is to be heard or seen that day, over all places; a stretch of text counts as it is accounted for. */
  plays: count,
  /** When it is due next, at the place that comes first; absent where nothing more is due that day. */
  next: instantSchema.optional(),
  /** When it may be heard or seen, without the hours that are quiet everywhere. */
  lines: z.array(
    z.object({
      output: z.enum(outputs),
      /** Absent where it plays by the clock. */
      on: z.enum(triggers).optional(),
      spans: z.array(span),
    }),
  ),
});
export type Programme = z.infer<typeof programmeSchema>;

/** GET /api/today */
export const todaySchema = z.object({
  day: daySchema,
  now: instantSchema,
  span,
  /** Today and a fortnight to come. */
  days: z.array(z.object({ day: daySchema, kind: dayKindSchema })),
  /** Holidays and school terms are known until this day; `remaining` counts from today and is 0 once it is past. */
  calendar: z.object({ until: daySchema, remaining: count }),
  /** What is on air today by the releases that stand, first come first. */
  programme: z.array(programmeSchema),
  /** Campaigns on air whose last day is within a week; `remaining` is 0 on the last day. */
  ending: z.array(z.object({ campaign: z.string(), title: localized, lastDay: daySchema, remaining: count })),
});
export type Today = z.infer<typeof todaySchema>;

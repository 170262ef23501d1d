/** What the API says of days to come. Times are milliseconds since the epoch; days are local to the district's zone. */
import { daySchema, instantSchema, outputs, placeSchema, profiles, siteKinds, triggers } from '@xiaolaba/protocol';
import { z } from 'zod';

const localized = z.object({ zh: z.string(), en: z.string() });
const count = z.number().int().min(0);
const span = z.object({ from: instantSchema, to: instantSchema });
const cueOf = z.object({ campaign: z.string(), cue: z.string() });

export const dropReasons = [
  'quiet-hours',
  'higher-priority',
  'equal-priority',
  'window-end',
  'day-end',
  'not-in-force',
  'no-audio',
  'no-text',
] as const;

export const dayKindSchema = z.object({
  /** False outside the calendar's years: then only the day of the week is known. */
  known: z.boolean(),
  workday: z.boolean(),
  holiday: z.string().optional(),
  makeupWorkday: z.boolean(),
  schoolDay: z.boolean(),
  term: z.string().optional(),
});

const saidSchema = z.object({
  item: z.string(),
  itemTitle: z.string(),
  dialect: z.string().optional(),
  /** The dialect for which another stands in. */
  wanted: z.string().optional(),
  voice: z.enum(['recording', 'synthesis']).optional(),
  /** `/blobs/<sha256>` to listen to. */
  audio: z.string().optional(),
  words: z.string().optional(),
  text: z.string().optional(),
});

const previewPlaySchema = cueOf.extend(saidSchema.shape).extend({
  /** Of the release's envelope, or of the candidate's payload where one is tried. */
  release: z.string(),
  title: z.string(),
  output: z.enum(outputs),
  priority: count,
  /** Per cent: the lower of the cue's and the place's cap. */
  volume: count,
  dueAt: instantSchema,
  startAt: instantSchema,
  endAt: instantSchema,
  /** What goes first, where it begins later than due. */
  waitsFor: cueOf.optional(),
});

/** GET /api/places/:type/:id/days/:day/preview */
export const previewSchema = z.object({
  day: daySchema,
  dayKind: dayKindSchema,
  place: placeSchema,
  name: localized,
  kind: z.enum([...siteKinds, 'route', 'fleet']),
  span,
  quiet: z.array(span),
  volumeCap: count,
  dialects: z.array(z.string()),
  profiles: z.array(
    z.object({
      profile: z.enum(profiles),
      devices: z.array(z.string()),
      plays: z.array(previewPlaySchema),
      dropped: z.array(
        cueOf.extend({
          title: z.string(),
          dueAt: instantSchema,
          reason: z.enum(dropReasons),
          message: localized,
          by: cueOf.optional(),
        }),
      ),
      /** What plays when something happens, and when it would. */
      triggered: z.array(
        cueOf.extend({
          title: z.string(),
          output: z.enum(outputs),
          items: z.array(z.string()),
          /** Each item in each dialect that takes turns there. */
          says: z.array(saidSchema),
          volume: count,
          on: z.enum(triggers),
          cooldownSeconds: count,
          spans: z.array(span),
        }),
      ),
    }),
  ),
  /** At a stop: what the vehicles that call there announce, with how often the timetable has them call. */
  arrivals: z.array(
    cueOf.extend({
      title: z.string(),
      item: z.string(),
      itemTitle: z.string(),
      from: instantSchema,
      to: instantSchema,
      calls: count,
    }),
  ),
});
export type Preview = z.infer<typeof previewSchema>;

const findingSchema = z.object({
  code: z.string(),
  message: localized,
  /** The field of the draft, where one is at fault. */
  field: z.string().optional(),
  places: z.array(placeSchema),
});

/** POST /api/schedule/check: what a draft would do, before anything is saved. */
export const scheduleCheckSchema = z.object({
  from: daySchema,
  days: count,
  /** What may not be aired as it stands. */
  errors: z.array(findingSchema),
  warnings: z.array(findingSchema),
  /** Minutes a day on average, summed over all devices at places of a kind. Triggered cues are not counted. */
  minutes: z.array(
    z.object({
      kind: z.enum([...siteKinds, 'route', 'fleet']),
      campaign: z.string(),
      title: z.string(),
      before: z.number(),
      after: z.number(),
    }),
  ),
  /** One line for all places with the same answer: the draft's own losses, and what others lose to it. */
  losses: z.array(
    cueOf.extend({
      title: z.string(),
      reason: z.enum(dropReasons),
      message: localized,
      by: cueOf.optional(),
      /** Occurrences lost over all places and days. */
      times: count,
      places: z.array(placeSchema),
    }),
  ),
  /** Whether some lengths are estimates because the words have not been rendered yet. */
  estimated: z.boolean(),
  /** What it took to work out. */
  milliseconds: count,
});
export type ScheduleCheck = z.infer<typeof scheduleCheckSchema>;

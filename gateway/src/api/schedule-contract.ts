/** What the API says of the week calendar and of statutory calendars. Days are local to the district's zone. */
import {
  clockTimeSchema,
  daySchema,
  daySetSchema,
  instantSchema,
  outputs,
  siteKinds,
  triggers,
} from '@xiaolaba/protocol';
import { z } from 'zod';
import { draftStates } from '../desk/words.js';
import { dayKindSchema } from './ahead-contract.js';
import { contentProblemSchema } from './desk-contract.js';

const localized = z.object({ zh: z.string(), en: z.string() });
const count = z.number().int().min(0);
const dayRange = z.object({ from: daySchema, to: daySchema });

export const placeKinds = [...siteKinds, 'route', 'fleet'] as const;

const weekDaySchema = z.object({ day: daySchema, kind: dayKindSchema });
export type WeekDay = z.infer<typeof weekDaySchema>;

/** What binds so many places alike. */
const ruleSchema = z.object({
  kind: z.enum(placeKinds),
  /** Local time in which no sound plays; an end at or before the beginning is on the next day. */
  quiet: z.object({ from: clockTimeSchema, to: clockTimeSchema }).nullable(),
  /** Per cent of full scale. */
  volumeCap: count,
  /** GB 3096 class 0–4; vehicles have none. */
  noiseZone: count.optional(),
  places: count,
});
export type RuleView = z.infer<typeof ruleSchema>;

const cueSchema = z.object({
  id: z.string(),
  items: z.array(z.object({ id: z.string(), title: z.string() })),
  output: z.enum(outputs),
  pace: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('every'), seconds: count }),
    z.object({ kind: z.literal('once') }),
    z.object({ kind: z.literal('continuous') }),
    z.object({ kind: z.literal('triggered'), on: z.enum(triggers), cooldownSeconds: count }),
  ]),
  priority: count,
  volumeCap: count,
  windows: z.array(
    z.object({
      days: daySetSchema,
      from: clockTimeSchema,
      /** At or before `from`: on the next day. */
      to: clockTimeSchema,
      /** Days on which it begins, of the week and the day before it. */
      begins: z.array(daySchema),
    }),
  ),
});
export type CueView = z.infer<typeof cueSchema>;

const weekCampaignSchema = z.object({
  id: z.string(),
  title: localized,
  valid: dayRange,
  state: z.enum(draftStates),
  version: count,
  source: z.enum(['files', 'desk']),
  /** Why it can't be edited: being rendered, past its last day, or on air without anything that could be edited. */
  locked: z.enum(['rendering', 'ended', 'unwritten']).optional(),
  /** What binds the places that it is for. */
  rules: z.array(ruleSchema),
  /** As files or the desk have it: what an edit begins with. */
  written: z.array(cueSchema),
  /** As it is on air. */
  air: z.array(cueSchema).optional(),
});
export type WeekCampaign = z.infer<typeof weekCampaignSchema>;

/** GET /api/schedule/weeks/:day */
export const scheduleWeekSchema = z.object({
  monday: daySchema,
  today: daySchema,
  /** The gateway's time, by which today is. */
  now: z.number(),
  zone: z.string(),
  /** The days that the statutory calendar speaks for. */
  calendar: dayRange,
  /** The day before Monday. */
  eve: weekDaySchema,
  days: z.array(weekDaySchema),
  rules: z.array(ruleSchema),
  campaigns: z.array(weekCampaignSchema),
});
export type ScheduleWeek = z.infer<typeof scheduleWeekSchema>;

const calendarPartSchema = dayRange.extend({
  id: z.string(),
  holidays: z.array(z.object({ day: daySchema, name: z.string() })),
  makeupWorkdays: z.array(daySchema),
  schoolTerms: z.array(dayRange.extend({ name: z.string() })),
});

/** GET /api/calendars, in the order of their days. */
export const calendarViewSchema = z.object({
  calendar: calendarPartSchema,
  source: z.enum(['files', 'desk']),
  /** Account id, or `machine`; absent for files. */
  author: z.string().optional(),
  authorName: z.string().optional(),
  at: instantSchema.optional(),
});
export type CalendarView = z.infer<typeof calendarViewSchema>;

/** POST /api/calendars/:calendar/check and PUT /api/calendars/:calendar: what loading it changes, or has changed. */
export const calendarPlanSchema = z.object({
  calendar: calendarPartSchema,
  replaces: z.boolean(),
  days: z.array(z.object({ day: daySchema, before: dayKindSchema, after: dayKindSchema })),
  schoolDays: z.object({ before: count, after: count }),
  problems: z.array(contentProblemSchema),
});
export type CalendarPlanView = z.infer<typeof calendarPlanSchema>;

import { z } from 'zod';
import { daySchema } from '../ids.js';

/** Statutory holidays 法定节假日, make-up workdays 调休上班日 and school terms 学期, as the operator loaded them. */
export const calendarSchema = z.strictObject({
  v: z.literal(1),
  id: z.string().min(1).max(64),
  /** The years it speaks for, both ends inclusive; outside them only the days of the week are known. */
  from: daySchema,
  to: daySchema,
  holidays: z.array(z.strictObject({ day: daySchema, name: z.string().min(1).max(32) })).max(400),
  makeupWorkdays: z.array(daySchema).max(200),
  schoolTerms: z.array(z.strictObject({ from: daySchema, to: daySchema, name: z.string().min(1).max(64) })).max(40),
});
export type Calendar = z.infer<typeof calendarSchema>;

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * The days a window holds on: every day; workdays (Monday to Friday less holidays, plus make-up workdays);
 * rest days (the others); statutory holidays; school days (workdays within a term); or named weekdays,
 * which mean just that, whatever the holiday.
 */
export const daySetSchema = z.union([
  z.enum(['every-day', 'workdays', 'rest-days', 'holidays', 'school-days']),
  z.array(z.enum(weekdays)).min(1).max(7),
]);
export type DaySet = z.infer<typeof daySetSchema>;

/** Monday to Sunday of a local day. Pure arithmetic: a calendar day has no zone. */
export function weekdayOf(day: string): Weekday {
  const index = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return weekdays[index] as Weekday;
}

/** The day `n` days after (or before) a local day. */
export function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
}

interface DayIndex {
  readonly holidays: ReadonlySet<string>;
  readonly makeupWorkdays: ReadonlySet<string>;
}
/** A calendar is immutable once decoded, so what is looked up in it may be kept beside it. */
const indexes = new WeakMap<Calendar, DayIndex>();
function indexOf(calendar: Calendar): DayIndex {
  let index = indexes.get(calendar);
  if (!index) {
    index = {
      holidays: new Set(calendar.holidays.map((holiday) => holiday.day)),
      makeupWorkdays: new Set(calendar.makeupWorkdays),
    };
    indexes.set(calendar, index);
  }
  return index;
}

export function isHoliday(calendar: Calendar, day: string): boolean {
  return indexOf(calendar).holidays.has(day);
}

export function isWorkday(calendar: Calendar, day: string): boolean {
  if (indexOf(calendar).makeupWorkdays.has(day)) return true;
  if (isHoliday(calendar, day)) return false;
  const weekday = weekdayOf(day);
  return weekday !== 'sat' && weekday !== 'sun';
}

/** Whether a set of days holds a local day. */
export function daySetHolds(set: DaySet, calendar: Calendar, day: string): boolean {
  if (Array.isArray(set)) return set.includes(weekdayOf(day));
  switch (set) {
    case 'every-day':
      return true;
    case 'workdays':
      return isWorkday(calendar, day);
    case 'rest-days':
      return !isWorkday(calendar, day);
    case 'holidays':
      return isHoliday(calendar, day);
    case 'school-days':
      return isWorkday(calendar, day) && calendar.schoolTerms.some((term) => term.from <= day && day <= term.to);
  }
}

/** Whether the calendar was loaded for this day; if not, holidays of that day are unknown. */
export function calendarCovers(calendar: Calendar, day: string): boolean {
  return calendar.from <= day && day <= calendar.to;
}

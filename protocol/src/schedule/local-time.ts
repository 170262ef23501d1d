import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

/** Local clock time, `HH:MM`, up to `24:00` as the end of a day. */
export const clockTimeSchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/);

/** Minutes after midnight of a checked clock time. */
export const minutesOf = (clockTime: string): number =>
  Number(clockTime.slice(0, 2)) * 60 + Number(clockTime.slice(3, 5));

/** Whether the runtime knows the zone. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** The local day on which an instant falls. */
export const dayOf = (instant: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString();

/** `HH:MM:SS` on the local clock. */
export const clockOf = (instant: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(zone)
    .toPlainTime()
    .toString({ smallestUnit: 'second' });

/**
 * The instant at which a local day's clock shows a time. A time that the spring change leaves out becomes the
 * instant as long after the change; of a time that the autumn change brings twice, the first counts.
 */
export function instantOf(day: string, clockTime: string, zone: string): number {
  const wholeDay = clockTime === '24:00';
  const date = Temporal.PlainDate.from(day).add({ days: wholeDay ? 1 : 0 });
  return date.toZonedDateTime({ timeZone: zone, plainTime: wholeDay ? '00:00' : clockTime }).epochMilliseconds;
}

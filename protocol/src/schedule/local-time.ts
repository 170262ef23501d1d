import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

/** Local clock time, `HH:MM`, up to `24:00` as the end of a day. */
export const clockTimeSchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/);

/** Minutes after midnight of a checked clock time. */
export const minutesOf = (clockTime: string): number =>
  Number(clockTime.slice(0, 2)) * 60 + Number(clockTime.slice(3, 5));

/** Zones that the runtime was found to know: to ask it takes long, and each calendar names one. */
const knownZones = new Set<string>();

/** Whether the runtime knows the zone. */
export function isTimeZone(zone: string): boolean {
  if (knownZones.has(zone)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    knownZones.add(zone);
    return true;
  } catch {
    return false;
  }
}

/** The day that was asked for last in each zone: nearly every question is about that one. */
const lastDays = new Map<string, { readonly day: string; readonly from: number; readonly to: number }>();

/** The local day on which an instant falls. */
export function dayOf(instant: number, zone: string): string {
  const last = lastDays.get(zone);
  if (last && last.from <= instant && instant < last.to) return last.day;
  const start = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).startOfDay();
  const day = start.toPlainDate().toString();
  const from = start.epochMilliseconds;
  const to = start.add({ days: 1 }).startOfDay().epochMilliseconds;
  if (lastDays.size >= 64) lastDays.clear();
  lastDays.set(zone, { day, from, to });
  return day;
}

/** `HH:MM:SS` on the local clock. */
export const clockOf = (instant: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(zone)
    .toPlainTime()
    .toString({ smallestUnit: 'second' });

/** Where a clock time lies on a day, whatever the clock does then. */
export interface ClockInstants {
  /** As `instantOf`. */
  readonly usual: number;
  /** The first instant at or after which the clock has reached the time; a skipped time is reached at the change. */
  readonly first: number;
  /** The last instant at which the clock reaches the time. */
  readonly last: number;
}

/** A fleet asks for few different times again and again, and the zone rules behind each answer are slow. */
const maxKept = 4096;
const kept = new Map<string, ClockInstants>();

/** All meanings of a clock time on a local day; they differ only on a day when the clock changes. */
export function instantsOf(day: string, clockTime: string, zone: string): ClockInstants {
  const key = `${day} ${clockTime} ${zone}`;
  const known = kept.get(key);
  if (known) return known;
  const found = findInstants(day, clockTime, zone);
  if (kept.size >= maxKept) kept.clear();
  kept.set(key, found);
  return found;
}

function findInstants(day: string, clockTime: string, zone: string): ClockInstants {
  const wholeDay = clockTime === '24:00';
  const date = Temporal.PlainDate.from(day).add({ days: wholeDay ? 1 : 0 });
  const local = date.toPlainDateTime(Temporal.PlainTime.from(wholeDay ? '00:00' : clockTime));
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const first = earlier.epochMilliseconds;
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds;
  if (first === later) return { usual: first, first, last: first };
  // Twice: the first counts. Never: the clock jumps over it at the change.
  if (earlier.toPlainDateTime().equals(local)) return { usual: first, first, last: later };
  const change = earlier.getTimeZoneTransition('next')?.epochMilliseconds ?? later;
  return { usual: later, first: change, last: change };
}

/**
 * The instant at which a local day's clock shows a time. A time that the spring change leaves out becomes the
 * instant as long after the change; of a time that the autumn change brings twice, the first counts.
 */
export const instantOf = (day: string, clockTime: string, zone: string): number =>
  instantsOf(day, clockTime, zone).usual;

import { addDays, type Calendar, daySetHolds } from '../calendar/calendar.js';
import type { Window } from '../release.js';
import { instantOf, minutesOf } from './local-time.js';

/** From the first instant to before the second. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where a window lies that begins on a local day; its end is on the next day when it passes midnight. */
export function spanOf(clock: { readonly from: string; readonly to: string }, day: string, zone: string): Span {
  const passesMidnight = minutesOf(clock.to) <= minutesOf(clock.from);
  return {
    from: instantOf(day, clock.from, zone),
    to: instantOf(passesMidnight ? addDays(day, 1) : day, clock.to, zone),
  };
}

/** The spans of the windows that begin on a local day, in order; windows that touch or overlap stay apart. */
export function windowSpans(windows: readonly Window[], calendar: Calendar, day: string, zone: string): Span[] {
  return windows
    .filter((window) => daySetHolds(window.days, calendar, day))
    .map((window) => spanOf(window, day, zone))
    .filter((span) => span.to > span.from)
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Quiet spans that can touch a local day: yesterday's that passes midnight, and today's. */
export function quietSpans(
  quiet: { readonly from: string; readonly to: string } | null,
  day: string,
  zone: string,
): Span[] {
  if (!quiet || quiet.from === quiet.to) return [];
  return [addDays(day, -1), day].map((start) => spanOf(quiet, start, zone));
}

/** Whether sound is refused at an instant. */
export function isQuiet(
  quiet: { readonly from: string; readonly to: string } | null,
  day: string,
  zone: string,
  at: number,
): boolean {
  return quietSpans(quiet, day, zone).some((span) => span.from <= at && at < span.to);
}

export const overlaps = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to;

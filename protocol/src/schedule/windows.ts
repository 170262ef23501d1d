import { addDays, type Calendar, daySetHolds } from '../calendar/calendar.js';
import type { Window } from '../release.js';
import { instantsOf, minutesOf } from './local-time.js';

/** From the first instant to before the second. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

interface ClockSpan {
  readonly from: string;
  readonly to: string;
}

const minutesInDay = 1440;
const passesMidnight = (clock: ClockSpan): boolean => minutesOf(clock.to) <= minutesOf(clock.from);

/**
 * Where a window lies that begins on a local day; its end is on the next day when it passes midnight.
 * A window that begins in the hour that the spring change leaves out begins as long after the change, and where
 * that would leave nothing of it, it keeps its length: a change of the clock never swallows a broadcast.
 */
export function spanOf(clock: ClockSpan, day: string, zone: string): Span {
  const wraps = passesMidnight(clock);
  const from = instantsOf(day, clock.from, zone).usual;
  const to = instantsOf(wraps ? addDays(day, 1) : day, clock.to, zone).usual;
  if (to > from) return { from, to };
  const minutes = minutesOf(clock.to) - minutesOf(clock.from) + (wraps ? minutesInDay : 0);
  return { from, to: from + minutes * 60_000 };
}

/** Quiet hours hold from the first time the clock shows their beginning to the last time it shows their end. */
function quietSpanOf(clock: ClockSpan, day: string, zone: string): Span {
  return {
    from: instantsOf(day, clock.from, zone).first,
    to: instantsOf(passesMidnight(clock) ? addDays(day, 1) : day, clock.to, zone).last,
  };
}

/** The spans of the windows that begin on a local day, in order; windows that touch or overlap stay apart. */
export function windowSpans(windows: readonly Window[], calendar: Calendar, day: string, zone: string): Span[] {
  return windows
    .filter((window) => daySetHolds(window.days, calendar, day))
    .map((window) => spanOf(window, day, zone))
    .sort((a, b) => a.from - b.from || b.to - a.to);
}

/** Quiet spans that can touch a local day: yesterday's that passes midnight, and today's. */
export function quietSpans(quiet: ClockSpan | null, day: string, zone: string): Span[] {
  if (!quiet || quiet.from === quiet.to) return [];
  return [addDays(day, -1), day].map((start) => quietSpanOf(quiet, start, zone));
}

/** Whether sound is refused at an instant. */
export function isQuiet(quiet: ClockSpan | null, day: string, zone: string, at: number): boolean {
  return quietSpans(quiet, day, zone).some((span) => span.from <= at && at < span.to);
}

export const overlaps = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to;

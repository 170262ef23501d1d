import { minutesOf } from '@xiaolaba/protocol';
import type { Route } from './model.js';

export interface Departure {
  /** `out` begins at the first stop of the list, `back` at the last. */
  readonly direction: 'out' | 'back';
  /** Minutes after local midnight. */
  readonly minutes: number;
}

const minutesInDay = 1440;

/** Running time of a whole trip, in minutes. */
export const tripMinutes = (route: Route): number => route.stops.at(-1)?.minutes ?? 0;

/**
 * Departures of one day's service from either end in [from, to), in minutes after that day's midnight and in order
 * of time. A service that goes on past midnight has departures beyond 1440.
 */
export function departures(route: Route, from: number, to: number): Departure[] {
  const first = minutesOf(route.first);
  // A last departure earlier on the clock than the first is after midnight.
  const last = minutesOf(route.last) + (minutesOf(route.last) < first ? minutesInDay : 0);
  const found: Departure[] = [];
  for (let minutes = first; minutes <= last; minutes += route.headwayMinutes) {
    if (minutes >= from && minutes < to) found.push({ direction: 'out', minutes }, { direction: 'back', minutes });
  }
  return found;
}

/** Running time from a trip's beginning to a stop; the way back mirrors the way out. A stop may come more than once. */
export function minutesTo(route: Route, stop: string, direction: Departure['direction']): number[] {
  const whole = tripMinutes(route);
  return route.stops
    .filter(({ site }) => site === stop)
    .map(({ minutes }) => (direction === 'out' ? minutes : whole - minutes));
}

/** How often the timetable has a vehicle call at a stop in [from, to), minutes after local midnight. */
export function callsAt(route: Route, stop: string, from: number, to: number): number {
  let calls = 0;
  for (const departure of departures(route, 0, 2 * minutesInDay)) {
    for (const offset of minutesTo(route, stop, departure.direction)) {
      const at = departure.minutes + offset;
      // Yesterday's last vehicles are still out after midnight.
      for (const day of [0, -minutesInDay]) if (at + day >= from && at + day < to) calls++;
    }
  }
  return calls;
}

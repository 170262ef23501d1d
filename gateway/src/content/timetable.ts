import { minutesOf } from '@xiaolaba/protocol';
import type { Route } from './model.js';

export interface Departure {
  /** `out` begins at the first stop of the list, `back` at the last. */
  readonly direction: 'out' | 'back';
  /** Minutes after local midnight. */
  readonly minutes: number;
}

/** Running time of a whole trip, in minutes. */
export const tripMinutes = (route: Route): number => route.stops.at(-1)?.minutes ?? 0;

/** Departures from either end in [from, to), minutes after local midnight, in order of time. */
export function departures(route: Route, from: number, to: number): Departure[] {
  const found: Departure[] = [];
  for (let minutes = minutesOf(route.first); minutes <= minutesOf(route.last); minutes += route.headwayMinutes) {
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
  for (const departure of departures(route, 0, 48 * 60)) {
    for (const offset of minutesTo(route, stop, departure.direction)) {
      const at = departure.minutes + offset;
      if (at >= from && at < to) calls++;
    }
  }
  return calls;
}

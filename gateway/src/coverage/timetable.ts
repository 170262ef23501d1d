import { instantOf } from '@xiaolaba/protocol';
import { callsAt, type Route } from '../content/index.js';

/** Whether the timetable has a vehicle call at a stop between two instants of a local day. */
export function callsBetween(route: Route, site: string, from: number, to: number, day: string, zone: string): boolean {
  if (to <= from) return false;
  const midnight = instantOf(day, '00:00', zone);
  return callsAt(route, site, (from - midnight) / 60_000, (to - midnight) / 60_000) > 0;
}

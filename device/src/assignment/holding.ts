import type { Assignment, Calendar, NamedRelease, RouteStops } from '@xiaolaba/protocol';

/** What is in force: an assignment and everything it names that was found good. */
export interface Holding {
  readonly assignment: Assignment;
  readonly releases: readonly NamedRelease[];
  readonly calendar: Calendar;
  readonly route?: RouteStops;
}

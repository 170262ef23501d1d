import type { Calendar } from '@xiaolaba/protocol';
import type { CalendarPart } from './model.js';

/** Calendars of several years as one, in the order of their days. */
export function joinCalendars([first, ...more]: readonly [CalendarPart, ...CalendarPart[]]): Calendar {
  const parts = [first, ...more];
  return {
    v: 1,
    id: parts
      .map(({ id }) => id)
      .join('+')
      .slice(0, 64),
    from: first.from,
    to: parts.reduce((last, { to }) => (to > last ? to : last), first.to),
    holidays: parts.flatMap(({ holidays }) => holidays),
    makeupWorkdays: parts.flatMap(({ makeupWorkdays }) => makeupWorkdays),
    schoolTerms: parts.flatMap(({ schoolTerms }) => schoolTerms),
  };
}

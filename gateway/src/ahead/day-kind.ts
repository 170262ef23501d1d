import { type Calendar, calendarCovers, daySetHolds, isHoliday, isWorkday } from '@xiaolaba/protocol';

/** What sort of day it is, as windows see it. */
export interface DayKind {
  /** False outside the calendar's years: then only the day of the week is known. */
  readonly known: boolean;
  readonly workday: boolean;
  /** Name of the statutory holiday. */
  readonly holiday?: string;
  /** A Saturday or Sunday worked for a holiday 调休上班日. */
  readonly makeupWorkday: boolean;
  readonly schoolDay: boolean;
  /** Name of the school term that it lies in. */
  readonly term?: string;
}

export function dayKindOf(calendar: Calendar, day: string): DayKind {
  const holiday = isHoliday(calendar, day) ? calendar.holidays.find((one) => one.day === day)?.name : undefined;
  const term = calendar.schoolTerms.find(({ from, to }) => from <= day && day <= to)?.name;
  return {
    known: calendarCovers(calendar, day),
    workday: isWorkday(calendar, day),
    ...(holiday === undefined ? {} : { holiday }),
    makeupWorkday: calendar.makeupWorkdays.includes(day),
    schoolDay: daySetHolds('school-days', calendar, day),
    ...(term === undefined ? {} : { term }),
  };
}

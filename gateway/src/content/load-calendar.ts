import { join } from 'node:path';
import { addDays, type Calendar } from '@xiaolaba/protocol';
import type { z } from 'zod';
import { calendarFileSchema } from './file-schemas.js';
import type { Problems } from './problems.js';
import { type ReadDocument, readDocument, yamlFiles } from './read-document.js';

type CalendarFile = ReadDocument<z.output<typeof calendarFileSchema>>;

interface LoadedCalendar {
  readonly calendar: Calendar;
  readonly calendars: readonly Omit<Calendar, 'v'>[];
}

/** All years' calendars as one: the operator adds next year's file when it is published. */
export async function loadCalendar(directory: string, problems: Problems): Promise<LoadedCalendar | undefined> {
  const names = await yamlFiles(directory, 'calendar');
  if (names.length === 0) problems.error('calendar', 'file-missing', { name: 'calendar/2026.yaml' });
  const files: CalendarFile[] = [];
  for (const name of names) {
    const file = await readDocument(join(directory, name), name, calendarFileSchema, problems);
    if (file) files.push(file);
  }
  files.sort((a, b) => (a.value.from < b.value.from ? -1 : 1));
  for (const [index, file] of files.entries()) {
    checkCalendar(file, problems);
    const before = files[index - 1];
    if (before) checkSeam(before, file, problems);
  }
  const [first] = files;
  if (!first) return undefined;
  const parts = files.map(({ value }) => value);
  const calendar: Calendar = {
    v: 1,
    id: parts
      .map(({ id }) => id)
      .join('+')
      .slice(0, 64),
    from: first.value.from,
    to: parts.reduce((last, { to }) => (to > last ? to : last), first.value.to),
    holidays: parts.flatMap(({ holidays }) => holidays),
    makeupWorkdays: parts.flatMap((part) => part['makeup-workdays']),
    schoolTerms: parts.flatMap((part) => part['school-terms']),
  };
  const calendars = parts.map(
    ({ 'makeup-workdays': makeupWorkdays, 'school-terms': schoolTerms, id, from, to, holidays }) => {
      return { id, from, to, holidays, makeupWorkdays, schoolTerms };
    },
  );
  return { calendar, calendars };
}

function checkCalendar({ file, value, lineOf }: CalendarFile, problems: Problems): void {
  const at = (...path: (string | number)[]) => {
    const line = lineOf(path);
    return { field: path.join('.'), ...(line === undefined ? {} : { line }) };
  };
  if (value.to < value.from) problems.error(file, 'valid-order', {}, at('from'));
  const holidays = new Set(value.holidays.map(({ day }) => day));
  const days = [
    ...value.holidays.map(({ day }, index) => ({ day, where: at('holidays', index) })),
    ...value['makeup-workdays'].map((day, index) => ({ day, where: at('makeup-workdays', index) })),
  ];
  for (const { day, where } of days) {
    if (day < value.from || day > value.to) problems.error(file, 'calendar-outside', { day }, where);
  }
  for (const [index, day] of value['makeup-workdays'].entries()) {
    if (holidays.has(day)) problems.error(file, 'calendar-conflict', { day }, at('makeup-workdays', index));
  }
  for (const [index, term] of value['school-terms'].entries()) {
    if (term.to < term.from) problems.error(file, 'valid-order', {}, at('school-terms', index));
  }
}

function checkSeam(before: CalendarFile, after: CalendarFile, problems: Problems): void {
  const line = after.lineOf(['from']);
  const where = { field: 'from', ...(line === undefined ? {} : { line }) };
  const next = addDays(before.value.to, 1);
  if (after.value.from < next) problems.error(after.file, 'calendar-overlap', { other: before.file }, where);
  if (after.value.from > next)
    problems.warning(after.file, 'calendar-gap', { from: next, to: addDays(after.value.from, -1) }, where);
}

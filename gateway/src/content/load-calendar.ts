import { join } from 'node:path';
import { addDays, type Calendar } from '@xiaolaba/protocol';
import type { z } from 'zod';
import { calendarFileSchema } from './file-schemas.js';
import { joinCalendars } from './join-calendars.js';
import type { CalendarPart } from './model.js';
import type { Problems } from './problems.js';
import { parseText, type ReadDocument, readDocument, yamlFiles } from './read-document.js';

type CalendarFile = ReadDocument<z.output<typeof calendarFileSchema>>;

interface LoadedCalendar {
  readonly calendar: Calendar;
  readonly calendars: readonly CalendarPart[];
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
  const [first, ...more] = files.map(({ value }) => partOf(value));
  if (!first) return undefined;
  return { calendar: joinCalendars([first, ...more]), calendars: [first, ...more] };
}

/** One calendar from the text of its file, checked by itself; where others join it is the caller's to see. */
export function calendarFromText(text: string, file: string, problems: Problems): CalendarPart | undefined {
  const document = parseText(text, file, calendarFileSchema, problems);
  if (!document) return undefined;
  checkCalendar(document, problems);
  return partOf(document.value);
}

const partOf = ({
  'makeup-workdays': makeupWorkdays,
  'school-terms': schoolTerms,
  ...calendar
}: CalendarFile['value']): CalendarPart => ({ ...calendar, makeupWorkdays, schoolTerms });

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

import { addDays, type Calendar, calendarSchema, callerError, weekdayOf } from '@xiaolaba/protocol';
import { type DayKind, dayKindOf } from '../ahead/day-kind.js';
import type { ContentService } from '../campaigns/content-service.js';
import {
  type CalendarPart,
  type Content,
  type ContentProblem,
  calendarFile,
  calendarFileName,
  calendarFromText,
  joinCalendars,
  Problems,
} from '../content/index.js';
import { DraftRefused } from '../desk/drafts.js';
import type { Store } from '../store/index.js';
import { Turns } from '../turns.js';
import { keepCalendar, loadedCalendars, partsOf } from './held-calendars.js';

/** Days; two years and a bit. */
const longest = 800;

export interface CalendarEntry {
  readonly calendar: CalendarPart;
  readonly source: 'files' | 'desk';
  /** Who loaded it at the desk, and when. */
  readonly author?: string;
  readonly at?: number;
}

export interface DayChange {
  readonly day: string;
  readonly before: DayKind;
  readonly after: DayKind;
}

export interface CalendarPlan {
  readonly calendar: CalendarPart;
  /** Whether one of this id is there already. */
  readonly replaces: boolean;
  /** Days that windows will see otherwise: holidays, make-up workdays. */
  readonly days: readonly DayChange[];
  /** School days in the days of the calendar. */
  readonly schoolDays: { readonly before: number; readonly after: number };
  readonly problems: readonly ContentProblem[];
}

export interface CalendarsDeps {
  readonly store: Store;
  readonly content: ContentService;
  readonly now: () => number;
}

/** Statutory calendars by year, those of files and those that the operator loads at the desk. */
export class Calendars {
  readonly #turns = new Turns();

  constructor(private readonly deps: CalendarsDeps) {}

  async list(): Promise<CalendarEntry[]> {
    const loaded = new Map((await loadedCalendars(this.deps.store)).map((one) => [one.calendar.id, one]));
    return partsOf(this.#held()).map(({ id, from, to, holidays, makeupWorkdays, schoolTerms }) => {
      const calendar = { id, from, to, holidays, makeupWorkdays, schoolTerms };
      const desk = loaded.get(id);
      return desk ? { calendar, source: 'desk', author: desk.author, at: desk.at } : { calendar, source: 'files' };
    });
  }

  /** A calendar as its file. @throws XiaolabaError `calendar-unknown`, `content-missing` */
  file(id: string): { readonly name: string; readonly text: string } {
    const calendar = partsOf(this.#held()).find((one) => one.id === id);
    if (!calendar) throw callerError('calendar-unknown', `no calendar ${id}`, { calendar: id });
    return { name: calendarFileName(calendar), text: calendarFile(calendar) };
  }

  /** What loading a file would change; changes nothing. @throws DraftRefused; XiaolabaError `content-missing` */
  plan(id: string, text: string): CalendarPlan {
    const { calendar: before, ...held } = this.#held();
    const file = `calendar/${id}.yaml`;
    const problems = new Problems();
    const calendar = calendarFromText(text, file, problems);
    if (calendar && calendar.id !== id) problems.error(file, 'id-differs', { id }, { field: 'id' });
    if (calendar && addDays(calendar.from, longest) <= calendar.to)
      problems.error(file, 'calendar-too-long', { limit: longest }, { field: 'to' });
    if (!calendar || problems.list.some(({ code }) => code === 'calendar-too-long' || code === 'valid-order'))
      throw new DraftRefused(problems.list);
    const parts = partsOf({ calendar: before, ...held });
    const after = joined(
      calendar,
      parts.filter((one) => one.id !== id),
      file,
      problems,
    );
    if (problems.list.some(({ severity }) => severity === 'error')) throw new DraftRefused(problems.list);
    const old = parts.find((one) => one.id === id);
    const from = old && old.from < calendar.from ? old.from : calendar.from;
    const to = old && old.to > calendar.to ? old.to : calendar.to;
    const days: DayChange[] = [];
    const schoolDays = { before: 0, after: 0 };
    for (let day = from; day <= to; day = addDays(day, 1)) {
      const change = { day, before: dayKindOf(before, day), after: dayKindOf(after, day) };
      if (looks(change.before) !== looks(change.after)) days.push(change);
      if (change.before.schoolDay) schoolDays.before += 1;
      if (change.after.schoolDay) schoolDays.after += 1;
    }
    return { calendar, replaces: old !== undefined, days, schoolDays, problems: problems.list };
  }

  /** Loads a calendar. @throws as `plan` */
  put(id: string, text: string, author: string, noted: (within: Store) => Promise<void>): Promise<CalendarPlan> {
    return this.#turns.run(async () => {
      const plan = this.plan(id, text);
      const { store, content, now } = this.deps;
      await store.transaction().execute(async (transaction) => {
        await keepCalendar(transaction, { calendar: plan.calendar, author, at: now() });
        await noted(transaction);
      });
      await content.deskChanged();
      return plan;
    });
  }

  #held(): Content {
    const held = this.deps.content.held();
    if (!held) throw callerError('content-missing', 'no content has been imported');
    return held;
  }
}

const looks = ({ workday, holiday, makeupWorkday }: DayKind): string =>
  JSON.stringify([workday, holiday, makeupWorkday]);

/** All calendars with the new one among them: every day in between has one and only one. */
function joined(calendar: CalendarPart, others: readonly CalendarPart[], file: string, problems: Problems): Calendar {
  const overlapping = others.find(({ from, to }) => from <= calendar.to && calendar.from <= to);
  if (overlapping) problems.error(file, 'calendar-overlap', { other: overlapping.id }, { field: 'from' });
  else {
    const before = others.filter(({ to }) => to < calendar.from).sort((a, b) => (a.to > b.to ? -1 : 1))[0];
    const after = others.filter(({ from }) => from > calendar.to).sort((a, b) => (a.from < b.from ? -1 : 1))[0];
    const gap = (field: 'from' | 'to', from: string, to: string) => {
      if (from <= to) problems.error(file, 'calendar-gap', { from, to }, { field });
    };
    if (before) gap('from', addDays(before.to, 1), addDays(calendar.from, -1));
    if (after) gap('to', addDays(calendar.to, 1), addDays(after.from, -1));
  }
  for (const [index, { day, name }] of calendar.holidays.entries())
    if (calendar.holidays.findIndex((one) => one.day === day) < index)
      problems.error(file, 'calendar-day-repeated', { day, name }, { field: `holidays.${index}` });
  for (const [index, day] of calendar.makeupWorkdays.entries())
    if (weekdayOf(day) !== 'sat' && weekdayOf(day) !== 'sun')
      problems.warning(file, 'calendar-makeup-weekday', { day }, { field: `makeup-workdays.${index}` });
  const [first = calendar, ...more] = [...others, calendar].sort((a, b) => (a.from < b.from ? -1 : 1));
  const all = joinCalendars([first, ...more]);
  const parsed = calendarSchema.safeParse(all, { reportInput: true });
  if (!parsed.success) problems.issues(file, parsed.error.issues, () => undefined);
  return all;
}

import type { Calendar } from '@xiaolaba/protocol';
import { type CalendarPart, type Content, type ContentProblem, joinCalendars } from '../content/index.js';
import type { Store } from '../store/index.js';

const documentKind = 'calendar';

/** A calendar that the operator loaded at the desk. */
export interface LoadedCalendar {
  readonly calendar: CalendarPart;
  readonly author: string;
  readonly at: number;
}

export async function loadedCalendars(store: Store): Promise<LoadedCalendar[]> {
  const rows = await store.selectFrom('documents').select('body').where('kind', '=', documentKind).execute();
  return rows.map(({ body }) => JSON.parse(body) as LoadedCalendar);
}

export async function keepCalendar(store: Store, loaded: LoadedCalendar): Promise<void> {
  const body = JSON.stringify(loaded);
  await store
    .insertInto('documents')
    .values({ kind: documentKind, id: loaded.calendar.id, body })
    .onConflict((conflict) => conflict.columns(['kind', 'id']).doUpdateSet({ body }))
    .execute();
}

/** What files bring takes the place of what was loaded at the desk by the same id. */
export async function dropCalendars(store: Store, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await store.deleteFrom('documents').where('kind', '=', documentKind).where('id', 'in', ids).execute();
}

type Calendars = Pick<Content, 'calendar' | 'calendars'>;

export const partsOf = ({ calendar, calendars }: Calendars): readonly CalendarPart[] => calendars ?? [calendar];

/** Files' calendars with the desk's among them, each in the place of the file's of the same id. */
export function withLoaded(files: Calendars, loaded: readonly LoadedCalendar[]): Required<Calendars> {
  const desk = loaded.map(({ calendar }) => calendar);
  const ids = new Set(desk.map(({ id }) => id));
  const [first, ...more] = [...partsOf(files).filter(({ id }) => !ids.has(id)), ...desk].sort((a, b) =>
    a.from < b.from ? -1 : 1,
  );
  if (!first || desk.length === 0) return { calendar: files.calendar, calendars: partsOf(files) };
  const calendar: Calendar = joinCalendars([first, ...more]);
  return { calendar, calendars: [first, ...more] };
}

/** Calendars of the desk that those of files would overlap without taking their place. */
export function overlapsWithLoaded(files: Calendars, loaded: readonly LoadedCalendar[]): ContentProblem[] {
  const parts = partsOf(files);
  const ids = new Set(parts.map(({ id }) => id));
  return loaded.flatMap(({ calendar }) => {
    const other = ids.has(calendar.id)
      ? undefined
      : parts.find(({ from, to }) => from <= calendar.to && calendar.from <= to);
    if (!other) return [];
    const details = { other: calendar.id };
    return [{ file: `calendar (${other.id})`, field: 'from', code: 'calendar-overlap', severity: 'error', details }];
  });
}

import type { CueView, ScheduleWeek, WeekCampaign } from '@xiaolaba/gateway/contract';
import { shiftDay } from '../shell/time.js';
import {
  beginsOn,
  clockOf,
  type DaySet,
  minutesInDay,
  minutesOf,
  type Weekday,
  weekdayOf,
  weekdays,
} from './week-blocks.js';

export interface WindowDocument {
  readonly days: DaySet;
  readonly from: string;
  readonly to: string;
}
export interface CueDocument {
  readonly id: string;
  readonly items: readonly string[];
  readonly output: 'audio' | 'text';
  readonly windows: readonly WindowDocument[];
  readonly every?: string;
  readonly once?: true;
  readonly continuous?: true;
  readonly on?: 'unlock' | 'lock' | 'stop-arrival';
  readonly cooldown?: string;
  readonly priority: number;
  readonly 'volume-cap'?: number;
}
/** A campaign as its file has it; what this page doesn't touch goes through it as it is. */
export interface CampaignDocument {
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly valid: { readonly from: string; readonly to: string };
  readonly items: readonly { readonly id: string; readonly title: { readonly zh: string; readonly en: string } }[];
  readonly cues: readonly CueDocument[];
}

/** One window of one cue. */
export interface WindowRef {
  readonly cue: string;
  readonly window: number;
}
/** An edit: nothing where what it is about is no longer there. */
export type Edit = (document: CampaignDocument) => CampaignDocument | undefined;

export const windowIn = (document: CampaignDocument, { cue, window }: WindowRef): WindowDocument | undefined =>
  document.cues.find(({ id }) => id === cue)?.windows[window];

const withWindows =
  (cue: string, change: (windows: readonly WindowDocument[]) => readonly WindowDocument[] | undefined): Edit =>
  (document) => {
    const found = document.cues.find(({ id }) => id === cue);
    const windows = found && change(found.windows);
    if (!windows) return undefined;
    return { ...document, cues: document.cues.map((one) => (one === found ? { ...one, windows } : one)) };
  };

export const setWindow = ({ cue, window }: WindowRef, change: Partial<WindowDocument>): Edit =>
  withWindows(
    cue,
    (windows) => windows[window] && windows.map((one, index) => (index === window ? { ...one, ...change } : one)),
  );

export const addWindow = (cue: string, added: WindowDocument): Edit =>
  withWindows(cue, (windows) => [...windows, added]);

/** The last one stays: a cue without any time is none. */
export const removeWindow = ({ cue, window }: WindowRef): Edit =>
  withWindows(cue, (windows) =>
    windows[window] && windows.length > 1 ? windows.filter((_, index) => index !== window) : undefined,
  );

export type CuePatch = Partial<Pick<CueDocument, 'priority' | 'volume-cap' | 'every' | 'once' | 'continuous'>>;
/** Changes what is the same in all windows of a cue. A new pace takes the place of the old. */
export const setCue =
  (cue: string, patch: CuePatch): Edit =>
  (document) => {
    const found = document.cues.find(({ id }) => id === cue);
    if (!found) return undefined;
    const { every: _, once: __, continuous: ___, ...rest } = found;
    const paced = 'every' in patch || 'once' in patch || 'continuous' in patch;
    const changed: CueDocument = { ...(paced ? rest : found), ...patch };
    return { ...document, cues: document.cues.map((one) => (one === found ? changed : one)) };
  };

const usualDays: Readonly<Record<Exclude<DaySet, readonly string[]>, readonly Weekday[]>> = {
  'every-day': weekdays,
  workdays: weekdays.slice(0, 5),
  'school-days': weekdays.slice(0, 5),
  'rest-days': weekdays.slice(5),
  holidays: [],
};
const daysOf = (days: DaySet): readonly Weekday[] => (typeof days === 'string' ? usualDays[days] : days);

/** `all`: on every day that the window is for; `one`: on this day of the week only, and the others stay. */
export type Scope = 'all' | 'one';

export interface Move {
  /** The day on which the block that was taken begins, and where it was put. */
  readonly day: string;
  readonly toDay: string;
  /** Minutes after midnight; the end may lie on the next day. */
  readonly from: number;
  readonly to: number;
}

const shiftOf = ({ day, toDay }: Pick<Move, 'day' | 'toDay'>): number =>
  (Date.parse(`${toDay}T00:00:00Z`) - Date.parse(`${day}T00:00:00Z`)) / 86_400_000;

/** For which days a change may be meant; both where somebody has to say. */
export const scopesOf = (days: DaySet, move: Pick<Move, 'day' | 'toDay'>): readonly Scope[] => {
  const usual = daysOf(days);
  const shifted = shiftOf(move) !== 0;
  const one = usual.includes(weekdayOf(move.day));
  // Workdays are workdays wherever they lie: such a set can't be pushed on by a day.
  const all = !shifted || typeof days !== 'string';
  if (typeof days !== 'string' && usual.length === 1) return ['all'];
  return [...(all ? (['all'] as const) : []), ...(one ? (['one'] as const) : [])];
};

/** Whether splitting off a weekday makes named days of what followed the statutory calendar. */
export const losesCalendar = (days: DaySet): boolean => typeof days === 'string' && days !== 'every-day';

const clocks = ({ from, to }: Pick<Move, 'from' | 'to'>) => ({
  from: clockOf(from),
  to: clockOf(Math.min(to, from + minutesInDay), true),
});

/** Puts a block elsewhere. */
export const moveWindow = (ref: WindowRef, move: Move, scope: Scope): Edit => {
  const shift = shiftOf(move);
  const shifted = (day: Weekday): Weekday => weekdays[(weekdays.indexOf(day) + (shift % 7) + 7) % 7] ?? day;
  const sorted = (days: readonly Weekday[]): Weekday[] => weekdays.filter((day) => days.includes(day));
  if (scope === 'all')
    return (document) => {
      const days = windowIn(document, ref)?.days;
      if (days === undefined) return undefined;
      const moved = typeof days === 'string' ? days : sorted(days.map(shifted));
      return setWindow(ref, { days: moved, ...clocks(move) })(document);
    };
  const weekday = weekdayOf(move.day);
  return withWindows(ref.cue, (windows) => {
    const present = windows[ref.window];
    if (!present || !daysOf(present.days).includes(weekday)) return undefined;
    const rest = daysOf(present.days).filter((day) => day !== weekday);
    const split = { days: [weekdayOf(move.toDay)], ...clocks(move) };
    const kept = rest.length > 0 ? [{ ...present, days: [...rest] }] : [];
    return [...windows.slice(0, ref.window), ...kept, ...windows.slice(ref.window + 1), split];
  });
};

/** The same campaign, written as the document has it now. */
export const writtenAs = (
  campaign: WeekCampaign,
  document: CampaignDocument,
  week: Pick<ScheduleWeek, 'eve' | 'days'>,
): WeekCampaign => {
  const titles = new Map(document.items.map(({ id, title }) => [id, title.zh]));
  return {
    ...campaign,
    written: document.cues.map((cue) => ({
      ...{ id: cue.id, output: cue.output, priority: cue.priority, volumeCap: cue['volume-cap'] ?? 100 },
      items: cue.items.map((id) => ({ id, title: titles.get(id) ?? id })),
      pace: paceOf(cue),
      windows: cue.windows.map((one) => ({ ...one, begins: beginsOn(one.days, document.valid, week) })),
    })),
  };
};

const unitSeconds = { s: 1, m: 60, h: 3600 } as const;
export const secondsOf = (duration: string): number =>
  Number.parseInt(duration, 10) * (unitSeconds[duration.slice(-1) as keyof typeof unitSeconds] ?? 1);
export const durationOf = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600}h` : seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;

function paceOf({ every, continuous, on, cooldown }: CueDocument): CueView['pace'] {
  if (on !== undefined) return { kind: 'triggered', on, cooldownSeconds: cooldown ? secondsOf(cooldown) : 0 };
  if (continuous) return { kind: 'continuous' };
  return every === undefined ? { kind: 'once' } : { kind: 'every', seconds: secondsOf(every) };
}

/** A stretch of the grid as a block's move has it: begin and end as the calendar gives them. */
export const moveTo = (day: string, start: string, end: string): Move => {
  const toDay = start.slice(0, 10);
  const from = minutesOf(start.slice(11, 16));
  const last = end.slice(0, 10);
  const days = shiftOf({ day: toDay, toDay: last });
  return { day, toDay, from, to: days * minutesInDay + minutesOf(end.slice(11, 16)) };
};

export const nextDay = (day: string): string => shiftDay(day, 1);

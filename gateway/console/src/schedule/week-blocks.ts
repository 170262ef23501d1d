import type { CueView, ScheduleWeek, WeekCampaign, WeekDay } from '@xiaolaba/gateway/contract';
import { shiftDay } from '../shell/time.js';

export type DaySet = CueView['windows'][number]['days'];
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
export const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
export const namedSets = ['every-day', 'workdays', 'rest-days', 'holidays', 'school-days'] as const;

export const minutesInDay = 1440;
export const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
/** `HH:MM` of minutes after some midnight; the end of a day is written 24:00. */
export const clockOf = (minutes: number, end = false): string => {
  const within = ((minutes % minutesInDay) + minutesInDay) % minutesInDay;
  if (end && within === 0) return '24:00';
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`;
};
export const weekdayOf = (day: string): Weekday =>
  weekdays[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? 'mon';

/** Whether a window that is for these days begins on this one: what devices decide too. */
export const holdsOn = (days: DaySet, { day, kind }: WeekDay): boolean => {
  if (typeof days !== 'string') return days.includes(weekdayOf(day));
  switch (days) {
    case 'every-day':
      return true;
    case 'workdays':
      return kind.workday;
    case 'rest-days':
      return !kind.workday;
    case 'holidays':
      return kind.holiday !== undefined;
    case 'school-days':
      return kind.schoolDay;
  }
};

type Valid = WeekCampaign['valid'];

/** The days of a week, and the one before it, on which a window begins. */
export const beginsOn = (
  days: DaySet,
  valid: Valid,
  { eve, days: week }: Pick<ScheduleWeek, 'eve' | 'days'>,
): string[] =>
  [eve, ...week]
    .filter((one) => valid.from <= one.day && one.day <= valid.to && holdsOn(days, one))
    .map(({ day }) => day);

/** A window's stretch of time on one day of the week. */
export interface Block {
  readonly key: string;
  readonly campaign: string;
  readonly cue: string;
  /** Which of the cue's windows; of what is written, unless it is only on air. */
  readonly window: number;
  /** On which it begins. */
  readonly day: string;
  /** Minutes after that day's midnight; the end may lie on the next day. */
  readonly from: number;
  readonly to: number;
  /** `air`: on air, but written otherwise by now; `draft`: written, but not on air; `both`: on air as it is written. */
  readonly standing: 'air' | 'draft' | 'both';
}

const keyOf = (cue: CueView, { days, from, to }: CueView['windows'][number]): string =>
  JSON.stringify([cue.id, cue.output, days, from, to]);

function* blocksOfCues(
  campaign: WeekCampaign,
  cues: readonly CueView[],
  standing: (key: string) => Block['standing'] | undefined,
  eve: string,
): Generator<Block> {
  for (const cue of cues) {
    for (const [window, one] of cue.windows.entries()) {
      const found = standing(keyOf(cue, one));
      if (!found) continue;
      const from = minutesOf(one.from);
      const end = minutesOf(one.to);
      const to = end <= from ? end + minutesInDay : end;
      for (const day of one.begins) {
        // Nothing of yesterday's is left unless it passes midnight; nothing runs on after the last day.
        if (day === eve && to <= minutesInDay) continue;
        const last = day === campaign.valid.to ? Math.min(to, minutesInDay) : to;
        const key = `${campaign.id}/${cue.id}/${window}/${day}/${found}`;
        yield { key, campaign: campaign.id, cue: cue.id, window, day, from, to: last, standing: found };
      }
    }
  }
}

/** What a campaign has in a week: as it is written, and where that is not what is on air, that too. */
export const blocksOf = (campaign: WeekCampaign, { eve }: Pick<ScheduleWeek, 'eve'>): Block[] => {
  const keys = (cues: readonly CueView[]) => new Set(cues.flatMap((cue) => cue.windows.map((one) => keyOf(cue, one))));
  const air = keys(campaign.air ?? []);
  const written = keys(campaign.written);
  return [
    ...blocksOfCues(campaign, campaign.written, (key) => (air.has(key) ? 'both' : 'draft'), eve.day),
    ...blocksOfCues(campaign, campaign.air ?? [], (key) => (written.has(key) ? undefined : 'air'), eve.day),
  ];
};

/** The part of a block that lies on a day, in minutes after its midnight. */
export const partOn = (block: Block, day: string): { readonly from: number; readonly to: number } | undefined => {
  if (block.day === day) return { from: block.from, to: Math.min(block.to, minutesInDay) };
  if (shiftDay(block.day, 1) === day && block.to > minutesInDay) return { from: 0, to: block.to - minutesInDay };
  return undefined;
};

export interface QuietSpan {
  readonly from: number;
  readonly to: number;
  /** Whether it is quiet everywhere, or only at some places. */
  readonly all: boolean;
}

/** When a day is quiet, over all places that are bound by these rules. */
export const quietSpans = (rules: ScheduleWeek['rules']): QuietSpan[] => {
  const total = rules.reduce((sum, { places }) => sum + places, 0);
  const quietAt = (minute: number): number =>
    rules.reduce((sum, { quiet, places }) => {
      if (!quiet) return sum;
      const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)];
      const holds = from < to ? from <= minute && minute < to : minute >= from || minute < to;
      return holds ? sum + places : sum;
    }, 0);
  const edges = rules.flatMap(({ quiet }) => (quiet ? [minutesOf(quiet.from), minutesOf(quiet.to)] : []));
  const bounds = [...new Set([0, ...edges, minutesInDay])].sort((a, b) => a - b);
  return bounds.slice(0, -1).flatMap((from, index) => {
    const places = quietAt(from);
    return places === 0 ? [] : [{ from, to: bounds[index + 1] ?? minutesInDay, all: places === total }];
  });
};

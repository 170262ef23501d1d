import type { CueView, ScheduleWeek, WeekCampaign, WeekDay } from '@xiaolaba/gateway/contract';
import { addDays, type Calendar, daySetHolds, isHoliday, isWorkday } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { beginsOn, blocksOf, clockOf, type DaySet, holdsOn, namedSets, partOn, quietSpans } from './week-blocks.js';

const calendar: Calendar = {
  ...{ v: 1, id: 'test', from: '2026-01-01', to: '2026-12-31' },
  holidays: [{ day: '2026-10-01', name: '国庆节' }],
  makeupWorkdays: ['2026-10-10'],
  schoolTerms: [{ from: '2026-09-01', to: '2026-12-31', name: '第一学期' }],
};
const dayOf = (day: string): WeekDay => ({
  day,
  kind: {
    known: true,
    workday: isWorkday(calendar, day),
    ...(isHoliday(calendar, day) ? { holiday: '国庆节' } : {}),
    makeupWorkday: calendar.makeupWorkdays.includes(day),
    schoolDay: daySetHolds('school-days', calendar, day),
  },
});
const weekOf = (monday: string): Pick<ScheduleWeek, 'eve' | 'days'> => ({
  eve: dayOf(addDays(monday, -1)),
  days: Array.from({ length: 7 }, (_, n) => dayOf(addDays(monday, n))),
});
const valid = { from: '2026-01-01', to: '2026-12-31' };
const cue = (days: DaySet, from: string, to: string, week: Pick<ScheduleWeek, 'eve' | 'days'>): CueView => ({
  ...{ id: 'one', items: [], output: 'audio', pace: { kind: 'once' }, priority: 1, volumeCap: 100 },
  windows: [{ days, from, to, begins: beginsOn(days, valid, week) }],
});
const campaign = (written: CueView[], air?: CueView[]): WeekCampaign => ({
  ...{ id: 'mine', title: { zh: '一', en: 'One' }, valid, state: 'draft', version: 1, source: 'desk', rules: [] },
  written,
  ...(air ? { air } : {}),
});

describe('the days of a window', () => {
  it('are those on which devices begin it, on every day of a year', () => {
    const sets: DaySet[] = [...namedSets, ['mon', 'sat']];
    for (let day = '2026-01-01'; day <= '2026-12-31'; day = addDays(day, 1))
      expect(sets.map((days) => holdsOn(days, dayOf(day)))).toEqual(
        sets.map((days) => daySetHolds(days, calendar, day)),
      );
  });

  it('leave out a holiday and hold a make-up workday', () => {
    expect(beginsOn('workdays', valid, weekOf('2026-09-28'))).not.toContain('2026-10-01');
    expect(beginsOn('workdays', valid, weekOf('2026-10-05'))).toContain('2026-10-10');
    expect(beginsOn(['sat'], valid, weekOf('2026-10-05'))).toEqual(['2026-10-10']);
    expect(beginsOn('every-day', { from: '2026-10-06', to: '2026-10-07' }, weekOf('2026-10-05'))).toHaveLength(2);
  });
});

describe('blocks', () => {
  const week = weekOf('2026-11-16');

  it('that pass midnight go on the next day, from Sunday into Monday too', () => {
    const blocks = blocksOf(campaign([cue('every-day', '22:00', '02:00', week)]), week);
    expect(blocks).toHaveLength(8);
    const [sunday] = blocks;
    expect(sunday).toMatchObject({ day: '2026-11-15', from: 1320, to: 1560 });
    if (!sunday) throw new Error('none');
    expect(partOn(sunday, '2026-11-15')).toEqual({ from: 1320, to: 1440 });
    expect(partOn(sunday, '2026-11-16')).toEqual({ from: 0, to: 120 });
    expect(partOn(sunday, '2026-11-17')).toBeUndefined();
    expect(blocksOf(campaign([cue('every-day', '20:00', '24:00', week)]), week)).toHaveLength(7);
  });

  it('tell what is on air from what is only written', () => {
    const old = cue('workdays', '07:00', '08:00', week);
    const fresh = cue('workdays', '09:00', '10:00', week);
    const standings = (one: WeekCampaign) => [...new Set(blocksOf(one, week).map(({ standing }) => standing))];
    expect(standings(campaign([old], [old]))).toEqual(['both']);
    expect(standings(campaign([fresh], [old]))).toEqual(['draft', 'air']);
    expect(standings(campaign([old]))).toEqual(['draft']);
  });
});

it('writes the end of a day as 24:00, and its beginning as 00:00', () => {
  expect([clockOf(1440, true), clockOf(1440), clockOf(0, true), clockOf(1500, true)]).toEqual([
    '24:00',
    '00:00',
    '24:00',
    '01:00',
  ]);
});

it('says when it is quiet everywhere, and when only somewhere', () => {
  const rule = (from: string, to: string, places: number) => ({
    ...{ kind: 'estate' as const, volumeCap: 70, noiseZone: 1, places },
    quiet: { from, to },
  });
  expect(quietSpans([rule('22:00', '06:00', 3), rule('21:00', '07:00', 1)])).toEqual([
    { from: 0, to: 360, all: true },
    { from: 360, to: 420, all: false },
    { from: 1260, to: 1320, all: false },
    { from: 1320, to: 1440, all: true },
  ]);
  expect(quietSpans([{ ...rule('12:00', '14:00', 1), quiet: null }])).toEqual([]);
});

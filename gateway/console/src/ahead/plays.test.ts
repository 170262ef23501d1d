import { describe, expect, it } from 'vitest';
import { lanesOf } from './lanes.js';
import { byHour, type Drop, dropGroups, type Play, sheetLines, stretchesOf } from './plays.js';

const minute = 60_000;
const play = (cue: string, at: number, more: Partial<Play> = {}): Play => ({
  ...{ release: 'r1', campaign: 'camp', cue, title: 'Camp', item: 'one', itemTitle: 'One', output: 'audio' },
  ...{ priority: 50, volume: 70, dueAt: at * minute, startAt: at * minute, endAt: at * minute + 12_000 },
  ...more,
});
const shown = (from: number, to: number, item = 'one') =>
  play('text', from, { output: 'text', item, itemTitle: item, endAt: to * minute });
const drop = (cue: string, at: number, reason: Drop['reason'], by?: string): Drop => ({
  ...{ campaign: 'camp', title: 'Camp', cue, dueAt: at * minute, reason, message: { zh: reason, en: reason } },
  ...(by === undefined ? {} : { by: { campaign: by, cue: 'x' } }),
});

describe('stretches', () => {
  it('join what touches of one text, and nothing that sounds', () => {
    const plays = [shown(30, 45), shown(0, 15), shown(15, 30), shown(60, 75), play('said', 0), play('said', 0.2)];
    expect(
      stretchesOf(plays).map(({ play: { output }, startAt, endAt, pieces }) => [output, startAt, endAt, pieces]),
    ).toEqual([
      ['audio', 0, 12_000, 1],
      ['text', 0, 45 * minute, 3],
      ['audio', 12_000, 24_000, 1],
      ['text', 60 * minute, 75 * minute, 1],
    ]);
  });

  it('do not join texts that take turns', () => {
    expect(stretchesOf([shown(0, 15, 'a'), shown(15, 30, 'b'), shown(30, 45, 'a')])).toHaveLength(3);
  });

  it('stand under the hour in which they begin', () => {
    const stretches = stretchesOf([play('a', 10), play('a', 50), play('a', 70)]);
    const hours = byHour(stretches, (at) => String(Math.floor(at / (60 * minute))));
    expect(hours.map(({ hour, stretches: some }) => [hour, some.length])).toEqual([
      ['0', 2],
      ['1', 1],
    ]);
  });
});

describe('what is not aired', () => {
  it('is told once for each reason, with all its times in order', () => {
    const groups = dropGroups([
      drop('late', 60, 'quiet-hours'),
      drop('late', 30, 'quiet-hours'),
      drop('late', 90, 'higher-priority', 'a'),
      drop('late', 95, 'higher-priority', 'b'),
    ]);
    expect(groups.map(({ drop: { reason }, dueAt }) => [reason, dueAt.map((at) => at / minute)])).toEqual([
      ['quiet-hours', [30, 60]],
      ['higher-priority', [90]],
      ['higher-priority', [95]],
    ]);
  });
});

describe('the sheet', () => {
  it('tells a morning of equal distances in a line, and another for the evening', () => {
    const times = [420, 450, 480, 1140, 1170];
    const lines = sheetLines(
      times.map((at, index) => play('said', at, index === 1 ? { startAt: at * minute + 5 } : {})),
    );
    expect(lines.map(({ from, to, times: n, everyMs }) => [from / minute, to / minute, n, everyMs])).toEqual([
      [420, 480, 3, 30 * minute],
      [1140, 1170, 2, 30 * minute],
    ]);
  });

  it('says once of what comes once, and to when a text stays', () => {
    const [once, text] = sheetLines([play('one', 400), shown(420, 435), shown(435, 450)]);
    expect([once?.times, once?.everyMs]).toEqual([1, undefined]);
    expect([text?.from, text?.to, text?.times]).toEqual([420 * minute, 450 * minute, 1]);
  });

  it('gives no distance where there are several', () => {
    const [line] = sheetLines([play('said', 0), play('said', 10), play('said', 22)]);
    expect([line?.times, line?.everyMs]).toEqual([3, undefined]);
  });
});

describe('lanes', () => {
  it('are one for each output of each campaign, with what falls away beside what plays', () => {
    const lanes = lanesOf([play('said', 10), shown(0, 15), play('said', 40)], [drop('said', 70, 'quiet-hours')]);
    expect(lanes.map(({ key, stretches, dropped }) => [key, stretches.length, dropped.length])).toEqual([
      ['audio/camp', 2, 1],
      ['text/camp', 1, 0],
    ]);
  });

  it('are one for each output where campaigns are many', () => {
    const many = Array.from({ length: 12 }, (_, index) => play('said', index * 10, { campaign: `c${index}` }));
    expect(lanesOf(many, []).map(({ key, title, stretches }) => [key, title, stretches.length])).toEqual([
      ['audio', undefined, 12],
    ]);
  });
});

import type { SlotView } from '@xiaolaba/gateway/contract';
import { describe, expect, it } from 'vitest';
import { actualRuns, expectedRuns, gapRuns, lanesOf } from './runs.js';
import { stripScale } from './strip-scale.js';

const minute = 60_000;
const slot = (index: number, rest: Partial<SlotView> = {}): SlotView => ({
  id: `s${index}`,
  campaign: 'digest',
  title: { zh: '快报', en: 'Digest' },
  cue: 'c',
  item: 'i',
  itemTitle: 'i',
  output: 'audio',
  dueAt: index * minute,
  startAt: index * minute,
  endAt: index * minute + 30_000,
  triggered: false,
  status: 'verified',
  evidence: 'heard',
  startedAt: index * minute + 1000,
  playedMs: 29_000,
  ...rest,
});
const day = Array.from({ length: 600 }, (_, index) => slot(index));

describe('runs', () => {
  it('gathers what lies too close, and keeps every slot', () => {
    const runs = expectedRuns(day, stripScale(0, 600 * minute, 600));
    expect(runs.length).toBeLessThan(60);
    expect(runs.flatMap(({ slots }) => slots)).toHaveLength(600);
  });

  it('tells them apart when close, and leaves out what is outside', () => {
    const runs = actualRuns(day, stripScale(10 * minute, 14 * minute, 800));
    expect(runs.every(({ slots }) => slots.length === 1)).toBe(true);
    expect(runs.map(({ key }) => key)).toContain('s12');
    expect(runs.length).toBeLessThan(8);
    const twelve = runs.find(({ key }) => key === 's12');
    expect((twelve?.right ?? 0) - (twelve?.left ?? 0)).toBeCloseTo((29 / 240) * 800);
  });

  it('never hides a miss among what was heard', () => {
    const one = day.map((each, index) => {
      if (index !== 300) return each;
      const { startedAt, playedMs, evidence, ...rest } = each;
      return { ...rest, status: 'missed' as const, cause: 'offline' as const };
    });
    const scale = stripScale(0, 600 * minute, 600);
    expect(gapRuns(one, scale).map(({ key }) => key)).toEqual(['s300']);
    expect(expectedRuns(one, scale).filter(({ state }) => state === 'missed')).toHaveLength(1);
  });
});

describe('lanesOf', () => {
  it('gives each output of a campaign its lane, sound first', () => {
    const lanes = lanesOf([slot(1, { output: 'text' }), slot(2), slot(3, { campaign: 'other' })]);
    expect(lanes.map(({ key }) => key)).toEqual(['audio/digest', 'audio/other', 'text/digest']);
  });

  it('gathers by output where there would be too many', () => {
    const lanes = lanesOf(Array.from({ length: 9 }, (_, index) => slot(index, { campaign: `c${index}` })));
    expect(lanes.map(({ key, title, slots }) => [key, title, slots.length])).toEqual([['audio', undefined, 9]]);
  });
});

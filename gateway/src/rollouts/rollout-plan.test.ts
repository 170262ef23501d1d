import { describe, expect, it } from 'vitest';
import type { Slot } from '../coverage/slot.js';
import { countPlay, judgeWave, noPlays, type RolloutMeasure } from './rollout-judge.js';
import { planWaves, type RolloutPlace } from './rollout-plan.js';

const placesOf = (kind: string, count: number, more: Partial<RolloutPlace> = {}): RolloutPlace[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ place: `site/${kind}-${at}`, kind, profiles: ['loudspeaker'], online: true },
    ...more,
  }));
const sizes = { firstPlaces: 4, thenPercent: [50] };

describe('waves', () => {
  const all = [
    ...placesOf('estate', 14),
    ...placesOf('stop', 4),
    ...placesOf('booth', 2, { profiles: ['booth-sign'] }),
    ...placesOf('square', 4, { profiles: [] }),
  ];

  it('reach every place once, a mixed few first, those without a device last', () => {
    const waves = planWaves(all, 'one/1', sizes);
    expect(waves.map(({ length }) => length)).toEqual([4, 8, 12]);
    expect(new Set(waves.flat())).toEqual(new Set(all.map(({ place }) => place)));
    const kinds = waves[0]?.map((place) => place.replace(/^site\/|-\d+$/g, ''));
    expect(new Set(kinds)).toEqual(new Set(['estate', 'stop', 'booth']));
    expect(waves[2]?.slice(-4).every((place) => place.startsWith('site/square'))).toBe(true);
  });

  it('are the same for the same seed and in whatever order places come, and others for another', () => {
    const [one, again, other] = [
      planWaves(all, 'one/1', sizes),
      planWaves([...all].reverse(), 'one/1', sizes),
      planWaves(all, 'one/2', sizes),
    ];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('begin where somebody is connected', () => {
    const off = placesOf('estate', 8, { online: false });
    const on = placesOf('village', 2);
    const mixed = [...off, ...on.map((one) => ({ ...one, kind: 'estate' }))];
    expect(new Set(planWaves(mixed, 'one/1', { firstPlaces: 2, thenPercent: [] })[0])).toEqual(
      new Set(on.map(({ place }) => place)),
    );
  });

  it('are as few as the places allow', () => {
    expect(planWaves(placesOf('estate', 3), 'one/1', sizes)).toHaveLength(1);
    expect(planWaves([], 'one/1', sizes)).toEqual([]);
    expect(planWaves(placesOf('estate', 10), 'one/1', { firstPlaces: 4, thenPercent: [30, 90] })).toHaveLength(3);
  });
});

describe('a wave', () => {
  const measure: RolloutMeasure = { verifiedPercent: 90, errorPercent: 10, plays: 10, minutes: 60 };
  const verdict = (verified: number, failed: number, minutes = 5) =>
    judgeWave({ ...noPlays(), verified, failed }, measure, 0, minutes * 60_000);

  it('goes on once enough plays are verified, or time has passed and some are', () => {
    expect(verdict(0, 0, 600)).toBe('wait');
    expect(verdict(9, 0)).toBe('wait');
    expect(verdict(10, 0)).toBe('go');
    expect(verdict(9, 1)).toBe('go');
    expect(verdict(3, 0, 60)).toBe('go');
  });

  it('stops when too many fail, as soon as the rest could not make up for it', () => {
    expect(verdict(0, 1)).toBe('wait');
    expect(verdict(0, 2)).toBe('stop');
    expect(verdict(8, 2)).toBe('stop');
    expect(verdict(3, 1, 60)).toBe('stop');
  });

  it('counts for nothing what says nothing of the release', () => {
    const plays = noPlays();
    const slot = (status: Slot['status'], cause?: Slot['cause'], endAt = 1) =>
      countPlay(plays, { status, endAt, ...(cause ? { cause } : {}) } as Slot, 10);
    slot('verified');
    slot('missed', 'bad-file');
    slot('partly', 'silent');
    slot('missed', 'offline');
    slot('partly', 'pre-empted');
    slot('pending');
    slot('pending', undefined, 11);
    expect(plays).toEqual({
      ...{ awaited: 6, verified: 1, failed: 2, excused: 2 },
      causes: { 'bad-file': 1, silent: 1, offline: 1, 'pre-empted': 1 },
    });
  });
});

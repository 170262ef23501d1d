import type { PlannedSlot, Profile } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { type Scene, scenarios } from './index.js';

const hour = 3_600_000;
const span = { from: Date.parse('2026-11-20T06:30:00+08:00'), to: Date.parse('2026-11-20T12:30:00+08:00') };

/** Plays of five minutes, all of them in the last part of the day. */
const late = Array.from({ length: 5 }, (_, index): PlannedSlot => {
  const startAt = span.to - 45 * 60_000 + index * 10 * 60_000;
  return {
    release: 'r',
    campaign: 'noon',
    cue: 'c',
    item: 'i',
    output: 'audio',
    priority: 10,
    dueAt: startAt,
    startAt,
    endAt: startAt + 5 * 60_000,
    volume: 60,
  };
});

const profiles: readonly Profile[] = ['loudspeaker', 'booth-sign', 'bus-screen', 'bike-lock'];
const scene = (seed: number): Scene => ({
  seed,
  span,
  publishedAt: span.from - hour,
  devices: Array.from({ length: 200 }, (_, index) => {
    const profile = profiles[index % profiles.length] ?? 'loudspeaker';
    return { id: `d-${index}`, profile, place: profile === 'bus-screen' ? `route/r${index % 12}` : `site/s${index}` };
  }),
  routes: Array.from({ length: 6 }, (_, index) => `r${index * 2}`),
  faulty: new Set(['d-0', 'd-1']),
  expected: () => late,
  files: () => ['f'],
});

describe.each([...scenarios.keys()])('scenario %s', (name) => {
  const draw = (seed: number) => scenarios.get(name)?.(scene(seed)) ?? [];

  it('lets nothing end before it has begun, however late in the day it comes, nor after devices could report it', () => {
    for (let seed = 1; seed <= 20; seed++) {
      for (const fault of draw(seed)) {
        if (!('from' in fault) || fault.to === undefined) continue;
        expect(fault.to, `${fault.kind} ${fault.device}`).toBeGreaterThan(fault.from);
        if (fault.kind !== 'override') expect(fault.to).toBeLessThanOrEqual(span.to);
      }
    }
  });

  it('spares devices that something is wrong with already, and draws the same for the same seed', () => {
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3).filter(({ device }) => device === 'd-0' || device === 'd-1')).toEqual([]);
  });
});

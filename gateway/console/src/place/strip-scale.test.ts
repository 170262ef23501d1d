import { describe, expect, it } from 'vitest';
import { activeSpan, nearestBar, stripScale, ticks } from './strip-scale.js';

const hour = 3_600_000;

describe('stripScale', () => {
  it('goes to pixels and back', () => {
    const scale = stripScale(0, 24 * hour, 960);
    expect(scale.x(6 * hour)).toBe(240);
    expect(scale.at(240)).toBe(6 * hour);
  });
});

describe('ticks', () => {
  it('names hours for a day and seconds when close', () => {
    expect(ticks(stripScale(0, 24 * hour, 960), 0, 60).step).toBe(2 * hour);
    expect(ticks(stripScale(7 * hour, 7 * hour + 20_000, 960), 0, 60).step).toBe(2000);
  });

  it('counts from the start of the local day, not from UTC', () => {
    const origin = 30 * 60_000;
    const { at, step } = ticks(stripScale(origin, origin + 24 * hour, 960), origin, 60);
    expect(at.every((one) => (one - origin) % step === 0)).toBe(true);
    expect(at[0]).toBe(origin);
  });
});

describe('activeSpan', () => {
  const day = { from: 0, to: 24 * hour };

  it('shows the hours on air with a margin, never less than two hours', () => {
    const span = activeSpan(day, [{ startAt: 7 * hour, endAt: 9 * hour }]);
    expect(span.from).toBeLessThan(7 * hour);
    expect(span.to).toBeGreaterThan(9 * hour);
    const short = activeSpan(day, [{ startAt: 12 * hour, endAt: 12 * hour + 60_000 }]);
    expect(short.to - short.from).toBe(2 * hour);
  });

  it('stays inside the day and shows all of an empty one', () => {
    expect(activeSpan(day, [{ startAt: 0, endAt: 24 * hour }])).toEqual(day);
    expect(activeSpan(day, [])).toEqual(day);
  });
});

describe('nearestBar', () => {
  const scale = stripScale(0, 1000, 1000);
  const bars = [
    { key: 'long', startAt: 100, endAt: 200 },
    { key: 'brief', startAt: 212, endAt: 212 },
  ];
  const at = (x: number) => nearestBar(bars, scale, x)?.key;

  it('is the one pointed at, or the nearer of two beside the point', () => {
    expect([150, 204, 209].map(at)).toEqual(['long', 'long', 'brief']);
  });

  it('takes a bar for as wide as it is drawn, and what is far off for none', () => {
    expect([224, 225, 89].map(at)).toEqual(['brief', undefined, undefined]);
  });
});

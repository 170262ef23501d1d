import { describe, expect, it } from 'vitest';
import { nextPeak, shareOf, widened } from './level-scale.js';

describe('a scale', () => {
  it('holds threshold and reading, and never narrows', () => {
    const first = widened(undefined, { unit: 'dB', value: 40, heardAt: 55 });
    expect(shareOf(first, 55)).toBeGreaterThan(0.2);
    expect(shareOf(first, 55)).toBeLessThan(0.8);
    const loud = widened(first, { unit: 'dB', value: 140, heardAt: 55 });
    expect(loud.most).toBe(140);
    expect(widened(loud, { unit: 'dB', value: 40, heardAt: 55 })).toEqual(loud);
  });
  it('takes levels below zero, and nothing at all', () => {
    const scale = widened(undefined, { unit: 'dB', value: -60, heardAt: -40 });
    expect(shareOf(scale, -60)).toBeGreaterThanOrEqual(0);
    expect(shareOf(scale, -40)).toBeGreaterThan(shareOf(scale, -60));
    expect(widened(undefined, { unit: 'raw', value: null, heardAt: 400 })).toEqual({ least: 0, most: 800 });
  });
});

describe('a peak', () => {
  const peak = { share: 0.8, at: 1000 };
  it('is held, then falls', () => {
    expect(nextPeak(peak, 0.2, 2400)).toBe(peak);
    const fallen = nextPeak(peak, 0.2, 3000);
    expect(fallen.share).toBeLessThan(0.8);
    expect(fallen.share).toBeGreaterThan(0.2);
    expect(nextPeak(peak, 0.2, 9000)).toEqual({ share: 0.2, at: 9000 });
  });
  it('rises at once', () => {
    expect(nextPeak(peak, 0.9, 1100)).toEqual({ share: 0.9, at: 1100 });
  });
});

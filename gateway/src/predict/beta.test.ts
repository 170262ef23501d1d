import { describe, expect, it } from 'vitest';
import { betaAtMost, betaQuantile, middleOf } from './beta.js';

describe('the beta distribution', () => {
  it('is the share itself where all shares are alike, and known powers elsewhere', () => {
    expect(betaAtMost(0.3, 1, 1)).toBeCloseTo(0.3, 9);
    // With b = 1 it is x to the power of a; with a = 1 what is left of (1 - x) to the power of b.
    expect(betaAtMost(0.5, 3, 1)).toBeCloseTo(0.125, 9);
    expect(betaAtMost(0.2, 1, 2)).toBeCloseTo(1 - 0.64, 9);
    // The arcsine law: a quarter of it lies below one half less the cosine of a quarter turn, halved.
    expect(betaAtMost(0.5 - Math.SQRT1_2 / 2, 0.5, 0.5)).toBeCloseTo(0.25, 9);
  });

  it('has the quantiles that belong to it', () => {
    expect(betaQuantile(0.5, 2, 2)).toBeCloseTo(0.5, 3);
    expect(betaQuantile(0.125, 3, 1)).toBeCloseTo(0.5, 3);
  });

  it('leaves a tenth on either side of the middle, and a certainty as it is', () => {
    // Mean one half and variance one twelfth: all shares alike.
    const { low, high } = middleOf(0.5, 1 / 12);
    expect(low).toBeCloseTo(0.1, 3);
    expect(high).toBeCloseTo(0.9, 3);
    expect(middleOf(1, 0)).toEqual({ low: 1, high: 1 });
  });
});

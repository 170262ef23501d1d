import { describe, expect, it } from 'vitest';
import { Allowance } from './allowance.js';

describe('an allowance', () => {
  it('is used up, and grows back to what it was and no further', () => {
    let now = 0;
    const allowance = new Allowance({ burst: 4, perSecond: 2 }, () => now);
    expect([allowance.take(3), allowance.take(2), allowance.take(1), allowance.take(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    now = 1000;
    expect([allowance.take(2), allowance.take(1)]).toEqual([true, false]);
    now = 1_000_000;
    expect([allowance.take(4), allowance.take(1)]).toEqual([true, false]);
  });

  it('takes nothing away when the clock is set back', () => {
    let now = 10_000;
    const allowance = new Allowance({ burst: 2, perSecond: 1 }, () => now);
    expect(allowance.take(1)).toBe(true);
    now = 0;
    expect([allowance.take(1), allowance.take(1)]).toEqual([true, false]);
    now = 1000;
    expect(allowance.take(1)).toBe(true);
  });
});

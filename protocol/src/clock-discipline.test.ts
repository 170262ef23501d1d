import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxStepMs, startClock, stepClock } from './clock-discipline.js';

const start = 1_795_129_200_000;

describe('stepClock', () => {
  it('projects on by the monotonic clock, whatever the wall clock and the gateway say', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 60_000 }),
            fc.integer({ min: -1e9, max: 1e9 }),
            fc.option(fc.integer({ min: 0, max: 2e12 })),
          ),
          { maxLength: 30 },
        ),
        (steps) => {
          let clock = startClock({ wall: start, monotonic: 0 }, true);
          let monotonic = 0;
          for (const [elapsed, off, reference] of steps) {
            monotonic += elapsed;
            const wall = start + monotonic + off;
            const next = stepClock(clock, { wall, monotonic, ...(reference === null ? {} : { reference }) });
            // The reference is never what the time is taken from.
            expect([wall, clock.projected + elapsed]).toContain(next.projected);
            if (next.state === 'jumped') expect(Math.abs(next.stepMs)).toBeGreaterThan(maxStepMs);
            clock = next;
          }
        },
      ),
    ));

  it('needs more than one look to believe a gateway', () => {
    const first = startClock({ wall: 0, monotonic: 0 }, false);
    expect(stepClock(first, { wall: start, monotonic: 60_000, reference: start }).state).toBe('unsynchronised');
  });
});

import { expect } from 'vitest';
import { ElasticClock } from '../clocks.js';
import type { Defect } from '../defect.js';
import { runSimulated } from '../run.js';

export const testSpeed = 12;
export const testMorning = Date.parse('2026-11-20T10:00:03+08:00');

/** Holds that the whole checklist finds this defect, by the one check that is there for it and by no other. */
export async function expectFound(defect: Defect): Promise<void> {
  const clock = new ElasticClock(testMorning, testSpeed);
  const { signal } = new AbortController();
  const { checks } = await runSimulated({ profile: defect.profile, clock, defect, only: [], signal });
  clock.stop();
  const failed = checks.filter(({ result }) => result === 'fail').map(({ id }) => id);
  expect(failed).toEqual([defect.foundBy]);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RehearsalOptions, type RehearsalResult, rehearse } from './rehearsal.js';

const day = '2026-11-20';
const contentDirectory = fileURLToPath(new URL('../fixtures/small', import.meta.url));
const at = (clock: string): number => Date.parse(`${day}T${clock}:00+08:00`);
/** Several days of a small district, each with a gateway in a process of its own. */
const patienceMs = 120_000;

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'xiaolaba-rehearsal-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function run(name: string, over: Partial<RehearsalOptions> = {}): Promise<RehearsalResult> {
  return await rehearse({
    contentDirectory,
    day,
    seed: 7,
    faults: 'none',
    from: '06:30',
    to: '12:30',
    dataDirectory: join(root, name),
    cacheDirectory: join(root, 'cache'),
    ...over,
  });
}

interface DayView {
  readonly totals: { readonly verified: number };
  readonly places: readonly { readonly place: string; readonly state: string }[];
}

describe('rehearse', () => {
  let undisturbed: RehearsalResult;

  it(
    'verifies every slot of a day without faults',
    async () => {
      undisturbed = await run('none');
      expect(undisturbed.thrown).toEqual([]);
      expect(undisturbed.disagreements).toEqual([]);
      expect(undisturbed.slots).toBeGreaterThan(200);
      expect(undisturbed.verified).toBe(undisturbed.slots);
      expect(undisturbed.misses).toEqual({});
      expect(undisturbed.coverage).toEqual({ estates: { covered: 8, of: 8 }, stops: { covered: 6, of: 6 } });
      expect(undisturbed.hashes.ledger).toBe(undisturbed.hashes.truth);
    },
    patienceMs,
  );

  it(
    'tells the cause of every miss, and the same in a second run with the same seed',
    async () => {
      const [one, other] = [await run('mixed', { faults: 'mixed' }), await run('again', { faults: 'mixed' })];
      expect(one.thrown).toEqual([]);
      expect(one.disagreements).toEqual([]);
      expect(Object.keys(one.misses).length).toBeGreaterThan(4);
      for (const score of Object.values(one.truth)) expect(score).toEqual({ precision: 1, recall: 1 });
      expect(other.hashes).toEqual(one.hashes);
    },
    patienceMs,
  );

  it(
    'loses nothing when the gateway is killed in mid-day, and no place turns red for it',
    async () => {
      let before: DayView | undefined;
      let after: DayView | undefined;
      const result = await run('killed', {
        interventions: [
          {
            at: at('09:07'),
            run: async ({ stage, kill9, restart, runUntil }) => {
              before = await stage.api.json<DayView>(`/api/days/${day}`);
              await kill9();
              await runUntil(at('09:18'));
              await restart();
              await runUntil(at('09:26'));
              after = await stage.api.json<DayView>(`/api/days/${day}`);
            },
          },
        ],
      });
      expect(after?.totals.verified).toBeGreaterThan(before?.totals.verified ?? 0);
      expect(after?.places.filter(({ state }) => ['missed', 'partly', 'contradicted'].includes(state))).toEqual([]);
      expect(result.thrown).toEqual([]);
      expect(result.disagreements).toEqual([]);
      expect(result.hashes).toEqual(undisturbed.hashes);
    },
    patienceMs,
  );
});

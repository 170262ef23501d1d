import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from './faults/faults.js';
import { mendedOn, seedOfDay } from './faults/standing.js';
import { type Foretold, heldAgainst, type Prediction } from './foretold.js';
import { errorsOf } from './foretold-errors.js';
import { type RehearsalResult, rehearse } from './rehearsal.js';
import type { LedgerEntry } from './score.js';

const contentDirectory = fileURLToPath(new URL('../fixtures/small', import.meta.url));
const patienceMs = 120_000;

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'xiaolaba-foretold-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const foretell = (faults: string): Promise<RehearsalResult> =>
  rehearse({
    contentDirectory,
    day: '2026-11-20',
    seed: 7,
    faults,
    from: '06:30',
    to: '12:30',
    dataDirectory: join(root, faults),
    cacheDirectory: join(root, 'cache'),
    history: 1,
  });

describe('a day foretold by the gateway the evening before', () => {
  it(
    'comes true within two points where nothing goes wrong',
    async () => {
      const { prediction, verified, slots, disagreements, thrown } = await foretell('none');
      expect([disagreements, thrown, verified]).toEqual([[], [], slots]);
      expect(prediction).toMatchObject({ history: 1, slots: { actual: 100, of: slots }, places: { actual: 100 } });
      expect(Math.abs(prediction?.slots.error ?? 100)).toBeLessThan(2);
      expect(prediction?.uncovered).toEqual({ named: 0, happened: 0, both: 0 });
    },
    patienceMs,
  );

  it(
    'names places before that then stay uncovered, though the troubles of the day are drawn after it',
    async () => {
      const { prediction, disagreements, thrown } = await foretell('mixed');
      expect([disagreements, thrown]).toEqual([[], []]);
      expect(prediction?.slots.predicted).toBeLessThan(95);
      expect(prediction?.uncovered.both).toBeGreaterThan(0);
    },
    patienceMs,
  );
});

describe('what outlasts its day', () => {
  it('is mended or goes on, the same in every run, and each day draws its own', () => {
    const standing = Array.from(
      { length: 200 },
      (_, index): Fault => ({ kind: 'amplifier-dead', device: `speaker-${index}`, from: 0 }),
    );
    const { mended, left } = mendedOn('2026-11-20', 7, standing);
    expect(mended.length + left.length).toBe(200);
    expect(mended.length).toBeGreaterThan(90);
    expect(left.length).toBeGreaterThan(50);
    expect(mendedOn('2026-11-20', 7, standing)).toEqual({ mended, left });
    expect(mendedOn('2026-11-21', 7, standing).left).not.toEqual(left);
    expect(seedOfDay(7, '2026-11-20')).not.toBe(seedOfDay(7, '2026-11-21'));
  });
});

describe('holding a prediction against the ledger', () => {
  it('takes what lies within the hours, and counts the places that were named', () => {
    const entry = (place: string, dueAt: number, status: string): LedgerEntry =>
      ({ id: `${place} ${dueAt}`, place, dueAt, endAt: dueAt + 1, status }) as LedgerEntry;
    const ledger = [
      entry('site/a', 10, 'verified'),
      entry('site/a', 20, 'verified'),
      entry('site/b', 10, 'missed'),
      entry('site/b', 20, 'verified'),
      entry('site/b', 99, 'missed'),
    ];
    const prediction: Prediction = {
      history: ['2026-11-19'],
      totals: { expected: 4, share: 0.7, low: 0.6, high: 0.8 },
      covered: { of: 2, share: 0.5, low: 0.2, high: 0.8 },
      places: [],
      uncovered: [
        { place: 'site/b', expected: 2 },
        { place: 'site/never', expected: 0 },
      ],
    };
    expect(heldAgainst(prediction, ledger, { from: 0, to: 50 })).toEqual({
      history: 1,
      slots: { predicted: 70, low: 60, high: 80, actual: 75, error: -5, expected: 4, of: 4 },
      places: { predicted: 50, low: 20, high: 80, actual: 50, error: 0, of: 2 },
      uncovered: { named: 1, happened: 1, both: 1 },
    });
  });
});

describe('the errors of many days', () => {
  const off = (error: number): Foretold['slots'] => ({
    predicted: 90 + error,
    low: 88,
    high: 92,
    actual: 90,
    error,
    expected: 100,
    of: 100,
  });
  const errors = (...pairs: readonly (readonly [number, number])[]) =>
    errorsOf(pairs.map(([slots, places]) => ({ slots: off(slots), places: off(places) })));

  it('are near where the slots of every day are, and the places on the mean', () => {
    expect(errors([-1.5, 3], [0.5, -4])).toEqual({
      slots: { mean: -0.5, meanSize: 1, largest: 1.5, within: 2, of: 2 },
      places: { mean: -0.5, meanSize: 3.5, largest: 4, within: 0, of: 2 },
      near: true,
    });
  });

  it('are not where one day has its slots off, where places are off on the mean, or where there is no day at all', () => {
    expect(errors([0, 0], [2.01, 0]).near).toBe(false);
    expect(errors([0, 3], [0, 1.5]).near).toBe(false);
    expect(errors().near).toBe(false);
  });
});

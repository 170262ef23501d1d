import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Comparison, compare, spread } from '@xiaolaba/protocol/command-line';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchTexts } from './messages.js';
import { type BenchOptions, defaultOptions } from './options.js';

import { runBench } from './run.js';
import { benchTable } from './table.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'xiaolaba-bench-test-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const small = (): BenchOptions => ({
  ...defaultOptions,
  seconds: 0.5,
  rounds: 1,
  beatConnections: 4,
  recordConnections: 4,
  recordsPerBatch: [1, 8],
  mostBatches: 20,
  memoryConnections: 20,
  clipSeconds: [3],
  directory,
});

const positive = ({ ours, peer, ratio }: Comparison): boolean =>
  [ours.min, ours.median, peer.min, peer.median, ratio].every((value) => Number.isFinite(value) && value > 0);

// Twelve processes start one after the other; how long that takes is the machine's business.
describe('the bench', { timeout: 120_000 }, () => {
  it('measures both sides, loses no record, and leaves nothing behind', async () => {
    const rounds: string[] = [];
    const options = small();
    const report = await runBench(options, new AbortController().signal, (section) => rounds.push(section));
    expect(new Set(rounds)).toEqual(new Set(options.sections));
    expect(report.skipped).toEqual([]);
    expect(report.beats && positive(report.beats.messages)).toBe(true);
    expect(report.records?.batches.map(({ recordsPerBatch }) => recordsPerBatch)).toEqual([1, 8]);
    for (const one of report.records?.batches ?? []) {
      expect(positive(one.messages) && positive(one.records)).toBe(true);
      expect(one.records.ours.median).toBeCloseTo(one.messages.ours.median * one.recordsPerBatch);
    }
    const kept = report.records?.conservation;
    expect(kept?.acknowledged).toBeGreaterThan(0);
    expect(kept).toEqual({ acknowledged: kept?.acknowledged, stored: kept?.acknowledged, rejected: 0 });
    expect(report.audio?.map(({ clipSeconds }) => clipSeconds)).toEqual([3]);
    expect(report.audio?.every(({ perMinute }) => positive(perMinute))).toBe(true);
    expect(report.memory?.connections).toBe(20);
    expect(await readdir(directory)).toEqual([]);
    for (const language of ['zh-CN', 'en'] as const)
      expect(benchTable(report, benchTexts[language])).toContain(benchTexts[language].columns.ratio);
  });

  it('ends when it is told to, with nothing left behind', async () => {
    const ending = new AbortController();
    const running = runBench({ ...small(), seconds: 60, sections: ['beats'] }, ending.signal, () => ending.abort());
    await expect(running).rejects.toThrow();
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('figures', () => {
  it('takes the least and the middle', () => {
    expect(spread([5, 1, 9])).toEqual({ min: 1, median: 5 });
    expect(spread([4, 2])).toEqual({ min: 2, median: 3 });
    expect(compare([10, 20, 30], [40, 40, 40]).ratio).toBe(0.5);
  });
});

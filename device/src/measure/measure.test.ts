import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Comparison } from '@xiaolaba/protocol/command-line';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { protocolNames } from '../peripherals/codecs.js';
import { measureTexts } from './messages.js';
import { defaultOptions, type MeasureOptions, type MeasureSection } from './options.js';
import type { MeasureReport } from './report.js';
import { runMeasure } from './run.js';
import { measureTable } from './table.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'xiaolaba-measure-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const small = (...sections: MeasureSection[]): MeasureOptions => ({
  ...defaultOptions,
  sections,
  seconds: 0.4,
  rounds: 1,
  idleSeconds: 0.4,
  days: 3,
  beatSeconds: 600,
  directory,
});
const run = (options: MeasureOptions): Promise<MeasureReport> =>
  runMeasure(options, new AbortController().signal, () => {});
const positive = ({ ours, peer, ratio }: Comparison): boolean =>
  [ours.min, ours.median, peer.min, peer.median, ratio].every((value) => Number.isFinite(value) && value > 0);

// Processes start one after the other; how long that takes is the machine's business.
describe('the measurements', { timeout: 180_000 }, () => {
  it('read and write every protocol beside its peer', async () => {
    const report = await run(small('codecs'));
    expect(report.codecs?.map(({ protocol }) => protocol)).toEqual(protocolNames);
    expect(report.codecs?.filter(({ peer }) => peer === 'gps').map(({ protocol }) => protocol)).toEqual(['nmea0183']);
    for (const { decode, encode } of report.codecs ?? []) expect(positive(decode) && positive(encode)).toBe(true);
    for (const language of ['zh-CN', 'en'] as const)
      expect(measureTable(report, measureTexts[language])).toContain(measureTexts[language].decode('jt808', 'copy'));
    expect(await readdir(directory)).toEqual([]);
  });

  it('run the device idle, playing and from cold, and leave nothing behind', async () => {
    const report = await run(small('device'));
    expect(report.skipped).toEqual([]);
    const { idleCpu, ...rest } = report.device ?? {};
    // A process may well have slept through so short a while.
    expect(idleCpu?.ours.min).toBeGreaterThanOrEqual(0);
    expect(Object.keys(rest)).toEqual(['idleRss', 'playingCpu', 'playingRss', 'coldStart']);
    expect(Object.values(rest).every(positive)).toBe(true);
    expect(await readdir(directory)).toEqual([]);
  });

  it('hold no more memory after days than after the first', async () => {
    const report = await run(small('month'));
    const { days = [], reported = 0 } = report.month ?? {};
    expect(days.map(({ day }) => day)).toEqual([1, 2, 3]);
    // A hundred a day, but for what is under way.
    expect(days.at(-1)?.plays).toBeGreaterThanOrEqual(298);
    expect(reported).toBeGreaterThanOrEqual(290);
    const [first, , last] = days;
    expect((last?.heap ?? Number.NaN) - (first?.heap ?? Number.NaN)).toBeLessThan(4 * 2 ** 20);
    expect(await readdir(directory)).toEqual([]);
  });

  it('end when they are told to, with nothing left behind', async () => {
    const ending = new AbortController();
    const running = runMeasure(small('month'), ending.signal, () => ending.abort());
    await expect(running).rejects.toThrow();
    expect(await readdir(directory)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { closeEnough, correct, firstPlan, gainFilters, isBetter, missOf } from './gain.js';
import { readSummary } from './loudness.js';
import { findSpeech, masterRate, peaksOf } from './pcm.js';
import type { AudioTarget } from './targets.js';

const target: AudioTarget = {
  profile: 'loudspeaker',
  format: 'mp3',
  lufs: -16,
  truePeakDb: -1,
  sampleRate: 44_100,
  channels: 1,
  bitrate: 96_000,
  leadIn: { kind: 'none', milliseconds: 0 },
  maxSeconds: 60,
  maxBytes: 1e6,
};
const calm = { lufs: -20, threshold: -30, range: 2, truePeakDb: -10 };
const peaky = { ...calm, truePeakDb: -1 };

describe('the gain plan', () => {
  it('uses plain gain while the peaks allow, a limiter when they do not', () => {
    expect(gainFilters(firstPlan(target, calm), calm, 10)).toMatch(/^loudnorm=linear=true:.*measured_I=-20\.00/);
    expect(gainFilters(firstPlan(target, calm), calm, 1)).toMatch(/^volume=\d\.\d+dB:precision=float$/);
    expect(gainFilters(firstPlan(target, peaky), peaky, 10)).toContain('alimiter');
    expect(firstPlan(target, peaky).aim).toBeGreaterThan(firstPlan(target, calm).aim);
  });

  it('corrects towards the target, and not too deep', () => {
    const plan = firstPlan(target, peaky);
    const miss = missOf(target, { ...calm, lufs: -17, truePeakDb: 4 });
    expect(miss).toEqual({ loudness: 1, peak: 5.1 });
    expect(closeEnough(miss)).toBe(false);
    expect(correct(plan, miss)).toEqual({ aim: plan.aim + 1, ceiling: plan.ceiling - 1 });
    expect(isBetter({ loudness: 2, peak: 0 }, { loudness: 0, peak: 0.1 })).toBe(true);
  });
});

describe('the loudness summary', () => {
  it('is the last one of the log; silence has no peak', () => {
    const one = (lufs: string, peak: string): string =>
      `Summary:\n I: ${lufs} LUFS\n Threshold: -30.0 LUFS\n LRA: 1.5 LU\n Threshold: -40.0 LUFS\n Peak: ${peak} dBFS\n`;
    expect(readSummary(one('-70.0', '-inf') + one('-19.2', '-0.5'))).toEqual({
      lufs: -19.2,
      threshold: -30,
      range: 1.5,
      truePeakDb: -0.5,
    });
    expect(readSummary(one('-70.0', '-inf')).truePeakDb).toBe(Number.NEGATIVE_INFINITY);
    expect(() => readSummary('nothing')).toThrow(expect.objectContaining({ code: 'loudness-log' }));
  });
});

describe('finding the speech', () => {
  const envelope = (levels: readonly number[]) => ({
    samples: levels.length * (masterRate / 100),
    peaks: Float32Array.from(levels),
    powers: Float32Array.from(levels, (level) => level ** 2),
  });
  const padded = (level: number, hiss: number): number[] => [
    ...Array<number>(50).fill(hiss),
    ...Array<number>(100).fill(level),
    ...Array<number>(50).fill(hiss),
  ];

  it.each([
    ['digital silence', 0.3, 0],
    ['hiss', 0.3, 0.003],
    ['a very quiet recording', 0.003, 0],
  ])('keeps 100 ms on both sides of it: %s', (_, level, hiss) => {
    expect(findSpeech(envelope(padded(level, hiss)))).toMatchObject({ start: 19_200, end: 76_800, total: 96_000 });
  });

  it('finds none in silence', () => {
    expect(findSpeech(envelope(padded(0, 0)))).toBeUndefined();
    expect(findSpeech(envelope([]))).toBeUndefined();
  });

  it('draws the peaks, also where there are fewer windows than buckets', () => {
    expect(peaksOf(envelope([0.1, 0.5, 0.2, 1.4]), 2)).toEqual([0.5, 1]);
    expect(peaksOf(envelope([0.25]), 3)).toEqual([0.25, 0.25, 0.25]);
  });
});

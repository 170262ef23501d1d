import { type Loudness, shortestSteadySeconds } from './loudness.js';
import { masterRate } from './pcm.js';
import type { AudioFormat, AudioTarget } from './targets.js';

/** How one attempt brings a measured piece to its target. */
export interface GainPlan {
  /** Loudness to aim at, LUFS; off the target by what an earlier attempt missed. */
  readonly aim: number;
  /** True peak to stay under before encoding, dBTP: lossy encoders overshoot. */
  readonly ceiling: number;
}

/** dB by which the peaks of speech come out of an encoder higher than they went in, as measured. */
const encoderOvershoot: Readonly<Record<AudioFormat, number>> = { mp3: 0.6, opus: 1, adpcm: 0.5 };
/** LU by which speech comes out of an encoder softer: MP3 cuts the top of the spectrum. */
const encoderToll: Readonly<Record<AudioFormat, number>> = { mp3: 0.3, opus: 0, adpcm: 0 };
/** LU that a limiter takes from speech for each dB of peaks it takes away, as measured. */
const limiterToll = 0.15;
/** Overshoot is chaotic: one stray click must not drag the whole announcement down by as much. */
const deepestCorrection = 1;
const widestRange = 50;

/** The first attempt: foresees what limiter and encoder will do, so that one is mostly enough. */
export function firstPlan(target: AudioTarget, measured: Loudness): GainPlan {
  const ceiling = target.truePeakDb - encoderOvershoot[target.format];
  const excess = measured.truePeakDb + target.lufs - measured.lufs - ceiling;
  return { aim: target.lufs + encoderToll[target.format] + limiterToll * Math.max(0, excess), ceiling };
}

/**
 * The filters for a plan. Where plain gain keeps under the ceiling, loudnorm applies it in its linear mode from the
 * measured values. Where it doesn't, loudnorm would fall back to riding the gain, which pumps speech and is at sea in
 * short clips: there a look-ahead limiter at four times the rate takes the peaks and nothing else.
 */
export function gainFilters(plan: GainPlan, measured: Loudness, seconds: number): string {
  const gain = plan.aim - measured.lufs;
  const number = (value: number): string => value.toFixed(2);
  if (measured.truePeakDb + gain > plan.ceiling) {
    const limit = 10 ** (plan.ceiling / 20);
    return (
      `volume=${number(gain)}dB:precision=float,aresample=${masterRate * 4},` +
      `alimiter=limit=${limit.toFixed(5)}:attack=2:release=60:level=0:latency=1,aresample=${masterRate}`
    );
  }
  if (seconds < shortestSteadySeconds) return `volume=${number(gain)}dB:precision=float`;
  return (
    `loudnorm=linear=true:I=${number(plan.aim)}:TP=${number(plan.ceiling)}:LRA=${widestRange}:` +
    `measured_I=${number(measured.lufs)}:measured_TP=${number(measured.truePeakDb)}:` +
    // A range of exactly nought means "not measured" to the filter.
    `measured_LRA=${number(Math.max(0.1, measured.range))}:measured_thresh=${number(measured.threshold)}`
  );
}

/** Meters differ by so much on the true peak of the same file, dB. */
const peakMargin = 0.1;

/** How far a result is from its target: LU short of it (negative: too loud), and dB of true peak over it. */
export interface Miss {
  readonly loudness: number;
  readonly peak: number;
}

export const missOf = (target: AudioTarget, got: Loudness): Miss => ({
  loudness: target.lufs - got.lufs,
  peak: Math.max(0, got.truePeakDb - (target.truePeakDb - peakMargin)),
});

/** Half the tolerance of ±1 LU, so that another meter agrees too. */
export const closeEnough = (miss: Miss): boolean => miss.peak === 0 && Math.abs(miss.loudness) <= 0.5;

/** What may go on air: within ±1 LU, and under the peak. */
export const acceptable = (miss: Miss): boolean => miss.peak <= peakMargin && Math.abs(miss.loudness) <= 1;

/** The next attempt, from what the last one missed. */
export const correct = (plan: GainPlan, miss: Miss): GainPlan => ({
  aim: plan.aim + miss.loudness,
  ceiling: miss.peak > 0 ? plan.ceiling - Math.min(deepestCorrection, miss.peak + 0.1) : plan.ceiling,
});

/** The better of two misses: under the peak first, then nearer in loudness. */
export const isBetter = (a: Miss, b: Miss): boolean =>
  a.peak === b.peak ? Math.abs(a.loudness) < Math.abs(b.loudness) : a.peak < b.peak;

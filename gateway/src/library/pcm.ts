import { open } from 'node:fs/promises';

/** Rate of every intermediate file, Hz: mono, 32-bit float, little-endian. */
export const masterRate = 48_000;
const windowSamples = masterRate / 100;
const sampleBytes = 4;

/** Where the speech lies in a file, in samples; `end` is exclusive. */
export interface Bounds {
  readonly start: number;
  readonly end: number;
  readonly total: number;
  /** Seconds that stand out of the silence, between the first and the last of them or not. */
  readonly sounding: number;
}

/** A click is no speech: the shortest word takes longer, s. */
export const shortestSoundSeconds = 0.1;

/** Loudest sample and mean power of each 10 ms of a master file; the last one may be shorter. */
export interface Envelope {
  readonly samples: number;
  /** Absolute full-scale values; over 1 where a decoder overshot. */
  readonly peaks: Float32Array;
  /** Mean square. */
  readonly powers: Float32Array;
}

/** Reads a master file in pieces: ten minutes are 115 MB. */
export async function readEnvelope(path: string): Promise<Envelope> {
  const handle = await open(path, 'r');
  try {
    const samples = Math.floor((await handle.stat()).size / sampleBytes);
    const windows = Math.ceil(samples / windowSamples);
    const peaks = new Float32Array(windows);
    const powers = new Float32Array(windows);
    const floats = new Float32Array(windowSamples * 100);
    const bytes = new Uint8Array(floats.buffer);
    for (let window = 0; window < windows; ) {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, window * windowSamples * sampleBytes);
      const filled = Math.floor(bytesRead / sampleBytes);
      if (filled === 0) break;
      for (let from = 0; from < filled; from += windowSamples, window += 1) {
        const part = floats.subarray(from, Math.min(from + windowSamples, filled));
        let peak = 0;
        let sum = 0;
        for (const value of part) {
          const size = Math.abs(value);
          if (size > peak) peak = size;
          sum += value * value;
        }
        peaks[window] = peak;
        powers[window] = sum / part.length;
      }
    }
    return { samples, peaks, powers };
  } finally {
    await handle.close();
  }
}

const decibels = (power: number): number => 10 * Math.log10(Math.max(power, 1e-12));

/**
 * Cuts silence off both ends and keeps `keepMs` of it. Silence is relative to the loud parts, so that a quiet
 * recording is not cut away and a hissing one is cut at all. `undefined` where nothing stands out of nothing.
 */
export function findSpeech(envelope: Envelope, keepMs = 100): Bounds | undefined {
  const levels = Array.from(envelope.powers, decibels);
  const loud = [...levels].sort((a, b) => b - a)[Math.floor(levels.length / 20)];
  if (loud === undefined) return undefined;
  const threshold = Math.min(-40, Math.max(-70, loud - 35));
  const first = levels.findIndex((level) => level > threshold);
  const last = levels.findLastIndex((level) => level > threshold);
  if (first < 0) return undefined;
  const keep = (keepMs * masterRate) / 1000;
  return {
    start: Math.max(0, first * windowSamples - keep),
    end: Math.min(envelope.samples, (last + 1) * windowSamples + keep),
    total: envelope.samples,
    sounding: (levels.filter((level) => level > threshold).length * windowSamples) / masterRate,
  };
}

/** Highest peak of each of `buckets` equal parts, 0–1, three decimals: what a console draws. */
export function peaksOf(envelope: Envelope, buckets: number): number[] {
  const count = envelope.peaks.length;
  return Array.from({ length: buckets }, (_, bucket) => {
    const from = Math.floor((bucket * count) / buckets);
    const to = Math.max(from + 1, Math.floor(((bucket + 1) * count) / buckets));
    let peak = 0;
    for (const value of envelope.peaks.subarray(from, to)) if (value > peak) peak = value;
    return Math.round(Math.min(1, peak) * 1000) / 1000;
  });
}

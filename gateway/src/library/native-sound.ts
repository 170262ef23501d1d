import { open } from 'node:fs/promises';

/** What the samples of a file say before anything was done to them. */
export interface NativeSound {
  /** Length in samples of one channel. */
  readonly samples: number;
  /** Mean square of each channel, and of their mean. */
  readonly powers: readonly number[];
  readonly mixPower: number;
  /** Highest absolute value; over 1 where a float file holds more than full scale. */
  readonly peak: number;
  /** 0–1: samples that lie where the sound was cut off. */
  readonly clippedShare: number;
}

const sampleBytes = 4;
/** Levels are counted in steps of 0.1 dB, from `lowestDb` up. */
const stepsPerDb = 10;
const lowestDb = -20;
const highestDb = 40;
/** Nothing is cut off so far under full scale, dBFS. */
const fullScaleDb = -1;
/**
 * A sine spends 2.4 times as long in its topmost step as in the one under it, and sound that was never cut off spends
 * less. Only what goes beyond three times is the doing of a converter at its end.
 */
const naturalRatio = 3;

/** Reads interleaved 32-bit floats in pieces. */
export async function readNativeSound(path: string, channels: number): Promise<NativeSound> {
  const handle = await open(path, 'r');
  try {
    const frame = channels * sampleBytes;
    const bytes = new Uint8Array(frame * 16_384);
    const floats = new Float32Array(bytes.buffer);
    const sums = new Float64Array(channels);
    const levels = new Uint32Array((highestDb - lowestDb) * stepsPerDb);
    let mixed = 0;
    let samples = 0;
    let peak = 0;
    for (let at = 0; ; ) {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
      const frames = Math.floor(bytesRead / frame);
      if (frames === 0) break;
      at += frames * frame;
      samples += frames;
      for (let index = 0; index < frames; index += 1) {
        let mix = 0;
        for (let channel = 0; channel < channels; channel += 1) {
          const value = floats[index * channels + channel] ?? 0;
          const size = Math.abs(value);
          if (size > peak) peak = size;
          sums[channel] = (sums[channel] ?? 0) + value * value;
          mix += value;
          if (size > 0.1) {
            const step = Math.min(levels.length - 1, Math.floor((20 * Math.log10(size) - lowestDb) * stepsPerDb));
            levels[step] = (levels[step] ?? 0) + 1;
          }
        }
        mixed += (mix / channels) ** 2;
      }
    }
    const mean = (sum: number): number => (samples > 0 ? sum / samples : 0);
    return {
      samples,
      powers: Array.from(sums, mean),
      mixPower: mean(mixed),
      peak,
      clippedShare: clippedShareOf(levels, samples * channels),
    };
  } finally {
    await handle.close();
  }
}

/** The topmost step may be split by rounding: two of them are held against the two below. */
function clippedShareOf(levels: Uint32Array, total: number): number {
  const top = levels.findLastIndex((count) => count > 0);
  if (total === 0 || top / stepsPerDb + lowestDb < fullScaleDb) return 0;
  const pair = (end: number): number => (levels[end] ?? 0) + (levels[end - 1] ?? 0);
  return Math.max(0, pair(top) - naturalRatio * pair(top - 2)) / total;
}

/**
 * Filter that makes one channel of two. Channels that cancel each other out (a lead soldered the wrong way round)
 * would leave nothing of a voice: there the louder one speaks alone.
 */
export function downmix({ powers, mixPower }: NativeSound): string {
  const [left = 0, right = 0] = powers;
  if (powers.length < 2) return 'pan=mono|c0=c0';
  const louder = Math.max(left, right);
  // One silent channel costs the mean 6 dB; what costs more than 8 is cancellation.
  if (mixPower < louder * 10 ** -0.8) return left >= right ? 'pan=mono|c0=c0' : 'pan=mono|c0=c1';
  return 'pan=mono|c0=0.5*c0+0.5*c1';
}

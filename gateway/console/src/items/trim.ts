/** What is kept of a sound, in seconds from its start. */
export interface Trim {
  readonly from: number;
  readonly to: number;
}
export type TrimSide = keyof Trim;

/** One press of an arrow key. */
export const trimStep = 0.05;
/** Nothing shorter is an announcement. */
export const shortestKept = 0.5;

const frameSeconds = 0.02;
/** Breath before the first word and after the last. */
const before = 0.15;
const after = 0.25;
/** Under this, whatever the voice: the noise of a quiet room. */
const quietAmplitude = 10 ** (-50 / 20);
/** Or this far under the loudest frame: −34 dB. */
const farBelow = 10 ** (-34 / 20);

const hundredths = (seconds: number): number => Math.round(seconds * 100) / 100;

export const wholeOf = (seconds: number): Trim => ({ from: 0, to: hundredths(seconds) });

/** Moves one end to a time; the other stays, and something to hear remains between them. */
export const trimmedTo = (trim: Trim, side: TrimSide, seconds: number, length: number): Trim => {
  if (!Number.isFinite(seconds)) return trim;
  const least = Math.min(shortestKept, length);
  return side === 'from'
    ? { ...trim, from: hundredths(Math.min(Math.max(0, seconds), Math.max(0, trim.to - least))) }
    : { ...trim, to: hundredths(Math.max(Math.min(length, seconds), Math.min(length, trim.from + least))) };
};

/** Leaves out the silence at both ends; all of it where nobody speaks. `rate` in Hz. */
export const suggestTrim = (samples: Float32Array, rate: number): Trim => {
  const length = samples.length / rate;
  const size = Math.max(1, Math.round(frameSeconds * rate));
  const frames = Array.from({ length: Math.floor(samples.length / size) }, (_, frame) => {
    let squares = 0;
    for (let index = frame * size; index < (frame + 1) * size; index++) squares += (samples[index] ?? 0) ** 2;
    return Math.sqrt(squares / size);
  });
  const threshold = Math.max(quietAmplitude, frames.reduce((most, one) => Math.max(most, one), 0) * farBelow);
  const first = frames.findIndex((one) => one > threshold);
  const last = frames.findLastIndex((one) => one > threshold);
  if (first < 0) return wholeOf(length);
  const from = Math.max(0, (first * size) / rate - before);
  const to = Math.min(length, ((last + 1) * size) / rate + after);
  return to - from < shortestKept ? wholeOf(length) : { from: hundredths(from), to: hundredths(to) };
};

/** Whether so much silence stands at the ends that leaving it out is worth saying. */
export const isWorthTrimming = (suggested: Trim, length: number): boolean =>
  suggested.from > 0.2 || length - suggested.to > 0.2;

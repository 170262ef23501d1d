import { describe, expect, it } from 'vitest';
import { isWorthTrimming, suggestTrim, trimmedTo, wholeOf } from './trim.js';

const rate = 8000;
/** Noise of so many seconds at each amplitude in turn. */
const sound = (...parts: readonly (readonly [seconds: number, amplitude: number])[]): Float32Array =>
  Float32Array.from(
    parts.flatMap(([seconds, amplitude]) =>
      Array.from({ length: seconds * rate }, (_, index) => amplitude * Math.sin(index * 0.7)),
    ),
  );

describe('cutting the ends of a sound', () => {
  it('leaves out silence, but not the breath before and after', () => {
    const trim = suggestTrim(sound([1, 0], [2, 0.3], [1.5, 0]), rate);
    expect(trim.from).toBeCloseTo(0.85, 2);
    expect(trim.to).toBeCloseTo(3.25, 2);
    expect(isWorthTrimming(trim, 4.5)).toBe(true);
  });

  it('takes the noise of a room for silence, and a pause between words for speech', () => {
    const trim = suggestTrim(sound([1, 0.002], [1, 0.3], [1, 0.002], [1, 0.3], [1, 0.002]), rate);
    expect(trim.from).toBeCloseTo(0.85, 2);
    expect(trim.to).toBeCloseTo(4.25, 2);
  });

  it('keeps all of what is silent throughout, or speaks from end to end', () => {
    expect(suggestTrim(sound([2, 0]), rate)).toEqual(wholeOf(2));
    expect(suggestTrim(sound([2, 0.3]), rate)).toEqual(wholeOf(2));
    expect(isWorthTrimming(wholeOf(2), 2)).toBe(false);
    expect(suggestTrim(new Float32Array(0), rate)).toEqual(wholeOf(0));
  });

  it('moves one end only, within the sound and never past the other', () => {
    const trim = { from: 1, to: 3 };
    expect(trimmedTo(trim, 'from', 1.05, 4)).toEqual({ from: 1.05, to: 3 });
    expect(trimmedTo(trim, 'from', -2, 4)).toEqual({ from: 0, to: 3 });
    expect(trimmedTo(trim, 'from', 9, 4)).toEqual({ from: 2.5, to: 3 });
    expect(trimmedTo(trim, 'to', 9, 4)).toEqual({ from: 1, to: 4 });
    expect(trimmedTo(trim, 'to', 0, 4)).toEqual({ from: 1, to: 1.5 });
    expect(trimmedTo(trim, 'to', Number.NaN, 4)).toEqual(trim);
  });

  it('lets a sound be that is shorter than anything worth keeping', () => {
    expect(trimmedTo(wholeOf(0.3), 'from', 0.2, 0.3)).toEqual({ from: 0, to: 0.3 });
    expect(trimmedTo(wholeOf(0.3), 'to', 0.1, 0.3)).toEqual({ from: 0, to: 0.3 });
  });
});

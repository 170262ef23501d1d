import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Draws numbers; each entity and purpose has its own, so that the order in which the world runs changes nothing. */
export interface Stream {
  /** From 0 to below 1. */
  next(): number;
  /** From `from` to below `to`. */
  between(from: number, to: number): number;
  /** A whole number from `from` to `to`, both inclusive. */
  integer(from: number, to: number): number;
  chance(probability: number): boolean;
  /** Standard normal. */
  normal(): number;
  pick<T>(from: readonly T[]): T;
  shuffle<T>(list: readonly T[]): T[];
}

/** The stream of a purpose, say `stream(7, 'bus-03', 'dwell')`. */
export function stream(seed: number, ...purpose: readonly string[]): Stream {
  const digest = createHash('sha256')
    .update([String(seed), ...purpose].join('\n'))
    .digest();
  const state = [0, 4, 8, 12].map((at) => digest.readInt32LE(at));
  const generator = xoroshiro128plusFromState(state);
  const next = (): number => uniformFloat64(generator);
  const between = (from: number, to: number): number => from + (to - from) * next();
  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    integer,
    chance: (probability) => next() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick<T>(from: readonly T[]): T {
      const found = from[integer(0, from.length - 1)];
      if (found === undefined) throw new RangeError('nothing to pick from');
      return found;
    },
    shuffle<T>(list: readonly T[]): T[] {
      const rest = [...list];
      const out: T[] = [];
      while (rest.length > 0) out.push(...rest.splice(integer(0, rest.length - 1), 1));
      return out;
    },
  };
}

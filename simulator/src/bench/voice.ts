import type { Sound } from '@xiaolaba/device';
import type { Sounding } from '../peripherals/modules/module-twin.js';
import type { BenchContent, SpokenItem } from './bench-content.js';
import type { Emitted } from './wiring.js';

/** A tone or word of the device's own, for which there is no file: even loudness. */
const even: readonly number[] = [0.5];

const part = (envelope: readonly number[], from: number): readonly number[] =>
  envelope.slice(Math.floor(envelope.length * from));

/** What an output puts out, as the ears (and the page) want to know it. */
export const emittedOf = {
  /** @param since by the bench's monotonic clock */
  sound({ sha256, durationMs, fromMs, volume, words }: Sound, { spoken }: BenchContent, since: number): Emitted {
    const item = spoken.find(({ rendition }) => rendition.sha256 === sha256);
    return {
      item,
      words,
      since,
      durationMs: durationMs - fromMs,
      envelope: item ? part(item.envelope, fromMs / durationMs) : even,
      volume: volume / 100,
    };
  },

  sounding({ track, words, volume, since, durationMs }: Sounding, { spoken }: BenchContent): Emitted {
    const item: SpokenItem | undefined =
      track === undefined
        ? spoken.find((candidate) => words !== undefined && candidate.words.includes(words))
        : spoken[track - 1];
    return { item, words, since, durationMs, envelope: item?.envelope ?? even, volume };
  },
};

import { callerError } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import type { FrameCodec, StreamDecoder } from '../peripherals/codec.js';
import { codecs, protocolNames } from '../peripherals/codecs.js';
import { checkInput } from './check.js';
import { corpusOf } from './corpus.js';
import { seedsFor } from './inputs.js';
import { inputSeed, randomFrom } from './random.js';
import { fuzz, fuzzOne } from './run.js';

describe.each(protocolNames)('%s', (protocol) => {
  it('starts from frames that it can read', async () => {
    const codec = await codecs[protocol]();
    const corpus = corpusOf(protocol);
    for (const wire of corpus) {
      const decoder = codec.decoder();
      expect(decoder.push(wire).errors).toEqual([]);
      expect(decoder.rest).toHaveLength(0);
    }
    expect(seedsFor(codec, corpus).frames.length).toBeGreaterThanOrEqual(corpus.length);
  });

  it('keeps its contract under random and mutated bytes', async () => {
    const codec = await codecs[protocol]();
    const until = performance.now() + 300;
    const run = fuzz(codec, seedsFor(codec, corpusOf(protocol)), 20_261_122, () => performance.now() > until);
    expect(run.failure).toBeUndefined();
    expect(run.inputs).toBeGreaterThan(0);
  });
});

interface Letter {
  readonly kind: 'letter';
  readonly letter: string;
}

/** One letter is one frame: the least codec there is, with one thing made wrong by `spoil`. */
function letters(
  spoil: Partial<StreamDecoder<Letter>> & { encode?: (frame: unknown) => Uint8Array },
): FrameCodec<Letter> {
  const read = (bytes: Uint8Array) =>
    [...bytes].map((byte) => ({ kind: 'letter' as const, letter: String.fromCharCode(byte) }));
  return {
    protocol: 'letters',
    maxHeldBytes: 0,
    decoder: () => ({
      push: spoil.push ?? ((bytes) => ({ frames: read(bytes), errors: [] })),
      rest: spoil.rest ?? new Uint8Array(0),
      reset: () => undefined,
    }),
    encode:
      spoil.encode ??
      ((frame) => {
        if (typeof frame === 'object' && frame !== null && 'letter' in frame) {
          return Uint8Array.from(Buffer.from(String(frame.letter), 'latin1'));
        }
        throw callerError('frame-malformed', 'no letter', { problems: [] });
      }),
  };
}

describe('the check itself', () => {
  // Some chance cuts leave the input whole.
  const rule = (codec: FrameCodec<Letter>) =>
    [1, 2, 3, 4, 5, 6].map((seed) => checkInput(codec, Uint8Array.of(65, 66, 67), randomFrom(seed))?.rule);

  it('finds each kind of breach', () => {
    const fault = () => {
      throw new RangeError('broken');
    };
    const frame = (letter: string): Letter => ({ kind: 'letter', letter });
    expect(rule(letters({})).every((one) => one === undefined)).toBe(true);
    expect(rule(letters({ push: fault }))).toContain('throws');
    expect(rule(letters({ encode: fault }))).toContain('encode-throws');
    expect(rule(letters({ rest: Uint8Array.of(1) }))).toContain('rest-unbounded');
    expect(rule(letters({ push: (bytes) => ({ frames: [frame(String(bytes.length))], errors: [] }) }))).toContain(
      'chunking',
    );
    expect(rule(letters({ push: () => ({ frames: [], errors: [] }) }))).toContain('unaccounted');
    expect(rule(letters({ encode: () => Uint8Array.of(90) }))).toContain('round-trip');
  });

  it('finds errors out of order', () => {
    const codec: FrameCodec<Letter> = {
      ...letters({}),
      decoder: () => ({
        push: (bytes) => ({ frames: [], errors: [...bytes].map(() => ({ code: 'noise', message: '', offset: 2 })) }),
        rest: new Uint8Array(0),
        reset: () => undefined,
      }),
    };
    expect(rule(codec)).toContain('offsets');
  });

  it('makes an input again from the run’s seed and its number alone', () => {
    const codec = letters({ encode: () => Uint8Array.of(90) });
    const seeds = seedsFor(codec, [Uint8Array.of(65, 66)]);
    const run = fuzz(codec, seeds, 5, () => false);
    expect(run.failure?.rule).toBe('round-trip');
    expect(fuzzOne(codec, seeds, 5, run.failure?.index ?? -1)).toEqual(run.failure);
    expect(inputSeed(5, 0)).not.toBe(inputSeed(5, 1));
  });
});

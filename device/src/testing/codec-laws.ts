import fc from 'fast-check';
import { expect } from 'vitest';
import type { CodecError, FrameCodec } from '../peripherals/codec.js';

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));

export interface DecodedWhole<Frame> {
  readonly frames: readonly Frame[];
  readonly errors: readonly CodecError[];
  readonly rest: string;
}

/** Decodes pieces in turn, and holds that the decoder never holds more than it promised. */
export function decodePieces<Frame extends { readonly kind: string }>(
  codec: FrameCodec<Frame>,
  pieces: readonly Uint8Array[],
): DecodedWhole<Frame> {
  const decoder = codec.decoder();
  const frames: Frame[] = [];
  const errors: CodecError[] = [];
  for (const piece of pieces) {
    const found = decoder.push(piece);
    frames.push(...found.frames);
    errors.push(...found.errors);
    expect(decoder.rest.length).toBeLessThanOrEqual(codec.maxHeldBytes);
  }
  return { frames, errors, rest: hex(decoder.rest) };
}

export const decodeHex = <Frame extends { readonly kind: string }>(
  codec: FrameCodec<Frame>,
  text: string,
): DecodedWhole<Frame> => decodePieces(codec, [bytesOf(text)]);

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
}

/**
 * What every codec holds, on bytes that are likely to be frames, mutated frames and noise: it never throws, splitting
 * changes nothing, bytes are held in bounds, offsets rise, and each frame that was read is written as it was.
 */
export function holdsLaws<Frame extends { readonly kind: string }>(
  codec: FrameCodec<Frame>,
  likely: fc.Arbitrary<Uint8Array>,
  numRuns = 250,
): void {
  const stream = fc
    .array(fc.oneof({ weight: 3, arbitrary: likely }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }) }), {
      maxLength: 6,
    })
    .map((parts) => new Uint8Array(parts.flatMap((part) => [...part])));
  const cuts = fc.array(fc.nat(2000), { maxLength: 12 });
  fc.assert(
    fc.property(stream, cuts, (bytes, at) => {
      const whole = decodePieces(codec, [bytes]);
      expect(decodePieces(codec, split(bytes, at))).toEqual(whole);
      let last = -1;
      for (const { offset } of whole.errors) {
        expect(offset).toBeGreaterThan(last);
        last = offset;
      }
      let written = '';
      for (const frame of whole.frames) {
        const again = codec.encode(JSON.parse(JSON.stringify(frame)));
        expect(decodePieces(codec, [again]).frames).toEqual([frame]);
        written += hex(again);
      }
      if (whole.errors.length === 0) expect(written + whole.rest).toBe(hex(bytes));
      else expect(isSubsequence(written, hex(bytes))).toBe(true);
    }),
    { numRuns },
  );
}

function isSubsequence(part: string, all: string): boolean {
  let at = 0;
  for (let index = 0; index < part.length; index += 2) {
    const byte = part.slice(index, index + 2);
    while (at < all.length && all.slice(at, at + 2) !== byte) at += 2;
    if (at >= all.length) return false;
    at += 2;
  }
  return true;
}

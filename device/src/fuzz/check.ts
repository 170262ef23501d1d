import { XiaolabaError } from '@xiaolaba/protocol';
import type { CodecError, FrameCodec } from '../peripherals/codec.js';
import type { Random } from './random.js';

export type AnyCodec = FrameCodec<{ readonly kind: string }>;

/** What a codec broke. */
export interface Breach {
  readonly rule: 'throws' | 'rest-unbounded' | 'chunking' | 'round-trip' | 'unaccounted' | 'offsets' | 'encode-throws';
  readonly detail: string;
}

interface Reading {
  readonly frames: readonly { readonly kind: string }[];
  readonly errors: readonly CodecError[];
  readonly rest: Uint8Array;
  readonly overflow: number;
}

function read(codec: AnyCodec, chunks: Iterable<Uint8Array>): Reading {
  const decoder = codec.decoder();
  const frames: { readonly kind: string }[] = [];
  const errors: CodecError[] = [];
  let overflow = 0;
  for (const chunk of chunks) {
    const decoded = decoder.push(chunk);
    frames.push(...decoded.frames);
    errors.push(...decoded.errors);
    // Asked for after each piece: what is held is bounded at any time.
    overflow = Math.max(overflow, decoder.rest.length - codec.maxHeldBytes);
  }
  const ended = decoder.end?.();
  if (ended) {
    frames.push(...ended.frames);
    errors.push(...ended.errors);
  }
  return { frames, errors, rest: decoder.rest, overflow };
}

function* chunked(input: Uint8Array, random: Random): Generator<Uint8Array> {
  // Long inputs in longer pieces: asking for the rest after each one copies it.
  const longest = random.pick([1, 3, 16, 64]) * Math.ceil(input.length / 1000);
  for (let at = 0; at < input.length; ) {
    const end = at + 1 + random.below(longest);
    yield input.slice(at, end);
    at = end;
  }
}

const show = ({ frames, errors, rest }: Reading) => JSON.stringify([frames, errors, Buffer.from(rest).toString('hex')]);

function checkRoundTrip(codec: AnyCodec, input: Uint8Array, frames: Reading['frames']): Breach | undefined {
  const wire = Buffer.from(input.buffer, input.byteOffset, input.length);
  let at = 0;
  for (const frame of frames) {
    let bytes: Uint8Array;
    try {
      bytes = codec.encode(JSON.parse(JSON.stringify(frame)));
    } catch (error) {
      return { rule: 'encode-throws', detail: `${String(error)} ${JSON.stringify(error)} at ${JSON.stringify(frame)}` };
    }
    const found = wire.indexOf(bytes, at);
    if (found < 0)
      return { rule: 'round-trip', detail: `${Buffer.from(bytes).toString('hex')} from ${JSON.stringify(frame)}` };
    at = found + bytes.length;
  }
  return undefined;
}

function checkOffsets(input: Uint8Array, errors: readonly CodecError[]): Breach | undefined {
  let last = -1;
  for (const { offset, code } of errors) {
    if (offset <= last || offset >= input.length)
      return { rule: 'offsets', detail: `${code} at ${offset} after ${last}` };
    last = offset;
  }
  return undefined;
}

/** Decodes one input whole and in pieces, and holds the results against the codec's contract. */
export function checkInput(codec: AnyCodec, input: Uint8Array, random: Random): Breach | undefined {
  let whole: Reading;
  let pieces: Reading;
  try {
    whole = read(codec, [input]);
    pieces = read(codec, chunked(input, random));
  } catch (error) {
    return { rule: 'throws', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  if (Math.max(whole.overflow, pieces.overflow) > 0) {
    return {
      rule: 'rest-unbounded',
      detail: `${Math.max(whole.overflow, pieces.overflow)} bytes more than ${codec.maxHeldBytes}`,
    };
  }
  const [one, other] = [show(whole), show(pieces)];
  if (one !== other) return { rule: 'chunking', detail: `${one}\n≠ ${other}` };
  if (input.length > 0 && whole.frames.length + whole.errors.length + whole.rest.length === 0) {
    return { rule: 'unaccounted', detail: 'neither a frame nor an error nor a rest' };
  }
  return checkOffsets(input, whole.errors) ?? checkRoundTrip(codec, input, whole.frames);
}

/** @returns the bytes, undefined where the codec refuses the value as it should. @throws what it must not throw */
export function encodeOrRefuse(codec: AnyCodec, value: unknown): Uint8Array | undefined {
  try {
    return codec.encode(value);
  } catch (error) {
    if (error instanceof XiaolabaError && error.code === 'frame-malformed') return undefined;
    throw error;
  }
}

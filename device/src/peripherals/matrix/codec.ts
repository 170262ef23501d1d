/**
 * Plain matrix cards that take bitmaps and scroll them by themselves. No maker's protocol was to be met, so this one
 * is Xiaolaba's own, version 1: what a small card's firmware needs and no more.
 *
 *     A5 5A  command  sequence  length(2)  payload  CRC(2)
 *
 * Numbers are big-endian. The CRC is CRC-16/ARC over command to payload. Every order is answered, by its sequence.
 * An order whose CRC is wrong is not answered: the host repeats it. See frames.ts for the payloads.
 */
import type { FrameCodec } from '../codec.js';
import { parseFrame } from '../frame-input.js';
import { crc16 } from '../onbon-bx5k/framing.js';
import { resyncDecoder, type Step } from '../resync-decoder.js';
import { commandOf, frameSchema, type MatrixFrame, MOST_PAYLOAD, payloadOf, readFrame } from './frames.js';

export type { MatrixFrame } from './frames.js';

const START = [0xa5, 0x5a] as const;
const HEAD = 6;
const TAIL = 2;
const MAX_HELD = HEAD + MOST_PAYLOAD + TAIL;

const wordAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

function step(bytes: Uint8Array): Step<MatrixFrame> {
  if (bytes[0] !== START[0]) {
    const next = bytes.indexOf(START[0]);
    return { kind: 'noise', length: next < 0 ? bytes.length : next };
  }
  if (bytes.length === 1) return { kind: 'more', searched: 0 };
  if (bytes[1] !== START[1]) return { kind: 'noise', length: 1 };
  if (bytes.length < HEAD) return { kind: 'more', searched: 0 };
  const size = wordAt(bytes, 4);
  // Both skip the start bytes alone: what looked like a length may have covered a good frame.
  if (size > MOST_PAYLOAD)
    return { kind: 'error', length: START.length, code: 'too-long', message: 'longer than the longest frame' };
  const end = HEAD + size;
  if (bytes.length < end + TAIL) return { kind: 'more', searched: 0 };
  if (crc16(bytes.subarray(START.length, end)) !== wordAt(bytes, end))
    return { kind: 'error', length: START.length, code: 'checksum', message: 'the CRC is another' };
  const frame = readFrame(bytes[2] ?? 0, bytes[3] ?? 0, bytes.subarray(HEAD, end));
  return { kind: 'frame', length: end + TAIL, frame };
}

export const codec: FrameCodec<MatrixFrame> = {
  protocol: 'matrix',
  maxHeldBytes: MAX_HELD,
  decoder: () => resyncDecoder(step),
  encode(value) {
    const frame = parseFrame('matrix', frameSchema, value);
    const payload = payloadOf(frame);
    const covered = Buffer.concat([
      Uint8Array.of(commandOf(frame), frame.sequence, payload.length >> 8, payload.length & 0xff),
      payload,
    ]);
    const crc = crc16(covered);
    return new Uint8Array(Buffer.concat([Uint8Array.from(START), covered, Uint8Array.of(crc >> 8, crc & 0xff)]));
  },
};

/**
 * Onbon (仰邦) BX-5K/6K font cards, serial or TCP port 5005.
 * Source: Onbon, «BX-5K/6K communication protocol, user version» 1.4 (2021).
 */
import type { FrameCodec } from '../codec.js';
import { malformedFrame, parseFrame } from '../frame-input.js';
import { resyncDecoder, type Step } from '../resync-decoder.js';
import { frameSchema, LEAST_DATA, type OnbonFrame, readFrame, writeData } from './frames.js';
import { END, escaped, LEAST_START, MOST_START, START, unescaped } from './framing.js';
import { BARCODE_HEADER, closePacket, openPacket } from './header.js';

export type { OnbonFrame } from './frames.js';

const MOST_DATA = 0xffff;
/** Every byte may be escaped. */
const MOST_BODY = 2 * (BARCODE_HEADER + MOST_DATA + 2);
const MAX_HELD = MOST_START + MOST_BODY;

function startRun(bytes: Uint8Array): number {
  let length = 0;
  while (bytes[length] === START) length++;
  return length;
}

function step(bytes: Uint8Array, searched: number): Step<OnbonFrame> {
  if (bytes[0] !== START) {
    const next = bytes.indexOf(START);
    return { kind: 'noise', length: next < 0 ? bytes.length : next };
  }
  const start = startRun(bytes);
  if (start > MOST_START) return { kind: 'noise', length: start - MOST_START };
  if (start === bytes.length) return { kind: 'more', searched: 0 };
  if (start < LEAST_START) return { kind: 'noise', length: start };
  const limit = Math.min(bytes.length, start + MOST_BODY + 1);
  for (let at = Math.max(start, searched); at < limit; at++) {
    // Neither byte may stand unescaped inside a packet.
    if (bytes[at] === START) return { kind: 'error', length: at, code: 'truncated', message: 'a frame without an end' };
    if (bytes[at] === END) return whole(bytes.subarray(start, at), start);
  }
  if (bytes.length <= start + MOST_BODY) return { kind: 'more', searched: bytes.length };
  return { kind: 'error', length: start + MOST_BODY, code: 'too-long', message: 'no end within the longest frame' };
}

function whole(body: Uint8Array, start: number): Step<OnbonFrame> {
  const length = start + body.length + 1;
  const packet = unescaped(body);
  if (packet === undefined)
    return { kind: 'error', length, code: 'escape', message: 'an escape that is none of the four' };
  const opened = openPacket(packet, start);
  if ('code' in opened) return { kind: 'error', length, ...opened };
  if (opened.data.length < LEAST_DATA)
    return { kind: 'error', length, code: 'malformed', message: 'data without group, command and third byte' };
  return { kind: 'frame', length, frame: readFrame(opened.header, opened.data) };
}

export const codec: FrameCodec<OnbonFrame> = {
  protocol: 'onbon-bx5k',
  maxHeldBytes: MAX_HELD,
  decoder: () => resyncDecoder(step),
  encode(value) {
    const frame = parseFrame('onbon-bx5k', frameSchema, value);
    const data = writeData(frame);
    if (data.length > MOST_DATA) throw malformedFrame('onbon-bx5k', ['data: longer than 65535 bytes']);
    const body = escaped(closePacket(frame.header, data));
    const bytes = new Uint8Array(frame.header.startBytes + body.length + 1).fill(START);
    bytes.set(body, frame.header.startBytes);
    bytes[bytes.length - 1] = END;
    return bytes;
  },
};

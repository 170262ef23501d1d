/**
 * JetFile II signs (Chainzone and others), serial 9600 or TCP port 9520 or 3001: the text form of the protocol.
 * Source: Chainzone, «Simplified JetFile II protocol» 2.4.
 */
import type { FrameCodec, StreamDecoder } from '../codec.js';
import { malformedFrame, parseFrame } from '../frame-input.js';
import { resyncDecoder, type Step } from '../resync-decoder.js';
import { EOT, ETX, frameSchema, type JetFileFrame, MOST_TEXT, SOH, textOf, writeFrame } from './frames.js';
import { isType, readHostFrame } from './reading.js';

export type { JetFileFrame } from './frames.js';
export type { Segment } from './segments.js';

/** SOH, type, address, STX, command, file name of 5, byte 06, text, ETX, four digits. */
const MAX_HELD = 1 + 1 + 2 + 1 + 1 + 5 + 1 + MOST_TEXT + 1 + 4;
const O = 0x4f;
const K = 0x4b;

function step(bytes: Uint8Array): Step<JetFileFrame> {
  const [first, second] = bytes;
  if (first !== SOH && first !== O) return { kind: 'noise', length: noiseLength(bytes) };
  if (second === undefined) return { kind: 'more', searched: 0 };
  if (first === O)
    return second === K ? { kind: 'frame', length: 2, frame: { kind: 'ok' } } : { kind: 'noise', length: 1 };
  return isType(second) ? readHostFrame(bytes) : { kind: 'noise', length: 1 };
}

function noiseLength(bytes: Uint8Array): number {
  const next = bytes.findIndex((value) => value === SOH || value === O);
  return next < 0 ? bytes.length : next;
}

function decoder(): StreamDecoder<JetFileFrame> {
  // A lone EOT means something directly after a checked frame only; elsewhere it is noise like any other byte.
  let afterChecked = false;
  const inner = resyncDecoder<JetFileFrame>((bytes) => {
    const ends = afterChecked && bytes[0] === EOT;
    const found: Step<JetFileFrame> = ends
      ? { kind: 'frame', length: 1, frame: { kind: 'end-of-transmission' } }
      : step(bytes);
    const { frame } = found.kind === 'frame' ? found : { frame: undefined };
    if (found.kind !== 'more')
      afterChecked = frame !== undefined && 'ending' in frame && frame.ending.form === 'checked';
    return found;
  });
  return {
    push: (bytes) => inner.push(bytes),
    get rest() {
      return inner.rest;
    },
    reset() {
      afterChecked = false;
      inner.reset();
    },
  };
}

/** Bytes that would end the text before its time. */
function breaksText(text: Uint8Array): boolean {
  return text.some((value, at) => value === ETX || value === EOT || (value === SOH && isType(text[at + 1])));
}

export const codec: FrameCodec<JetFileFrame> = {
  protocol: 'jetfile2',
  maxHeldBytes: MAX_HELD,
  decoder,
  encode(value) {
    const frame = parseFrame('jetfile2', frameSchema, value);
    if (frame.kind === 'ok') return Uint8Array.of(O, K);
    if (frame.kind === 'end-of-transmission') return Uint8Array.of(EOT);
    const text = textOf(frame);
    if (text.length > MOST_TEXT) throw malformedFrame('jetfile2', [`text: longer than ${MOST_TEXT} bytes`]);
    if (breaksText(text)) throw malformedFrame('jetfile2', ['text: has bytes that end a frame or start one']);
    if (frame.kind === 'write-text' && !frame.jetFile && text[0] === 0x06)
      throw malformedFrame('jetfile2', ['jetFile: the text begins with 06']);
    return writeFrame(frame, text);
  },
};

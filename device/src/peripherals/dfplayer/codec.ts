import type { FrameCodec } from '../codec.js';
import { parseFrame } from '../frame-input.js';
import { resyncDecoder, type Step } from '../resync-decoder.js';
import { type DfplayerFrame, dfplayerFrame } from './frames.js';
import { commandOf, parameterOf, readAnswer, readBody } from './values.js';

export type { DfplayerFrame } from './frames.js';

const header = [0x7e, 0xff, 0x06] as const;
const endByte = 0xef;
const shortLength = 8;
const fullLength = 10;

/** Two's complement of the 16-bit sum over version, length, command, feedback and parameter. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes.subarray(1, 7)) sum += byte;
  return -sum & 0xffff;
}

function readFrame(bytes: Uint8Array, checksummed: boolean): DfplayerFrame {
  const [, , , command = 0, feedback = 0, high = 0, low = 0] = bytes;
  return {
    ...readBody(command, (high << 8) | low, feedback !== 0),
    feedback: feedback > 1 ? feedback : feedback === 1,
    checksummed,
  };
}

function step(bytes: Uint8Array): Step<DfplayerFrame> {
  const start = bytes.indexOf(header[0]);
  if (start !== 0) return { kind: 'noise', length: start === -1 ? bytes.length : start };
  for (const [index, expected] of header.entries()) {
    if (index >= bytes.length) return { kind: 'more', searched: 0 };
    if (bytes[index] !== expected) return { kind: 'noise', length: 1 };
  }
  // The high byte of a right checksum is FA–FE, so EF in its place can only be the end. Elsewhere EF says nothing.
  if (bytes[shortLength - 1] === endByte) {
    return { kind: 'frame', length: shortLength, frame: readFrame(bytes, false) };
  }
  if (bytes.length < fullLength) return { kind: 'more', searched: 0 };
  if (bytes[fullLength - 1] !== endByte) {
    return { kind: 'error', length: 1, code: 'end-byte', message: 'no EF where the frame should end' };
  }
  if ((((bytes[7] ?? 0) << 8) | (bytes[8] ?? 0)) !== checksum(bytes)) {
    return { kind: 'error', length: 1, code: 'checksum', message: 'the checksum does not match' };
  }
  return { kind: 'frame', length: fullLength, frame: readFrame(bytes, true) };
}

/** The frame as a module's answer: a driver, which knows who spoke, reads "query … 0" as "the answer is 0". */
export function dfplayerAnswer(frame: DfplayerFrame): DfplayerFrame {
  const { feedback, checksummed } = frame;
  return { ...readAnswer(commandOf(frame), parameterOf(frame)), feedback, checksummed };
}

/**
 * DFPlayer Mini and other modules on the YX5200 (Flyron FN-M16P data sheet V1.0), 9600 8N1, both directions.
 * A question and the answer 0 are the same bytes: they decode as the question; see {@link dfplayerAnswer}.
 * Errors: `noise`, `checksum`, `end-byte`.
 */
export const codec: FrameCodec<DfplayerFrame> = {
  protocol: 'dfplayer',
  maxHeldBytes: fullLength,
  decoder: () => resyncDecoder(step),
  encode(input) {
    const frame = parseFrame('dfplayer', dfplayerFrame, input);
    const value = parameterOf(frame);
    const bytes = new Uint8Array(frame.checksummed ? fullLength : shortLength).fill(endByte);
    bytes.set([...header, commandOf(frame), Number(frame.feedback), value >> 8, value & 0xff]);
    if (frame.checksummed) new DataView(bytes.buffer).setUint16(7, checksum(bytes));
    return bytes;
  },
};

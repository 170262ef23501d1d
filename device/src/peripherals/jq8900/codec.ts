import type { FrameCodec } from '../codec.js';
import { parseFrame } from '../frame-input.js';
import { resyncDecoder, type Step } from '../resync-decoder.js';
import { type Jq8900Frame, jq8900Frame } from './frames.js';
import { commandOf, readPayload, writePayload } from './payloads.js';

export type { Jq8900Frame } from './frames.js';

const startByte = 0xaa;
/** Start, command, length and sum. */
const overhead = 4;

/** Low byte of the sum over all before it, the start included. */
function sum(bytes: Uint8Array): number {
  let all = 0;
  for (const byte of bytes) all += byte;
  return all & 0xff;
}

function step(bytes: Uint8Array): Step<Jq8900Frame> {
  const start = bytes.indexOf(startByte);
  if (start !== 0) return { kind: 'noise', length: start === -1 ? bytes.length : start };
  const [, command, length] = bytes;
  // No command is AA: of two start bytes the second may begin a frame, the first does not.
  if (command === startByte) return { kind: 'noise', length: 1 };
  if (command === undefined || length === undefined || bytes.length < overhead + length) {
    return { kind: 'more', searched: 0 };
  }
  const end = overhead - 1 + length;
  if (bytes[end] !== sum(bytes.subarray(0, end))) {
    return { kind: 'error', length: 1, code: 'checksum', message: 'the sum does not match' };
  }
  return { kind: 'frame', length: end + 1, frame: readPayload(command, bytes.subarray(3, end)) };
}

/**
 * JQ8900 and JQ8400 voice modules, DY-SV5W and DY-SV17F (their manuals; DFRobot's manual of the DFR0534), 9600 8N1,
 * both directions: what has data under a question's command is the answer. Errors: `noise`, `checksum`.
 */
export const codec: FrameCodec<Jq8900Frame> = {
  protocol: 'jq8900',
  maxHeldBytes: overhead + 0xff,
  decoder: () => resyncDecoder(step),
  encode(input) {
    const frame = parseFrame('jq8900', jq8900Frame, input);
    const payload = [...writePayload(frame)];
    const bytes = new Uint8Array([startByte, commandOf(frame), payload.length, ...payload, 0]);
    bytes[bytes.length - 1] = sum(bytes);
    return bytes;
  },
};

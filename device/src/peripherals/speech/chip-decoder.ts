import type { StreamDecoder } from '../codec.js';
import { resyncDecoder, type Step } from '../resync-decoder.js';

const startByte = 0xfd;
const headerLength = 3;
/** Past this a declared length is noise rather than a text that is too long. */
const longestSkip = 8192;

export interface ChipProtocol<Frame> {
  /** What the length may say. */
  readonly minDataBytes: number;
  readonly maxDataBytes: number;
  /** Whether the whole frame, start byte to last, is as it was sent. */
  isIntact(frame: Uint8Array): boolean;
  readFrame(data: Uint8Array): Frame;
  /** A byte that the chip sends by itself, between frames. */
  readStatus(byte: number): Frame | undefined;
}

export const maxFrameBytes = (maxDataBytes: number): number => headerLength + maxDataBytes;

function readFrame<Frame>(protocol: ChipProtocol<Frame>, bytes: Uint8Array): Step<Frame> {
  const [, high, low] = bytes;
  if (high === undefined || low === undefined) return { kind: 'more', searched: 0 };
  const length = (high << 8) | low;
  if (length > protocol.maxDataBytes) {
    const message = `length ${length}, at most ${protocol.maxDataBytes}`;
    return { kind: 'error', length: 1, code: 'too-long', message };
  }
  if (length < protocol.minDataBytes) {
    const message = `length ${length}, at least ${protocol.minDataBytes}`;
    return { kind: 'error', length: 1, code: 'too-short', message };
  }
  const end = headerLength + length;
  if (bytes.length < end) return { kind: 'more', searched: 0 };
  const whole = bytes.subarray(0, end);
  if (!protocol.isIntact(whole)) {
    return { kind: 'error', length: 1, code: 'checksum', message: 'the checksum does not match' };
  }
  return { kind: 'frame', length: end, frame: protocol.readFrame(whole.subarray(headerLength)) };
}

/** Bytes after the start byte that a frame lays claim to, be it damaged or too long. */
function claimedBytes(bytes: Uint8Array): number {
  const length = ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
  return length > longestSkip ? headerLength - 1 : headerLength - 1 + length;
}

/**
 * Framing `FD LenH LenL data` with the chip's one-byte answers between. The text of a damaged frame is searched for
 * the next frame, but its letters are not taken for answers of the chip.
 */
export function chipDecoder<Frame>(protocol: ChipProtocol<Frame>): StreamDecoder<Frame> {
  let damaged = 0;

  function between(bytes: Uint8Array): Step<Frame> {
    const next = bytes.indexOf(startByte);
    if (damaged > 0) {
      const length = Math.min(damaged, next === -1 ? bytes.length : next);
      damaged -= length;
      return { kind: 'noise', length };
    }
    const status = protocol.readStatus(bytes[0] ?? 0);
    return status === undefined ? { kind: 'noise', length: 1 } : { kind: 'frame', length: 1, frame: status };
  }

  function step(bytes: Uint8Array): Step<Frame> {
    if (bytes[0] !== startByte) return between(bytes);
    const found = readFrame(protocol, bytes);
    if (found.kind === 'frame') damaged = 0;
    if (found.kind !== 'error') return found;
    if (damaged > 0) {
      damaged -= 1;
      return { kind: 'noise', length: 1 };
    }
    damaged = claimedBytes(bytes);
    return found;
  }

  const inner = resyncDecoder(step);
  return {
    push: (bytes) => inner.push(bytes),
    get rest() {
      return inner.rest;
    },
    reset() {
      damaged = 0;
      inner.reset();
    },
  };
}

import type { Step } from '../resync-decoder.js';
import { type Message, readMessage } from './header.js';

const flag = 0x7e;
const escapeMark = 0x7d;

/** 21 header bytes, 1023 of body and the check byte, every one of them escaped, between two flags. */
export const longestFrame = 2 * (21 + 1023 + 1) + 2;

export function checkByte(bytes: Uint8Array): number {
  let check = 0;
  for (const byte of bytes) check ^= byte;
  return check;
}

/** The frame's bytes for a message without its check byte. */
export function frameBytes(message: Uint8Array): Uint8Array {
  const out = [flag];
  const put = (byte: number) => {
    if (byte === flag) out.push(escapeMark, 2);
    else if (byte === escapeMark) out.push(escapeMark, 1);
    else out.push(byte);
  };
  for (const byte of message) put(byte);
  put(checkByte(message));
  out.push(flag);
  return Uint8Array.from(out);
}

/** @returns undefined where an escape is none of the two that exist */
function unescaped(bytes: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    let byte = bytes[at] ?? 0;
    if (byte === escapeMark) {
      at++;
      const next = bytes[at];
      if (next !== 1 && next !== 2) return undefined;
      byte = next === 1 ? escapeMark : flag;
    }
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

function opened(bytes: Uint8Array): Message | { readonly code: string; readonly message: string } {
  const all = unescaped(bytes);
  if (!all) return { code: 'escape', message: '7D stands before neither 01 nor 02' };
  if (all.length < 13) return { code: 'too-short', message: `${all.length} bytes are no message` };
  if (checkByte(all) !== 0)
    return { code: 'checksum', message: 'the check byte is not the XOR of what stands before it' };
  return readMessage(all.subarray(0, -1));
}

/** After an error a lone flag is the end of what failed, unless more follows. */
export const isClosingFlag = (held: Uint8Array): boolean => held.length === 1 && held[0] === flag;

/**
 * Finds messages between flags. What fails costs only itself: its closing flag is looked at again as an opening one,
 * since a flag in noise, or a lost one, shifts the pairs.
 */
export function jt808Step<Frame>(
  toFrame: (message: Message) => Frame,
): (bytes: Uint8Array, searched: number) => Step<Frame> {
  return (bytes, searched) => {
    if (bytes[0] !== flag) {
      const next = bytes.indexOf(flag);
      return { kind: 'noise', length: next < 0 ? bytes.length : next };
    }
    const window = bytes.length > longestFrame ? bytes.subarray(0, longestFrame) : bytes;
    const end = window.indexOf(flag, Math.max(1, searched));
    if (end < 0) {
      if (window.length < longestFrame) return { kind: 'more', searched: window.length };
      return { kind: 'error', length: longestFrame, code: 'too-long', message: `no flag within ${longestFrame} bytes` };
    }
    if (end === 1) return { kind: 'noise', length: 1 };
    const message = opened(bytes.subarray(1, end));
    if ('code' in message) return { kind: 'error', length: end, code: message.code, message: message.message };
    return { kind: 'frame', length: end + 1, frame: toFrame(message) };
  };
}

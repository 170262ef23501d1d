import type { StepFunction } from '../resync-decoder.js';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const star = 0x2a;

/** The standard's 82 characters are too few for what receivers send today; no known sentence needs more than this. */
export const longestSentence = 256;

export type LineEnd = 'crlf' | 'lf' | 'none';
export const lineEnds: Readonly<Record<LineEnd, string>> = { crlf: '\r\n', lf: '\n', none: '' };

export interface Sentence {
  /** `$`, or `!` for encapsulated data (AIS). */
  readonly start: '$' | '!';
  /** What stands between it and `*`. */
  readonly body: string;
  /** The two digits after `*` as they were written; null without them. */
  readonly checksum: string | null;
  readonly lineEnd: LineEnd;
}

/** XOR of what stands between `$` and `*`. */
export function checksumOf(body: string): number {
  let sum = 0;
  for (let at = 0; at < body.length; at++) sum ^= body.charCodeAt(at);
  return sum;
}

const isStart = (byte: number | undefined) => byte === 0x24 || byte === 0x21;
const isHex = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
const isAddress = (byte: number) => (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a);

function noiseLength(bytes: Uint8Array): number {
  for (let at = 1; at < bytes.length; at++) if (isStart(bytes[at])) return at;
  return bytes.length;
}

type End =
  | { readonly bodyEnd: number; readonly hasChecksum: boolean; readonly length: number; readonly lineEnd: LineEnd }
  | { readonly broken: number; readonly code: 'truncated' | 'checksum' }
  | 'more';

function lineEndAt(bytes: Uint8Array, at: number, hasEnded: boolean): LineEnd | 'more' {
  if (at >= bytes.length) return hasEnded ? 'none' : 'more';
  if (bytes[at] === lineFeed) return 'lf';
  if (bytes[at] !== carriageReturn) return 'none';
  if (at + 1 >= bytes.length) return hasEnded ? 'none' : 'more';
  return bytes[at + 1] === lineFeed ? 'crlf' : 'none';
}

/** The end of a sentence whose body ends at `bodyEnd`: with a checksum the line's end may be missing, without one not. */
function endFrom(bytes: Uint8Array, bodyEnd: number, hasEnded: boolean): End {
  const hasChecksum = bytes[bodyEnd] === star;
  const at = hasChecksum ? bodyEnd + 3 : bodyEnd;
  if (hasChecksum) {
    for (let digit = bodyEnd + 1; digit < at; digit++) {
      if (digit >= bytes.length) return 'more';
      if (!isHex(bytes[digit] ?? 0)) return { broken: digit, code: 'checksum' };
    }
  }
  const lineEnd = lineEndAt(bytes, at, hasEnded);
  if (lineEnd === 'more') return 'more';
  if (lineEnd === 'none' && !hasChecksum) return { broken: at, code: 'truncated' };
  return { bodyEnd, hasChecksum, length: at + lineEnds[lineEnd].length, lineEnd };
}

function findEnd(bytes: Uint8Array, from: number, hasEnded: boolean): End {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === star || byte === carriageReturn || byte === lineFeed) return endFrom(bytes, at, hasEnded);
    if (isStart(byte) || byte < 0x20 || byte > 0x7e) return { broken: at, code: 'truncated' };
  }
  return 'more';
}

/** An address of at least three letters or digits and a comma, as far as it is there. */
function mayBeAddress(bytes: Uint8Array): boolean {
  for (let at = 1; at < bytes.length && at <= 12; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x2c) return at > 3;
    if (!isAddress(byte)) return false;
  }
  return bytes.length <= 12;
}

/** Finds sentences between `$` and the line's end. A byte that can't stand in one ends it, and may begin the next. */
export function nmeaStep<Frame>(toFrame: (sentence: Sentence) => Frame): StepFunction<Frame> {
  return (bytes, searched, hasEnded) => {
    if (!isStart(bytes[0]) || !mayBeAddress(bytes)) return { kind: 'noise', length: noiseLength(bytes) };
    const window = bytes.length > longestSentence ? bytes.subarray(0, longestSentence) : bytes;
    const end = findEnd(window, Math.max(1, searched), hasEnded);
    if (end === 'more') {
      // The end itself is looked at again: it may be cut between its characters.
      if (window.length < longestSentence) return { kind: 'more', searched: Math.max(0, window.length - 4) };
      const message = `no end within ${longestSentence} bytes`;
      return { kind: 'error', length: longestSentence, code: 'too-long', message };
    }
    if ('broken' in end) {
      return { kind: 'error', length: end.broken, code: end.code, message: 'a sentence breaks off' };
    }
    const text = Buffer.from(window.buffer, window.byteOffset, end.length).toString('latin1');
    const body = text.slice(1, end.bodyEnd);
    const checksum = end.hasChecksum ? text.slice(end.bodyEnd + 1, end.bodyEnd + 3) : null;
    if (checksum !== null && Number.parseInt(checksum, 16) !== checksumOf(body)) {
      return { kind: 'error', length: end.length, code: 'checksum', message: `*${checksum} does not fit the sentence` };
    }
    const start = text.startsWith('!') ? '!' : '$';
    return { kind: 'frame', length: end.length, frame: toFrame({ start, body, checksum, lineEnd: end.lineEnd }) };
  };
}

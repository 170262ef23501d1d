import type { StepFunction } from '../resync-decoder.js';

const star = 0x2a;
const hash = 0x23;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Raw FF FF, text, `#` and the line's end. The protocol names no bound; its longest known frames stay below 300. */
export const longestFrame = 1024;

export type LineEnd = 'lf' | 'crlf' | 'none';
export const lineEnds: Readonly<Record<LineEnd, string>> = { lf: '\n', crlf: '\r\n', none: '' };

/** What stands between `*` and `#`, and around them. */
export interface OmniLine {
  /** Whether FF FF stands before it. */
  readonly prefixed: boolean;
  readonly text: string;
  readonly lineEnd: LineEnd;
}

export type Refusal = { readonly code: string; readonly message: string };

function prefixLength(bytes: Uint8Array): number | undefined {
  if (bytes[0] === star) return 0;
  if (bytes[0] !== 0xff) return undefined;
  if (bytes.length > 1 && bytes[1] !== 0xff) return undefined;
  return bytes.length > 2 && bytes[2] !== star ? undefined : 2;
}

function noiseLength(bytes: Uint8Array): number {
  for (let at = 1; at < bytes.length; at++) if (bytes[at] === star || bytes[at] === 0xff) return at;
  return bytes.length;
}

/** Whether what follows the star may still be a header: four capitals and a comma. */
function mayBeHeader(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length && at <= from + 4; at++) {
    const byte = bytes[at] ?? 0;
    if (at < from + 4 ? byte < 0x41 || byte > 0x5a : byte !== 0x2c) return false;
  }
  return true;
}

const isText = (byte: number) => byte >= 0x20 && byte < 0x7f;

type End = { readonly at: number } | { readonly broken: number } | 'more';

/** Where the text ends at `#`; `broken` is the byte that can't stand in a frame, and may begin the next one. */
function findEnd(bytes: Uint8Array, from: number): End {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === hash) return { at };
    if (byte === star || !isText(byte)) return { broken: at };
  }
  return 'more';
}

function lineEndAt(bytes: Uint8Array, at: number, hasEnded: boolean): LineEnd | 'more' {
  if (at >= bytes.length) return hasEnded ? 'none' : 'more';
  if (bytes[at] === lineFeed) return 'lf';
  if (bytes[at] !== carriageReturn) return 'none';
  if (at + 1 >= bytes.length) return hasEnded ? 'none' : 'more';
  return bytes[at + 1] === lineFeed ? 'crlf' : 'none';
}

/**
 * Finds `*…#` lines. No checksum guards them and nothing announces a length, so a frame ends at its first `#`, breaks
 * at any byte that is no printable ASCII and at a second `*`, and is bounded in length.
 */
export function omniStep<Frame>(toFrame: (line: OmniLine) => { readonly frame: Frame } | Refusal): StepFunction<Frame> {
  return (bytes, searched, hasEnded) => {
    const prefix = prefixLength(bytes);
    if (prefix === undefined || !mayBeHeader(bytes, prefix + 1)) return { kind: 'noise', length: noiseLength(bytes) };
    if (bytes.length <= prefix) return { kind: 'more', searched: 0 };
    const window = bytes.length > longestFrame ? bytes.subarray(0, longestFrame) : bytes;
    const end = findEnd(window, Math.max(prefix + 1, searched));
    if (end !== 'more' && 'broken' in end) {
      return { kind: 'error', length: end.broken, code: 'truncated', message: 'a frame breaks off before its #' };
    }
    const lineEnd = end === 'more' ? 'more' : lineEndAt(window, end.at + 1, hasEnded);
    if (end === 'more' || lineEnd === 'more') {
      if (window.length < longestFrame) return { kind: 'more', searched: end === 'more' ? window.length : end.at };
      return { kind: 'error', length: longestFrame, code: 'too-long', message: `no end within ${longestFrame} bytes` };
    }
    const text = Buffer.from(window.buffer, window.byteOffset + prefix + 1, end.at - prefix - 1).toString('latin1');
    const length = end.at + 1 + lineEnds[lineEnd].length;
    const made = toFrame({ prefixed: prefix > 0, text, lineEnd });
    if ('frame' in made) return { kind: 'frame', length, frame: made.frame };
    return { kind: 'error', length, code: made.code, message: made.message };
  };
}

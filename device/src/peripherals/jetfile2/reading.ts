import { toHex } from '../frame-input.js';
import type { Step } from '../resync-decoder.js';
import {
  type Checksum,
  checksumBytes,
  type Ending,
  EOT,
  ETX,
  type HostFrame,
  MOST_TEXT,
  SOH,
  sumOf,
  type TextFile,
} from './frames.js';
import { readSegments } from './segments.js';

export const isType = (value: number | undefined): boolean => value === 0x5a || value === 0x59;
const isPrintable = (value: number | undefined): boolean => value !== undefined && value >= 0x20 && value < 0x7f;
const isHexDigit = (value: number): boolean => /[0-9a-fA-F]/.test(String.fromCharCode(value));
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

type Undecided = Step<HostFrame>;
const more: Undecided = { kind: 'more', searched: 0 };
const failed = (length: number, code: string, message: string): Undecided => ({ kind: 'error', length, code, message });

interface Head {
  readonly command: string;
  readonly file?: TextFile;
  /** Where the text begins. */
  readonly at: number;
}

/** Reads a host's frame from its SOH and type on. */
export function readHostFrame(bytes: Uint8Array): Undecided {
  const head = readHead(bytes);
  if ('kind' in head) return head;
  const jetFile = head.file !== undefined && bytes[head.at] === 0x06;
  const from = jetFile ? head.at + 1 : head.at;
  const end = findEnd(bytes, from);
  if (typeof end !== 'number') return end;
  const address = latin(bytes.subarray(2, 4));
  const before = { address, textStart: bytes[4] === 0x02 ? ('02' as const) : ('32' as const) };
  const text = bytes.subarray(from, end);
  const frame = (ending: Ending): HostFrame =>
    head.file === undefined
      ? { kind: 'unknown', ...before, ending, command: head.command, payload: toHex(text) }
      : { kind: 'write-text', ...before, ending, file: head.file, jetFile, segments: readSegments(text) };
  if (bytes[1] === 0x5a)
    return { kind: 'frame', length: end + 1, frame: frame({ form: 'simple', answer: bytes[end] === ETX }) };
  return closeChecked(bytes, end, (checksum) => frame({ form: 'checked', checksum }));
}

/** Address, STX, command and file name; each byte is judged as soon as it is there. */
function readHead(bytes: Uint8Array): Head | Undecided {
  for (let at = 2; at < Math.min(6, bytes.length); at++) {
    const starts = bytes[at] === 0x02 || bytes[at] === 0x32;
    if (at === 4 ? !starts : !isPrintable(bytes[at])) return failed(at, 'malformed', 'not the header of a text frame');
  }
  if (bytes.length <= 6) return more;
  const command = latin(bytes.subarray(5, 6));
  if (command !== 'A') return { command, at: 6 };
  if (bytes[6] !== 0x0f)
    return isPrintable(bytes[6])
      ? { command, file: { label: latin(bytes.subarray(6, 7)) }, at: 7 }
      : failed(6, 'malformed', 'no file label');
  for (let at = 7; at < Math.min(11, bytes.length); at++)
    if (!isPrintable(bytes[at])) return failed(at, 'malformed', 'control code in the file name');
  if (bytes.length < 11) return more;
  const [drive = '', folder = ''] = latin(bytes.subarray(7, 9));
  return { command, file: { drive, folder, name: latin(bytes.subarray(9, 11)) }, at: 11 };
}

/** Where the text ends. */
function findEnd(bytes: Uint8Array, from: number): number | Undecided {
  const checked = bytes[1] === 0x59;
  for (let at = from; at < bytes.length; at++) {
    const value = bytes[at];
    if (value === SOH && at + 1 === bytes.length) return more;
    if (value === SOH && isType(bytes[at + 1])) return failed(at, 'truncated', 'a frame without an end');
    if (value === EOT && checked) return failed(at + 1, 'malformed', 'EOT where ETX and a checksum belong');
    if (value === ETX || value === EOT) return at;
    if (at - from >= MOST_TEXT) return failed(at, 'too-long', `more than ${MOST_TEXT} bytes of text`);
  }
  return more;
}

function closeChecked(bytes: Uint8Array, end: number, frame: (checksum: Checksum) => HostFrame): Undecided {
  const sum = sumOf(bytes.subarray(0, end + 1));
  const given = bytes.subarray(end + 1, end + 5);
  if (given.length < 2) return more;
  const forms: readonly Checksum[] = ['big-endian', 'little-endian', 'hex-upper', 'hex-lower'];
  for (const form of forms) {
    const wanted = checksumBytes(sum, form);
    if (given.length >= wanted.length && wanted.every((value, at) => given[at] === value))
      return { kind: 'frame', length: end + 1 + wanted.length, frame: frame(form) };
  }
  if (given.length < 4 && given.every(isHexDigit)) return more;
  // The bytes in the sum's place may be the start of the next frame.
  const next = given.subarray(0, 2).indexOf(SOH);
  return failed(end + 1 + (next < 0 ? 2 : next), 'checksum', 'the sum of the bytes is another');
}

/**
 * The text of a JetFile II sign: characters in GBK with control codes between them.
 * Source: Chainzone, «Simplified JetFile II protocol» 2.4.
 */
import { z } from 'zod';
import { decodeText } from '../character-set.js';
import { fromHex, hexField, toHex } from '../frame-input.js';
import { gbkBytes, gbkField } from '../sign-text/gbk-text.js';

const printable = /^[\x20-\x7e]$/;
/** Codes are ASCII characters as they stand on the wire, such as `1`. */
const code = z.string().regex(printable);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be in it
const plain = /^[^\x00-\x1f]+$/;
const shownText = gbkField.regex(plain);

/** Codes of one parameter. */
const withCode = {
  colour: 0x1c,
  speed: 0x0f,
  font: 0x1a,
  'special-font': 0x0b,
  twinkle: 0x07,
  'align-across': 0x1e,
  'align-down': 0x1f,
} as const;
type WithCode = keyof typeof withCode;

const bare = { 'new-line': 0x0d, frame: 0x0c, pause: 0x0e } as const;
type Bare = keyof typeof bare;

export const segmentSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: shownText }),
  z.strictObject({
    type: z.literal('bytes'),
    hex: hexField(1).refine(noControls, 'has control codes'),
    note: z.literal('not-gbk'),
  }),
  /** How a frame comes in or goes out; 1 is from the left. */
  z.strictObject({ type: z.literal('effect'), phase: z.enum(['in', 'out']), code }),
  z.strictObject({ type: z.enum(Object.keys(withCode) as [WithCode, ...WithCode[]]), code }),
  z.strictObject({ type: z.enum(Object.keys(bare) as [Bare, ...Bare[]]) }),
  /** Window set-up: `1B` and two characters, such as `0b`. */
  z.strictObject({ type: z.literal('window'), code: z.string().regex(/^[\x20-\x7e]{2}$/) }),
  /** A code that the protocol does not name, or a named one without its parameter. */
  z.strictObject({
    type: z.literal('control'),
    hex: z.string().regex(/^[01][0-9a-f]$/),
  }),
]);
export type Segment = z.infer<typeof segmentSchema>;

function noControls(text: string): boolean {
  return fromHex(text).every((value) => value >= 0x20);
}

const isPrintable = (value: number | undefined): value is number =>
  value !== undefined && value >= 0x20 && value < 0x7f;
const ascii = (...values: number[]): string => String.fromCharCode(...values);

export function readSegments(bytes: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { segment, length } = (bytes[at] ?? 0) < 0x20 ? readCode(bytes, at) : readRun(bytes, at);
    segments.push(segment);
    at += length;
  }
  return segments;
}

type Read = { readonly segment: Segment; readonly length: number };

/** The second byte of a GBK character is never a control code, so a run ends at the first one. */
function readRun(bytes: Uint8Array, at: number): Read {
  let end = at;
  while ((bytes[end] ?? 0) >= 0x20) end++;
  const run = bytes.subarray(at, end);
  const text = decodeText(run, 'gbk');
  const segment: Segment =
    text === undefined ? { type: 'bytes', hex: toHex(run), note: 'not-gbk' } : { type: 'text', text };
  return { segment, length: run.length };
}

function readCode(bytes: Uint8Array, at: number): Read {
  const [value = 0, first, second] = bytes.subarray(at, at + 3);
  for (const [type, of] of Object.entries(bare) as [Bare, number][])
    if (value === of) return { segment: { type }, length: 1 };
  for (const [type, of] of Object.entries(withCode) as [WithCode, number][])
    if (value === of && isPrintable(first)) return { segment: { type, code: ascii(first) }, length: 2 };
  if (isPrintable(first) && isPrintable(second)) {
    if (value === 0x0a && (first === 0x49 || first === 0x4f))
      return { segment: { type: 'effect', phase: first === 0x49 ? 'in' : 'out', code: ascii(second) }, length: 3 };
    if (value === 0x1b) return { segment: { type: 'window', code: ascii(first, second) }, length: 3 };
  }
  return { segment: { type: 'control', hex: toHex(Uint8Array.of(value)) }, length: 1 };
}

export function writeSegments(segments: readonly Segment[]): Uint8Array {
  return Buffer.concat(segments.map(writeSegment));
}

function writeSegment(segment: Segment): Uint8Array {
  switch (segment.type) {
    case 'text':
      return gbkBytes('jetfile2', segment.text);
    case 'bytes':
    case 'control':
      return fromHex(segment.hex);
    case 'effect':
      return Buffer.from(`\n${segment.phase === 'in' ? 'I' : 'O'}${segment.code}`, 'latin1');
    case 'window':
      return Buffer.from(`\x1b${segment.code}`, 'latin1');
    case 'new-line':
    case 'frame':
    case 'pause':
      return Uint8Array.of(bare[segment.type]);
    default:
      return Uint8Array.of(withCode[segment.type], segment.code.charCodeAt(0));
  }
}

import { z } from 'zod';
import { fromHex, hexField } from '../frame-input.js';
import { segmentSchema, writeSegments } from './segments.js';

/** Bytes between the file's name and the end of the text. */
export const MOST_TEXT = 1024;
export const SOH = 0x01;
export const ETX = 0x03;
export const EOT = 0x04;

const checksums = ['big-endian', 'little-endian', 'hex-upper', 'hex-lower'] as const;
export type Checksum = (typeof checksums)[number];

/** How a frame ends: EOT, and the sign keeps silent; ETX, and it answers OK; or ETX and the sum of all bytes so far. */
const ending = z.discriminatedUnion('form', [
  z.strictObject({ form: z.literal('simple'), answer: z.boolean() }),
  z.strictObject({ form: z.literal('checked'), checksum: z.enum(checksums) }),
]);
export type Ending = z.infer<typeof ending>;

const head = {
  /** Two ASCII characters; 00 is every sign. */
  address: z.string().regex(/^[\x20-\x7e]{2}$/),
  /** STX, or the digit 2 that stands for it in the maker's examples. */
  textStart: z.enum(['02', '32']),
  ending,
};

const file = z.union([
  z.strictObject({ label: z.string().regex(/^[\x20-\x7e]$/) }),
  /** `E` is the RAM drive and spares the flash, `D` is the flash; folder `T` holds texts. */
  z.strictObject({
    drive: z.string().regex(/^[\x20-\x7e]$/),
    folder: z.string().regex(/^[\x20-\x7e]$/),
    name: z.string().regex(/^[\x20-\x7e]{2}$/),
  }),
]);
export type TextFile = z.infer<typeof file>;

export const frameSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('write-text'),
    ...head,
    file,
    /** Byte 06: show it by the JetFile II rules. */
    jetFile: z.boolean(),
    segments: z.array(segmentSchema).max(MOST_TEXT),
  }),
  z.strictObject({
    kind: z.literal('unknown'),
    ...head,
    command: z.string().regex(/^[\x20-\x40\x42-\x7e]$/, 'one ASCII character other than A'),
    payload: hexField(0, MOST_TEXT),
  }),
  /** The EOT that may follow a checked frame. */
  z.strictObject({ kind: z.literal('end-of-transmission') }),
  /** The sign's answer. */
  z.strictObject({ kind: z.literal('ok') }),
]);
export type JetFileFrame = z.infer<typeof frameSchema>;
export type HostFrame = Extract<JetFileFrame, { readonly ending: Ending }>;

export function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const value of bytes) sum = (sum + value) & 0xffff;
  return sum;
}

export function checksumBytes(sum: number, form: Checksum): Uint8Array {
  const digits = sum.toString(16).padStart(4, '0');
  switch (form) {
    case 'big-endian':
      return Uint8Array.of(sum >> 8, sum & 0xff);
    case 'little-endian':
      return Uint8Array.of(sum & 0xff, sum >> 8);
    case 'hex-upper':
      return Buffer.from(digits.toUpperCase(), 'latin1');
    case 'hex-lower':
      return Buffer.from(digits, 'latin1');
  }
}

/** The part between file name and ending. */
export const textOf = (frame: HostFrame): Uint8Array =>
  frame.kind === 'write-text' ? writeSegments(frame.segments) : fromHex(frame.payload);

export function writeFrame(frame: HostFrame, text: Uint8Array): Uint8Array {
  const { ending: end } = frame;
  const covered = Buffer.concat([
    Uint8Array.of(SOH, end.form === 'simple' ? 0x5a : 0x59),
    Buffer.from(frame.address, 'latin1'),
    fromHex(frame.textStart),
    Buffer.from(frame.kind === 'write-text' ? `A${fileName(frame.file)}` : frame.command, 'latin1'),
    frame.kind === 'write-text' && frame.jetFile ? Uint8Array.of(0x06) : new Uint8Array(0),
    text,
    Uint8Array.of(end.form === 'simple' && !end.answer ? EOT : ETX),
  ]);
  return end.form === 'simple' ? covered : Buffer.concat([covered, checksumBytes(sumOf(covered), end.checksum)]);
}

const fileName = (of: TextFile): string => ('label' in of ? of.label : `\x0f${of.drive}${of.folder}${of.name}`);

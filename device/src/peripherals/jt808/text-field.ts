import { z } from 'zod';
import { concat, fromHex, gbkBytes, gbkText, toHex } from './bytes.js';

export const hexText = z.string().regex(/^([0-9a-f]{2})*$/);

/** Text that GBK can say: anything else would reach the terminal as question marks. */
const sayable = z.string().refine((text) => gbkText(gbkBytes(text)) === text, 'no GBK text');

/**
 * A GBK string of a message. Plain where it fills its place as usual (a fixed place: zero bytes after it); with
 * `padding: 'before'` where the zero bytes stand before it; with `terminated` where a string of free length ends in a
 * zero byte; `hex` where the bytes are no GBK text.
 */
export const textField = z.union([
  sayable,
  z.strictObject({ text: sayable, padding: z.literal('before') }),
  z.strictObject({ text: sayable, terminated: z.literal(true) }),
  z.strictObject({ hex: hexText, note: z.literal('not-gbk').optional() }),
]);
export type TextField = z.infer<typeof textField>;

const hexField = (bytes: Uint8Array): TextField => ({ hex: toHex(bytes), note: 'not-gbk' });

/** A string that runs to the end of its place. */
export function readText(bytes: Uint8Array): TextField {
  const terminated = bytes.length > 0 && bytes[bytes.length - 1] === 0;
  const text = gbkText(terminated ? bytes.subarray(0, -1) : bytes);
  if (text === undefined) return hexField(bytes);
  return terminated ? { text, terminated: true } : text;
}

/** A string in a place of fixed length. */
export function readFixed(bytes: Uint8Array): TextField {
  let start = 0;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  while (start < end && bytes[start] === 0) start++;
  const text = gbkText(bytes.subarray(start, end));
  if (text === undefined || (start > 0 && end < bytes.length)) return hexField(bytes);
  return start > 0 ? { text, padding: 'before' } : text;
}

export function textBytes(field: TextField): Uint8Array {
  if (typeof field === 'string') return gbkBytes(field);
  if ('hex' in field) return fromHex(field.hex);
  return 'terminated' in field ? concat([gbkBytes(field.text), new Uint8Array(1)]) : gbkBytes(field.text);
}

/** @returns undefined where the text is longer than its place, or `hex` is not exactly as long */
export function fixedBytes(field: TextField, length: number): Uint8Array | undefined {
  const text = textBytes(field);
  if (text.length > length || (typeof field === 'object' && 'hex' in field && text.length !== length)) return undefined;
  const place = new Uint8Array(length);
  place.set(text, typeof field === 'object' && 'padding' in field ? length - text.length : 0);
  return place;
}

import { z } from 'zod';
import { encodeText } from '../character-set.js';
import { malformedFrame } from '../frame-input.js';

/** Text that a sign's frame carries in GBK. */
export const gbkField = z
  .string()
  .refine((text) => encodeText(text, 'gbk') !== undefined, 'has characters that GBK lacks');

/** @throws XiaolabaError (caller) `frame-malformed` where GBK lacks a character */
export function gbkBytes(protocol: string, text: string): Uint8Array {
  const bytes = encodeText(text, 'gbk');
  if (bytes === undefined) throw malformedFrame(protocol, ['text: has characters that GBK lacks']);
  return bytes;
}

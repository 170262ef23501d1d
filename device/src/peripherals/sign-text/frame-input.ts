import { callerError } from '@xiaolaba/protocol';
import { z } from 'zod';

export const byte = z.int().min(0).max(0xff);
export const word = z.int().min(0).max(0xffff);

/** Lower-case hexadecimal of whole bytes, within a range of lengths. */
export const hex = (least = 0, most = 0xffff) =>
  z
    .string()
    .regex(/^(?:[0-9a-f]{2})*$/)
    .min(2 * least)
    .max(2 * most);

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array => Buffer.from(text, 'hex');

/** Names for some values of a byte; the others stay numbers. */
export function namedByte<const Names extends Readonly<Record<string, number>>>(names: Names) {
  type Name = Extract<keyof Names, string>;
  const entries = Object.entries(names) as [Name, number][];
  const known = entries.map(([name]) => name) as [Name, ...Name[]];
  return {
    schema: z.union([z.enum(known), byte]),
    read: (value: number): Name | number => entries.find(([, of]) => of === value)?.[0] ?? value,
    write: (value: Name | number): number => (typeof value === 'number' ? value : names[value]) ?? 0,
  };
}

export const malformed = (problems: readonly string[]): Error =>
  callerError('frame-malformed', `not a frame: ${problems.join('; ')}`, { problems });

/** @throws XiaolabaError (caller) `frame-malformed` */
export function checkFrame<Frame>(schema: z.ZodType<Frame>, value: unknown): Frame {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  throw malformed(found.error.issues.map((issue) => `${issue.path.join('.') || 'frame'}: ${issue.message}`));
}

import { callerError } from '@xiaolaba/protocol';
import { z } from 'zod';

export const byteField = z.int().min(0).max(0xff);
export const wordField = z.int().min(0).max(0xffff);

/** Hexadecimal of whole bytes. @param least fewest bytes @param most bytes, at most */
export const hexField = (least = 0, most = 0xffff) =>
  z
    .string()
    .regex(/^(?:[0-9a-fA-F]{2})*$/)
    .min(2 * least)
    .max(2 * most);

/** Lower-case. */
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array => Buffer.from(text, 'hex');

export const malformedFrame = (protocol: string, problems: readonly string[]) =>
  callerError('frame-malformed', `no frame of ${protocol}: ${problems.join('; ')}`, { protocol, problems });

/** @throws XiaolabaError (caller) `frame-malformed` with every problem and its path */
export function parseFrame<Frame>(protocol: string, schema: z.ZodType<Frame>, value: unknown): Frame {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'frame'}: ${issue.message}`);
  throw malformedFrame(protocol, problems);
}

import { callerError } from '@xiaolaba/protocol';
import { z } from 'zod';

export const byteField = z.int().min(0).max(0xff);
export const wordField = z.int().min(0).max(0xffff);
export const hexField = z.string().regex(/^(?:[0-9a-fA-F]{2})*$/);

export const malformedFrame = (protocol: string, problems: readonly string[]) =>
  callerError('frame-malformed', `no frame of ${protocol}: ${problems.join('; ')}`, { protocol, problems });

/** @throws XiaolabaError (caller) `frame-malformed` with every problem and its path */
export function parseFrame<Frame>(protocol: string, schema: z.ZodType<Frame>, value: unknown): Frame {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'frame'}: ${issue.message}`);
  throw malformedFrame(protocol, problems);
}

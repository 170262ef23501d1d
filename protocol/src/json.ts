import type { z } from 'zod';
import { callerError } from './errors.js';

/** What a message may be at most; checked before `JSON.parse`, which bounds neither. */
export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

export const defaultLimits: JsonLimits = { maxBytes: 256 * 1024, maxDepth: 16 };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function depthOf(bytes: Uint8Array, maxDepth: number): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      deepest = Math.max(deepest, ++depth);
      if (deepest > maxDepth) return deepest;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return deepest;
}

/**
 * Parses bounded UTF-8 JSON.
 * @throws XiaolabaError `message-too-large`, `message-too-deep`, `message-not-json`
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = defaultLimits): unknown {
  if (bytes.length > limits.maxBytes) {
    throw callerError('message-too-large', `${bytes.length} bytes, at most ${limits.maxBytes} are allowed`, {
      bytes: bytes.length,
      max: limits.maxBytes,
    });
  }
  if (depthOf(bytes, limits.maxDepth) > limits.maxDepth) {
    throw callerError('message-too-deep', `nested deeper than ${limits.maxDepth}`, { max: limits.maxDepth });
  }
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw callerError('message-not-json', 'not UTF-8 JSON', {}, cause);
  }
}

/** An unknown key may be as long as the message; what is logged of it may not. */
const maxProblemChars = 200;

/**
 * Parses bounded JSON and checks it against a strict schema.
 * @throws XiaolabaError as `parseJson`, and `message-malformed` with the paths that are wrong
 */
export function decodeMessage<T>(schema: z.ZodType<T>, bytes: Uint8Array, limits?: JsonLimits): T {
  const result = schema.safeParse(parseJson(bytes, limits));
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 8)
    .map((issue) => `${issue.path.map(String).join('.') || '(root)'}: ${issue.message}`.slice(0, maxProblemChars));
  throw callerError('message-malformed', problems.join('; '), { problems });
}

const encoder = new TextEncoder();
/** Compact UTF-8 JSON. */
export const encodeMessage = (message: unknown): Uint8Array => encoder.encode(JSON.stringify(message));

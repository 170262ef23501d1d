import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { AudioTool } from './audio-tool.js';
import { decode, defaultSourceLimits } from './decode.js';
import { masterRate, peaksOf } from './pcm.js';

/** The outline of a piece of sound, for drawing. */
export interface Waveform {
  readonly durationMs: number;
  /** Highest peak of each equal part, 0–1. */
  readonly peaks: readonly number[];
}

export const waveformSchema: z.ZodType<Waveform> = z.strictObject({
  durationMs: z.number().int().min(0),
  peaks: z.array(z.number().min(0).max(1)),
});

/** Throws `audio-unreadable`. */
export async function readWaveform(
  tool: AudioTool,
  input: string,
  buckets: number,
  directory: string,
): Promise<Waveform> {
  const raw = join(directory, 'waveform.f32');
  const limits = { ...defaultSourceLimits, minSeconds: 0, maxSeconds: 3600 };
  const { envelope } = await decode(tool, input, raw, limits);
  await rm(raw, { force: true });
  return { durationMs: Math.round((envelope.samples * 1000) / masterRate), peaks: peaksOf(envelope, buckets) };
}

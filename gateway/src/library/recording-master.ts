import { join } from 'node:path';
import { z } from 'zod';
import type { AudioTool } from './audio-tool.js';
import type { BlobRef } from './blob-store.js';
import { type Master, rawInput } from './normalise.js';

/** What a recording was as it came. */
export interface RecordingFigures {
  readonly durationMs: number;
  /** Of the part in which something is heard, LUFS. */
  readonly lufs: number;
  /** dBTP; over 0 where a file of floats or a lossy decoder goes over full scale. */
  readonly truePeakDb: number;
  /** 0–1: samples cut off at full scale. */
  readonly clippedShare: number;
  readonly sampleRate: number;
  readonly channels: number;
  readonly format: string;
  readonly codec: string;
}

/** A recording as it is kept: one channel, 48 kHz, lossless. */
export interface KeptRecording extends BlobRef {
  readonly figures: RecordingFigures;
}

export const figuresSchema: z.ZodType<RecordingFigures> = z.strictObject({
  durationMs: z.number().int(),
  lufs: z.number(),
  truePeakDb: z.number(),
  clippedShare: z.number(),
  sampleRate: z.number(),
  channels: z.number(),
  format: z.string(),
  codec: z.string(),
});

/** Highest sample of a kept file: room for what a decoder or a resampler adds. */
const headroom = 0.95;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

export function figuresOf({ durationMs, loudness, native, facts }: Master): RecordingFigures {
  // The mean of two channels peaks lower than either; what was recorded too loud is told by the louder.
  const sample = 20 * Math.log10(Math.max(native.peak, 1e-6));
  return {
    durationMs,
    lufs: rounded(loudness.lufs, 1),
    truePeakDb: rounded(Math.max(loudness.truePeakDb, sample), 1),
    clippedShare: rounded(native.clippedShare, 4),
    sampleRate: facts.sampleRate,
    channels: facts.channels,
    format: facts.format,
    codec: facts.codec,
  };
}

/** Writes all of a master as FLAC, 24 bits; the same master gives the same bytes. What goes over full scale is turned down. */
export async function keepMaster(tool: AudioTool, master: Master, directory: string): Promise<string> {
  const path = join(directory, 'kept.flac');
  const gain = master.peak > headroom ? headroom / master.peak : 1;
  await tool.run({
    input: master.path,
    inputOptions: rawInput,
    graph: `[0:a:0]volume=${gain.toFixed(6)}:precision=float,aformat=sample_fmts=s32[out]`,
    outputOptions: [
      ...['-f', 'flac', '-c:a', 'flac', '-bits_per_raw_sample', '24', '-map_metadata', '-1'],
      ...['-fflags', '+bitexact', '-flags:a', '+bitexact'],
    ],
    output: path,
  });
  return path;
}

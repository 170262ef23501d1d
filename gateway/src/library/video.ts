import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { callerError, type Video } from '@xiaolaba/protocol';
import { type AudioTool, untrustedInput } from './audio-tool.js';

/** Part of every cache key: raise it whenever the same film would give other bytes. */
export const videoPipelineVersion = 1;

/** What a screen in a bus decodes without effort, and a metered link brings in a night. */
export const videoLimits = {
  columns: 1280,
  rows: 720,
  framesPerSecond: 25,
  maxSeconds: 60,
  maxBytes: 24 * 1024 * 1024,
};

/** Constant quality; what is small stays small. */
const quality = 24;

/**
 * Any film as H.264 without sound, no larger than a screen needs it.
 * Throws `video-unreadable`, `video-too-long`, `video-too-large`.
 */
export async function encodeVideo(
  tool: AudioTool,
  input: string,
  directory: string,
): Promise<{ readonly path: string } & Pick<Video, 'bytes' | 'durationMs' | 'format'>> {
  const { columns, rows, framesPerSecond, maxSeconds, maxBytes } = videoLimits;
  const { seconds } = await tool.probeVideo(input);
  if (seconds === undefined || seconds <= 0) throw callerError('video-unreadable', 'a film without a length', {});
  if (seconds > maxSeconds) throw callerError('video-too-long', 'too long', { seconds, maxSeconds });
  const path = join(directory, 'video.mp4');
  const fit = `scale=w='min(${columns},iw)':h='min(${rows},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2`;
  await tool.run({
    input,
    inputOptions: untrustedInput,
    graph: `[0:v:0]${fit},fps=${framesPerSecond},format=yuv420p[out]`,
    outputOptions: [
      ...['-an', '-c:v', 'libx264', '-profile:v', 'main', '-preset', 'medium', '-crf', String(quality)],
      ...['-g', String(framesPerSecond * 2), '-movflags', '+faststart', '-map_metadata', '-1', '-fflags', '+bitexact'],
      ...['-f', 'mp4'],
    ],
    output: path,
  });
  const { size: bytes } = await stat(path);
  if (bytes > maxBytes) throw callerError('video-too-large', 'too large', { bytes, maxBytes });
  const made = await tool.probeVideo(path);
  return { path, bytes, durationMs: Math.max(1, Math.round((made.seconds ?? seconds) * 1000)), format: 'mp4' };
}

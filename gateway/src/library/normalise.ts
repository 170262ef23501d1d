import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { callerError, errorCode } from '@xiaolaba/protocol';
import { type AudioTool, untrustedInput } from './audio-tool.js';
import { closeEnough, correct, firstPlan, gainFilters, isBetter, type Miss, missOf } from './gain.js';
import { type Loudness, measureLoudness } from './loudness.js';
import { type Bounds, type Envelope, findSpeech, masterRate, readEnvelope } from './pcm.js';
import type { AudioFormat, AudioTarget } from './targets.js';

/** Part of every cache key: raise it whenever the same input would give other bytes. */
export const pipelineVersion = 1;

/** What a recording must be, in seconds and LUFS. */
export interface SourceLimits {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly silentBelowLufs: number;
}

export const defaultSourceLimits: SourceLimits = { minSeconds: 0.3, maxSeconds: 600, silentBelowLufs: -60 };

/** A decoded, measured recording, ready for any number of renditions. */
export interface Master {
  readonly path: string;
  readonly bounds: Bounds;
  readonly loudness: Loudness;
}

export interface EncodedFile {
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
  readonly lufs: number;
  readonly truePeakDb: number;
}

const mostAttempts = 4;

const rawInput = ['-f', 'f32le', '-ar', String(masterRate), '-ac', '1'] as const;
const pickFilter = (bounds: Bounds): string =>
  `atrim=start_sample=${bounds.start}:end_sample=${bounds.end},asetpts=N/SR/TB`;
const secondsOf = (bounds: Bounds): number => (bounds.end - bounds.start) / masterRate;

/** Decodes any accepted file to mono 48 kHz floats. Throws `audio-unreadable`, `audio-too-short`, `audio-too-long`. */
export async function decode(tool: AudioTool, input: string, output: string, limits: SourceLimits): Promise<Envelope> {
  const facts = await tool.probe(input);
  checkLength(facts.seconds ?? limits.minSeconds, limits);
  try {
    await tool.run({
      input,
      inputOptions: untrustedInput,
      graph: `[0:a:0]aresample=${masterRate},aformat=sample_fmts=flt:channel_layouts=mono[out]`,
      // One second over the limit is enough to know that a file lied about its length.
      outputOptions: ['-t', String(limits.maxSeconds + 1), '-f', 'f32le', '-c:a', 'pcm_f32le'],
      output,
    });
  } catch (error) {
    if (errorCode(error) !== 'ffmpeg-failed') throw error;
    throw callerError('audio-unreadable', 'the sound in this file cannot be decoded', { format: facts.format }, error);
  }
  const envelope = await readEnvelope(output);
  checkLength(envelope.samples / masterRate, limits);
  return envelope;
}

/** First pass: decode, find the speech, measure it. Throws as `decode`, and `audio-silent`. */
export async function prepareMaster(
  tool: AudioTool,
  input: string,
  directory: string,
  limits: SourceLimits = defaultSourceLimits,
): Promise<Master> {
  const path = join(directory, 'master.f32');
  const bounds = findSpeech(await decode(tool, input, path, limits));
  if (bounds === undefined) throw callerError('audio-silent', 'nothing can be heard in this recording', { lufs: -70 });
  const loudness = await measureLoudness(tool, {
    path,
    inputOptions: rawInput,
    pick: pickFilter(bounds),
    seconds: secondsOf(bounds),
  });
  if (loudness.lufs < limits.silentBelowLufs) {
    throw callerError('audio-silent', 'nothing can be heard in this recording', { lufs: loudness.lufs });
  }
  return { path, bounds, loudness };
}

/**
 * Second pass: bring the speech to the target, put the lead-in before it, encode, and measure what came out; at most
 * three corrections. The same master and target give the same bytes. Throws `rendition-too-long`, `rendition-too-large`.
 */
export async function renderTarget(
  tool: AudioTool,
  master: Master,
  target: AudioTarget,
  directory: string,
): Promise<EncodedFile> {
  const leadMs = target.leadIn.kind === 'none' ? 0 : target.leadIn.milliseconds;
  const seconds = secondsOf(master.bounds);
  const durationMs = Math.round(seconds * 1000) + leadMs;
  if (durationMs > target.maxSeconds * 1000) {
    throw callerError('rendition-too-long', 'too long for this profile', { durationMs, maxSeconds: target.maxSeconds });
  }
  const extension = extensions[target.format];
  const path = join(directory, `${target.profile}.${extension}`);
  const draft = join(directory, `${target.profile}.draft.${extension}`);
  let best: { miss: Miss; got: Loudness } | undefined;
  let plan = firstPlan(target, master.loudness);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    await encode(tool, master, target, gainFilters(plan, master.loudness, seconds), draft);
    const got = await measureLoudness(tool, {
      path: draft,
      inputOptions: [],
      pick: leadMs > 0 ? `atrim=start=${leadMs / 1000},asetpts=N/SR/TB` : '',
      seconds,
    });
    const miss = missOf(target, got);
    if (best === undefined || isBetter(miss, best.miss)) {
      best = { miss, got };
      await rename(draft, path);
    }
    if (closeEnough(miss)) break;
    plan = correct(plan, miss);
  }
  await rm(draft, { force: true });
  const bytes = (await stat(path)).size;
  if (bytes > target.maxBytes) {
    throw callerError('rendition-too-large', 'too large for this profile', { bytes, maxBytes: target.maxBytes });
  }
  const { lufs, truePeakDb } = best?.got ?? master.loudness;
  return { path, bytes, durationMs, lufs, truePeakDb };
}

const extensions: Readonly<Record<AudioFormat, string>> = { mp3: 'mp3', opus: 'opus', adpcm: 'wav' };

async function encode(
  tool: AudioTool,
  master: Master,
  target: AudioTarget,
  gain: string,
  output: string,
): Promise<void> {
  const layout = target.channels === 1 ? 'mono' : 'stereo';
  const shape = `aresample=${target.sampleRate},aformat=channel_layouts=${layout}`;
  const speech = `[0:a:0]${pickFilter(master.bounds)},${gain},${shape}`;
  const lead = leadFilters(target, shape);
  await tool.run({
    input: master.path,
    inputOptions: rawInput,
    graph:
      lead === undefined ? `${speech}[out]` : `${lead}[lead];${speech}[speech];[lead][speech]concat=n=2:v=0:a=1[out]`,
    // Renditions are known by their hash, so nothing that differs from run to run may get in.
    outputOptions: [
      ...encoders[target.format](target),
      '-map_metadata',
      '-1',
      '-fflags',
      '+bitexact',
      '-flags:a',
      '+bitexact',
    ],
    output,
  });
}

const encoders: Readonly<Record<AudioFormat, (target: AudioTarget) => string[]>> = {
  // Modules that are no computers stumble over tags and over the Xing frame, which some of them play as a click.
  mp3: (target) => [
    '-f',
    'mp3',
    '-c:a',
    'libmp3lame',
    '-b:a',
    String(target.bitrate),
    '-id3v2_version',
    '0',
    '-write_xing',
    '0',
  ],
  opus: (target) => [
    '-f',
    'ogg',
    '-c:a',
    'libopus',
    '-b:a',
    String(target.bitrate),
    '-vbr',
    'constrained',
    '-serial_offset',
    '1',
  ],
  adpcm: () => ['-f', 'wav', '-c:a', 'adpcm_ima_wav'],
};

/** A soft 660 Hz tone (−30 dBFS, slow edges) and then silence, or silence alone. */
function leadFilters(target: AudioTarget, shape: string): string | undefined {
  const seconds = target.leadIn.milliseconds / 1000;
  if (target.leadIn.kind === 'none' || seconds <= 0) return undefined;
  const exact = `apad,atrim=end=${seconds},${shape}`;
  if (target.leadIn.kind === 'silence') return `anullsrc=r=${masterRate}:cl=mono,${exact}`;
  const tone = seconds * 0.6;
  const edge = tone / 3;
  return (
    `sine=f=660:r=${masterRate}:d=${tone},volume=-12dB,` +
    `afade=t=in:d=${edge},afade=t=out:st=${tone - edge}:d=${edge},${exact}`
  );
}

function checkLength(seconds: number, limits: SourceLimits): void {
  if (seconds < limits.minSeconds) {
    throw callerError('audio-too-short', 'too short to say anything', { seconds, minSeconds: limits.minSeconds });
  }
  if (seconds > limits.maxSeconds) {
    throw callerError('audio-too-long', 'longer than allowed', { seconds, maxSeconds: limits.maxSeconds });
  }
}

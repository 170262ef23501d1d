import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { callerError } from '@xiaolaba/protocol';
import type { AudioFacts, AudioTool } from './audio-tool.js';
import { decode, defaultSourceLimits, type Part, type SourceLimits } from './decode.js';
import { acceptable, closeEnough, correct, firstPlan, gainFilters, isBetter, type Miss, missOf } from './gain.js';
import { type Loudness, measureLoudness } from './loudness.js';
import type { NativeSound } from './native-sound.js';
import { type Bounds, findSpeech, masterRate, shortestSoundSeconds } from './pcm.js';
import type { AudioFormat, AudioTarget } from './targets.js';

/** Part of every cache key: raise it whenever the same input would give other bytes. */
export const pipelineVersion = 2;

/** A decoded, measured recording, ready for any number of renditions. */
export interface Master {
  readonly path: string;
  readonly bounds: Bounds;
  readonly loudness: Loudness;
  /** Of the file as it came. */
  readonly facts: AudioFacts;
  readonly native: NativeSound;
  /** Highest absolute sample of the master. */
  readonly peak: number;
  /** All of it, silence at both ends too. */
  readonly durationMs: number;
}

export interface EncodedFile {
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
  readonly lufs: number;
  readonly truePeakDb: number;
}

const mostAttempts = 6;

export const rawInput = ['-f', 'f32le', '-ar', String(masterRate), '-ac', '1'] as const;
const pickFilter = (bounds: Bounds): string =>
  `atrim=start_sample=${bounds.start}:end_sample=${bounds.end},asetpts=N/SR/TB`;
const secondsOf = (bounds: Bounds): number => (bounds.end - bounds.start) / masterRate;

/** First pass: decode, find the speech, measure it. Throws as `decode`, and `audio-silent`, `audio-clipped`. */
export async function prepareMaster(
  tool: AudioTool,
  input: string,
  directory: string,
  limits: SourceLimits = defaultSourceLimits,
  part?: Part,
): Promise<Master> {
  const path = join(directory, 'master.f32');
  const { facts, native, envelope } = await decode(tool, input, path, limits, part);
  const silent = (lufs: number) => callerError('audio-silent', 'nothing can be heard in this recording', { lufs });
  const bounds = findSpeech(envelope);
  if (bounds === undefined || bounds.sounding < shortestSoundSeconds) throw silent(-70);
  const { clippedShare } = native;
  if (clippedShare > limits.clippedAbove) {
    const [percent, most] = [clippedShare, limits.clippedAbove].map((share) => Math.round(share * 1000) / 10);
    throw callerError('audio-clipped', 'cut off at full scale beyond recognition', { percent, most });
  }
  const loudness = await measureLoudness(tool, {
    path,
    inputOptions: rawInput,
    pick: pickFilter(bounds),
    seconds: secondsOf(bounds),
  });
  if (loudness.lufs < limits.silentBelowLufs) throw silent(loudness.lufs);
  const peak = envelope.peaks.reduce((highest, value) => Math.max(highest, value), 0);
  return {
    path,
    bounds,
    loudness,
    facts,
    native,
    peak,
    durationMs: Math.round((envelope.samples * 1000) / masterRate),
  };
}

/**
 * Second pass: bring the speech to the target, put the lead-in before it, encode, and measure what came out; at most
 * five corrections. The same master and target give the same bytes. Throws `rendition-too-long`, `rendition-too-large`,
 * `rendition-loudness`.
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
  const reached = best ?? { miss: missOf(target, master.loudness), got: master.loudness };
  if (!acceptable(reached.miss)) {
    const { lufs, truePeakDb } = reached.got;
    throw callerError('rendition-loudness', 'the loudness cannot be reached', {
      lufs,
      truePeakDb,
      wanted: target.lufs,
    });
  }
  const bytes = (await stat(path)).size;
  if (bytes > target.maxBytes) {
    throw callerError('rendition-too-large', 'too large for this profile', { bytes, maxBytes: target.maxBytes });
  }
  const { lufs, truePeakDb } = reached.got;
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

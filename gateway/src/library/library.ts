import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  profiles as allProfiles,
  bugError,
  callerError,
  type Profile,
  type Video,
  videoSchema,
  XiaolabaError,
} from '@xiaolaba/protocol';
import { z } from 'zod';
import { type AudioTool, createAudioTool } from './audio-tool.js';
import type { BlobStore } from './blob-store.js';
import type { Part } from './decode.js';
import { defaultSourceLimits, type SourceLimits } from './decode.js';
import { createJobGate } from './job-gate.js';
import { type Master, pipelineVersion, prepareMaster, renderTarget } from './normalise.js';
import { figuresOf, figuresSchema, type KeptRecording, keepMaster, type RecordingFigures } from './recording-master.js';
import type {
  Library,
  Refusal,
  RenderedVersion,
  RenderOutcome,
  Rendition,
  SpokenDraft,
  Unavailable,
  VersionToRender,
} from './rendering.js';
import { cacheKey, createResultCache } from './result-cache.js';
import { createSpeechTool, type DialectVoice, type SpeechTool } from './speech.js';
import { prepareSpeechText } from './speech-text.js';
import { type AudioTarget, audioTargets, draftTarget } from './targets.js';
import { encodeVideo, videoLimits, videoPipelineVersion } from './video.js';
import { readWaveform, waveformSchema } from './waveform.js';

export interface LibraryLog {
  debug(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface LibraryDeps {
  readonly blobs: BlobStore;
  /** Where answers are remembered; losing it costs time only. */
  readonly cacheDirectory: string;
  readonly log: LibraryLog;
  readonly audio?: AudioTool;
  readonly speech?: SpeechTool;
  readonly tools?: { readonly ffmpeg?: string; readonly ffprobe?: string; readonly espeak?: string };
  /** Pieces worked on at once. */
  readonly concurrency?: number;
  readonly limits?: SourceLimits;
  readonly targets?: Readonly<Partial<Record<Profile, AudioTarget>>>;
}

type Outcome =
  | { readonly kind: 'rendition'; readonly rendition: Rendition }
  | {
      readonly kind: 'refused';
      readonly scope: 'source' | 'profile';
      readonly code: string;
      readonly details: Refusal['details'];
    };

const outcomeSchema: z.ZodType<Outcome> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rendition'),
    rendition: z.strictObject({
      profile: z.enum(allProfiles),
      sha256: z.string(),
      bytes: z.number().int(),
      durationMs: z.number().int(),
      format: z.enum(['opus', 'mp3', 'adpcm']),
      lufs: z.number(),
      truePeakDb: z.number(),
    }),
  }),
  z.strictObject({
    kind: z.literal('refused'),
    scope: z.enum(['source', 'profile']),
    code: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional()),
  }),
]);

/** Where the sound comes from, known well enough to look up what was made of it before. */
interface Source {
  readonly voice: 'recording' | 'synthesis';
  readonly key: string;
  /** What is said, where it is synthesised. */
  readonly spoken?: { readonly text: string; readonly by: DialectVoice };
  /** Puts the sound into a file; called only when there is work to do. */
  write(directory: string): Promise<string | Unavailable>;
}

export function createLibrary(deps: LibraryDeps): Library {
  const { blobs, log } = deps;
  const audio = deps.audio ?? createAudioTool(deps.tools ?? {});
  const speech = deps.speech ?? createSpeechTool(deps.tools?.espeak);
  const limits = deps.limits ?? defaultSourceLimits;
  const targets = deps.targets ?? audioTargets;
  const gate = createJobGate(deps.concurrency ?? 2);
  const outcomes = createResultCache(join(deps.cacheDirectory, 'renditions'), outcomeSchema);
  const videos = createResultCache(join(deps.cacheDirectory, 'videos'), videoSchema);
  const figures = createResultCache(join(deps.cacheDirectory, 'figures'), figuresSchema);
  const waveforms = createResultCache(join(deps.cacheDirectory, 'waveforms'), waveformSchema);

  async function sourceOf(version: VersionToRender): Promise<Source | Unavailable> {
    const { dialect, recordingPath } = version;
    if (recordingPath !== undefined) {
      const sha256 = await hashFile(recordingPath);
      return { voice: 'recording', key: cacheKey('recording', sha256), write: () => Promise.resolve(recordingPath) };
    }
    const unavailable = (code: Unavailable['code'], parts: readonly string[] = []): Unavailable => ({
      kind: 'unavailable',
      dialect,
      code,
      parts,
    });
    const text = prepareSpeechText(version.text ?? '', dialect);
    if (text === '') return unavailable('no-text');
    const voice = (await speech.voices()).find((candidate) => candidate.dialect === dialect);
    if (voice === undefined) return unavailable('no-voice');
    return {
      voice: 'synthesis',
      key: cacheKey('synthesis', text, voice.voice, await speech.identity(voice)),
      spoken: { text, by: voice },
      write: async (directory) => {
        const parts = await speech.unreadable(text, voice);
        if (parts.length > 0) return unavailable('voice-unreadable', parts);
        const path = join(directory, 'speech.wav');
        await speech.synthesise(text, voice, path);
        return path;
      },
    };
  }

  const outcomeKey = (source: Source, target: AudioTarget): string =>
    cacheKey(pipelineVersion, source.key, target, limits);

  /** A remembered outcome, unless the file that it speaks of is gone or damaged. */
  async function recall(key: string): Promise<Outcome | undefined> {
    const outcome = await outcomes.get(key);
    if (outcome?.kind !== 'rendition' || (await blobs.has(outcome.rendition.sha256))) return outcome;
    log.warn({ sha256: outcome.rendition.sha256 }, 'a rendition is gone or damaged: making it again');
    return undefined;
  }

  async function renderOne(master: Master, target: AudioTarget, directory: string): Promise<Outcome> {
    try {
      const made = await renderTarget(audio, master, target, directory);
      const { sha256, bytes } = await blobs.putFile(made.path);
      const { durationMs, lufs, truePeakDb } = made;
      const { profile, format } = target;
      return { kind: 'rendition', rendition: { profile, sha256, bytes, durationMs, format, lufs, truePeakDb } };
    } catch (error) {
      return refusal(error, 'profile');
    }
  }

  /** Makes what is missing; the answer is for the targets in their order. */
  async function produce(source: Source, wanted: readonly AudioTarget[]): Promise<Outcome[] | Unavailable> {
    const known = new Map<AudioTarget, Outcome>();
    for (const target of wanted) {
      const outcome = await recall(outcomeKey(source, target));
      if (outcome !== undefined) known.set(target, outcome);
    }
    const missing = wanted.filter((target) => !known.has(target));
    if (missing.length > 0) {
      const directory = await mkdtemp(join(tmpdir(), 'xiaolaba-'));
      try {
        const input = await source.write(directory);
        if (typeof input !== 'string') return input;
        const master = await prepareMaster(audio, input, directory, limits).catch((error: unknown) =>
          refusal(error, 'source'),
        );
        for (const target of missing) {
          const outcome = 'kind' in master ? master : await renderOne(master, target, directory);
          await outcomes.set(outcomeKey(source, target), outcome);
          known.set(target, outcome);
        }
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    }
    return wanted.flatMap((target) => known.get(target) ?? []);
  }

  async function render(version: VersionToRender, asked: readonly Profile[]): Promise<RenderedVersion | Unavailable> {
    const source = await sourceOf(version);
    if ('kind' in source) return source;
    const renditions: Rendition[] = [];
    const refusals: Refusal[] = [];
    const wanted: AudioTarget[] = [];
    for (const profile of new Set(asked)) {
      const target = targets[profile];
      if (target === undefined) refusals.push({ profile, code: 'no-audio-target', details: {} });
      else wanted.push(target);
    }
    const made = await gate.run(source.key, () => produce(source, wanted));
    if ('kind' in made) return made;
    made.forEach((outcome, index) => {
      const profile = wanted[index]?.profile;
      if (outcome.kind === 'rendition') renditions.push(outcome.rendition);
      else if (outcome.scope === 'source')
        throw callerError(outcome.code, 'this sound cannot be used', outcome.details);
      else if (profile !== undefined) refusals.push({ profile, code: outcome.code, details: outcome.details });
    });
    return { kind: 'rendered', dialect: version.dialect, voice: source.voice, renditions, refusals };
  }

  const inScratch = async <T>(work: (directory: string) => Promise<T>): Promise<T> => {
    const directory = await mkdtemp(join(tmpdir(), 'xiaolaba-'));
    try {
      return await work(directory);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };

  async function keep(path: string, part?: Part): Promise<KeptRecording> {
    const key = cacheKey('keep', await hashFile(path), part);
    return await gate.run(key, () =>
      inScratch(async (directory) => {
        const master = await prepareMaster(audio, path, directory, limits, part);
        const kept = await blobs.putFile(await keepMaster(audio, master, directory));
        return { ...kept, figures: figuresOf(master) };
      }),
    );
  }

  async function measure(path: string): Promise<RecordingFigures> {
    const key = cacheKey(pipelineVersion, 'figures', await hashFile(path), limits);
    return await gate.run(key, async () => {
      const known = await figures.get(key);
      if (known) return known;
      const found = await inScratch(async (directory) =>
        figuresOf(await prepareMaster(audio, path, directory, limits)),
      );
      await figures.set(key, found);
      return found;
    });
  }

  async function speak(text: string, dialect: string): Promise<SpokenDraft | Unavailable> {
    const source = await sourceOf({ dialect, text });
    if ('kind' in source) return source;
    const made = await gate.run(source.key, () => produce(source, [draftTarget]));
    if ('kind' in made) return made;
    const [outcome] = made;
    if (!outcome || !source.spoken) throw bugError('speech-outcome', 'a voice without an outcome');
    if (outcome.kind === 'refused') throw callerError(outcome.code, 'this text cannot be spoken', outcome.details);
    return { kind: 'spoken', ...outcome.rendition, voice: source.spoken.by, spoken: source.spoken.text };
  }

  async function renderVideo(path: string): Promise<Video> {
    const key = cacheKey(videoPipelineVersion, 'video', await hashFile(path, 'video-missing'), videoLimits);
    return await gate.run(key, async () => {
      const known = await videos.get(key);
      if (known && (await blobs.has(known.sha256))) return known;
      const directory = await mkdtemp(join(tmpdir(), 'xiaolaba-'));
      try {
        const { path: made, ...video } = await encodeVideo(audio, path, directory);
        const { sha256 } = await blobs.putFile(made);
        await videos.set(key, { sha256, ...video });
        return { sha256, ...video };
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });
  }

  return {
    render,
    keep,
    measure,
    speak,
    renderVideo,
    renderMany: async (jobs, onProgress) => {
      let done = 0;
      const settled = await Promise.allSettled(
        jobs.map(async (job) => {
          const outcome = await attempt(job.id, () => render(job.version, job.profiles));
          done += 1;
          onProgress?.({ done, of: jobs.length, outcome });
          return outcome;
        }),
      );
      return settled.map((one) => {
        if (one.status === 'rejected') throw one.reason;
        return one.value;
      });
    },
    waveform: async (sha256, buckets = 200) => {
      await blobs.verify(sha256);
      const key = cacheKey(pipelineVersion, 'waveform', sha256, buckets);
      return await gate.run(key, async () => {
        const known = await waveforms.get(key);
        if (known !== undefined) return known;
        const directory = await mkdtemp(join(tmpdir(), 'xiaolaba-'));
        try {
          const waveform = await readWaveform(audio, blobs.path(sha256), buckets, directory);
          await waveforms.set(key, waveform);
          return waveform;
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      });
    },
    voices: () => speech.voices(),
    voiceReport: () => speech.report(),
  };
}

/** What the caller can mend is an answer worth remembering; anything else goes up. */
function refusal(error: unknown, scope: 'source' | 'profile'): Outcome {
  if (!(error instanceof XiaolabaError) || error.family !== 'caller') throw error;
  // The path is where the file happened to lie this time: it must not stick to an answer about its content.
  const { path: _, ...details } = error.details;
  return { kind: 'refused', scope, code: error.code, details };
}

async function attempt(id: string, work: () => Promise<RenderedVersion | Unavailable>): Promise<RenderOutcome> {
  try {
    return { id, result: await work() };
  } catch (error) {
    if (error instanceof XiaolabaError && error.family === 'caller') return { id, error };
    throw error;
  }
}

async function hashFile(path: string, missing = 'recording-missing'): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    throw callerError(missing, 'the file cannot be read', { path }, error);
  }
  return hash.digest('hex');
}

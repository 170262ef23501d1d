// The only file that names fluent-ffmpeg: its upstream is archived, so replacing it must stay a matter of one file.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bugError, callerError, errorText, worldError, type XiaolabaError } from '@xiaolaba/protocol';
import ffmpeg from 'fluent-ffmpeg';

/** What a file says of its first audio stream before anything is decoded. */
export interface AudioFacts {
  readonly format: string;
  readonly codec: string;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** As the container claims; `undefined` where it doesn't. */
  readonly seconds: number | undefined;
}

/** What a file says of its first moving picture. */
export interface VideoFacts {
  readonly codec: string;
  /** Dots. */
  readonly width: number;
  readonly height: number;
  readonly seconds: number | undefined;
}

export interface AudioRun {
  readonly input: string;
  readonly inputOptions: readonly string[];
  /** A filter graph that ends in `[out]`. */
  readonly graph: string;
  readonly outputOptions: readonly string[];
  /** A file, or `-` with the `null` muxer. */
  readonly output: string;
}

/** A thin port over the ffmpeg programs; both answers are typed errors when they fail. */
export interface AudioTool {
  /** Throws `audio-unreadable`, `audio-no-stream`, `ffmpeg-missing`, `ffmpeg-timeout`. */
  probe(path: string): Promise<AudioFacts>;
  /** Throws `video-unreadable`, `ffmpeg-missing`, `ffmpeg-timeout`. */
  probeVideo(path: string): Promise<VideoFacts>;
  /** Returns what was logged. Throws `ffmpeg-failed`, `ffmpeg-missing`, `ffmpeg-timeout`. */
  run(request: AudioRun): Promise<string>;
  /** How often ffmpeg or ffprobe has been started for work so far. */
  runs(): number;
}

export interface AudioToolOptions {
  /** Paths of the programs; found on the search path unless given. */
  readonly ffmpeg?: string;
  readonly ffprobe?: string;
  /** Seconds one run may take. */
  readonly timeoutSeconds?: number;
}

/**
 * Demuxers for what people record with. A playlist or image format must not get in: it can make ffmpeg open other
 * files and addresses in the name of an upload. Formats without a header must not either: they take any bytes for sound.
 */
const demuxers = 'mp3,wav,w64,aiff,flac,ogg,aac,amr,mov,matroska,asf,caf,au,ape,ac3';
/** Options that go before an input that someone else made. */
export const untrustedInput = ['-protocol_whitelist', 'file', '-format_whitelist', demuxers] as const;

const installLine = 'apt-get install -y ffmpeg';

export function createAudioTool(options: AudioToolOptions = {}): AudioTool {
  const limit = options.timeoutSeconds ?? 300;
  let started = 0;

  const command = async (input: string): Promise<ffmpeg.FfmpegCommand> => {
    const made = ffmpeg(`file:${input}`, { timeout: limit, stdoutLines: 200 });
    made.setFfmpegPath(await findProgram(options.ffmpeg ?? 'ffmpeg'));
    made.setFfprobePath(await findProgram(options.ffprobe ?? 'ffprobe'));
    return surviveFailedStart(made);
  };

  const ask = async (path: string, unreadable: string): Promise<ffmpeg.FfprobeData> => {
    started += 1;
    const probing = await command(path);
    const answer = new Promise<ffmpeg.FfprobeData>((resolve, reject) => {
      probing.ffprobe([...untrustedInput], (error: unknown, data) => {
        if (error) reject(probeError(error, path, unreadable));
        else resolve(data);
      });
    });
    const waited = new AbortController();
    const late = delay(limit * 1000, undefined, { signal: waited.signal, ref: false }).then(
      () => Promise.reject(worldError('ffmpeg-timeout', 'ffprobe took too long', { path, seconds: limit })),
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([answer, late]);
    } finally {
      waited.abort();
    }
  };

  const probe = async (path: string): Promise<AudioFacts> => readFacts(await ask(path, 'audio-unreadable'), path);
  const probeVideo = async (path: string): Promise<VideoFacts> =>
    readVideoFacts(await ask(path, 'video-unreadable'), path);

  const run = async (request: AudioRun): Promise<string> => {
    started += 1;
    const running = await command(request.input);
    return await new Promise((resolve, reject) => {
      running
        .inputOptions(['-nostdin', '-hide_banner', '-nostats', ...request.inputOptions])
        .complexFilter(request.graph, 'out')
        .outputOptions([...request.outputOptions])
        .output(request.output)
        .on('error', (error: unknown, _stdout: unknown, stderr: unknown) => {
          reject(runError(error, typeof stderr === 'string' ? stderr : '', limit));
        })
        .on('end', (_stdout: unknown, stderr: unknown) => resolve(typeof stderr === 'string' ? stderr : ''))
        .run();
    });
  };

  return { probe, probeVideo, run, runs: () => started };
}

/** Looks along the search path; a name with a slash is taken as it is. Throws `ffmpeg-missing`. */
async function findProgram(name: string): Promise<string> {
  const places = name.includes('/')
    ? [name]
    : (process.env.PATH ?? '').split(delimiter).map((place) => join(place, name));
  for (const place of places) {
    try {
      await access(place, constants.X_OK);
      return place;
    } catch {
      // Not there: the next place may have it.
    }
  }
  throw missing(new Error(`${name} not found`));
}

/** The part of a command that starts the program; not in its published types. */
interface Starter {
  _spawnFfmpeg(...args: unknown[]): void;
}

/**
 * When a process can't be started (out of processes, out of memory), fluent-ffmpeg reports an error without the log
 * that its own handler then reads: an uncaught exception, which would take the gateway down. An empty log mends it.
 */
function surviveFailedStart(command: ffmpeg.FfmpegCommand): ffmpeg.FfmpegCommand {
  const starter = command as unknown as Starter;
  const start = starter._spawnFfmpeg;
  const noLog = { get: () => '' };
  starter._spawnFfmpeg = (...args) => {
    const done = args.pop();
    if (typeof done !== 'function')
      throw bugError('ffmpeg-adapter', 'fluent-ffmpeg starts programs in another way now');
    start.call(command, ...args, (error: unknown, out: unknown, log: unknown) =>
      done(error, out ?? noLog, log ?? noLog),
    );
  };
  return command;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');

const missing = (error: unknown): XiaolabaError =>
  worldError('ffmpeg-missing', `ffmpeg is not installed: ${installLine}`, { install: installLine }, error);

function probeError(error: unknown, path: string, code: string): XiaolabaError {
  if (isMissing(error)) return missing(error);
  return callerError(code, 'not a file that can be read', { path }, error);
}

function runError(error: unknown, stderr: string, limit: number): XiaolabaError {
  if (isMissing(error)) return missing(error);
  if (/ran into a timeout/.test(errorText(error))) {
    return worldError('ffmpeg-timeout', 'ffmpeg took too long', { seconds: limit }, error);
  }
  const exit = /exited with code (\d+)/.exec(errorText(error))?.[1];
  const details = { exit: exit === undefined ? undefined : Number(exit), log: stderr.slice(-800) };
  return worldError('ffmpeg-failed', 'ffmpeg gave up', details, error);
}

function readFacts(data: ffmpeg.FfprobeData, path: string): AudioFacts {
  const stream = data.streams.find((candidate) => candidate.codec_type === 'audio');
  const sampleRate = Number(stream?.sample_rate);
  if (stream === undefined || !(sampleRate > 0)) {
    throw callerError('audio-no-stream', 'no sound in this file', { path });
  }
  const seconds = Number(data.format.duration);
  return {
    format: String(data.format.format_name ?? ''),
    codec: String(stream.codec_name ?? ''),
    sampleRate,
    channels: stream.channels ?? 1,
    seconds: Number.isFinite(seconds) ? seconds : undefined,
  };
}

function readVideoFacts(data: ffmpeg.FfprobeData, path: string): VideoFacts {
  const stream = data.streams.find((candidate) => candidate.codec_type === 'video');
  const { width = 0, height = 0 } = stream ?? {};
  if (!stream || width < 1 || height < 1)
    throw callerError('video-unreadable', 'no moving picture in this file', { path });
  const seconds = Number(data.format.duration);
  return {
    codec: String(stream.codec_name ?? ''),
    width,
    height,
    seconds: Number.isFinite(seconds) ? seconds : undefined,
  };
}

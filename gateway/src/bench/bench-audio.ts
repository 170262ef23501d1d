import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bugError } from '@xiaolaba/protocol';
import { compare } from '@xiaolaba/protocol/command-line';
import {
  type AudioTarget,
  audioTargets,
  createAudioTool,
  createLibrary,
  createSpeechTool,
  openBlobStore,
} from '../library/index.js';
import type { BenchOptions } from './options.js';
import { plainFfmpeg } from './plain-ffmpeg.js';
import type { AudioResult } from './report.js';
import type { Side } from './sides.js';

const text =
  '各位居民请注意，近期网络刷单诈骗多发。凡是要求先垫付资金的兼职，都是诈骗。' +
  '不要点击陌生链接，不要下载来历不明的软件，不要向陌生账户转账。如有疑问，请拨打反诈专线咨询。';
const edgeSeconds = 0.5;
const quiet = { debug: () => undefined, warn: () => undefined };

/** What the library takes to make one loudspeaker's file with nothing remembered, against plain ffmpeg. */
export async function benchAudio(
  options: BenchOptions,
  directory: string,
  signal: AbortSignal,
  progress: (round: number, of: number) => void,
): Promise<AudioResult[]> {
  const target = audioTargets.loudspeaker;
  if (!target) throw bugError('bench-no-target', 'loudspeakers have no audio target');
  const speech = await spokenFile(directory);
  const results: AudioResult[] = [];
  for (const clipSeconds of options.clipSeconds) {
    const clip = join(directory, `clip-${clipSeconds}.wav`);
    await cut(speech, clipSeconds, clip);
    const taken: Record<Side['who'], number[]> = { ours: [], peer: [] };
    const lufs = { target: target.lufs, ours: Number.NaN, peer: Number.NaN };
    for (let round = 1; round <= options.rounds; round++) {
      progress(results.length * options.rounds + round, options.clipSeconds.length * options.rounds);
      for (const who of ['ours', 'peer'] as const) {
        signal.throwIfAborted();
        const own = join(directory, `audio-${clipSeconds}-${round}-${who}`);
        await mkdir(own, { recursive: true });
        const begun = performance.now();
        lufs[who] =
          who === 'ours' ? await throughLibrary(clip, own) : await plainFfmpeg(clip, target, join(own, 'out.mp3'));
        taken[who].push(((performance.now() - begun) / 1000) * (60 / clipSeconds));
      }
    }
    results.push({ clipSeconds, perMinute: compare(taken.ours, taken.peer), lufs });
  }
  return results;
}

/** A library that has never seen anything: it hashes, decodes, finds the speech, corrects, checks and stores. */
async function throughLibrary(clip: string, directory: string): Promise<number> {
  const blobs = await openBlobStore(join(directory, 'blobs'));
  const library = createLibrary({ blobs, cacheDirectory: join(directory, 'cache'), log: quiet });
  const made = await library.render({ dialect: 'cmn', recordingPath: clip }, [loudspeaker]);
  const rendition = made.kind === 'rendered' ? made.renditions[0] : undefined;
  if (!rendition) throw bugError('bench-no-rendition', 'the library made nothing of the clip');
  return rendition.lufs;
}

const loudspeaker: AudioTarget['profile'] = 'loudspeaker';

/** Real speech, from the voice that the library itself falls back to. @throws XiaolabaError `espeak-missing` */
async function spokenFile(directory: string): Promise<string> {
  const speech = createSpeechTool();
  const voice = (await speech.voices()).find(({ dialect }) => dialect === 'cmn') ?? { dialect: 'cmn', voice: 'cmn' };
  const path = join(directory, 'speech.wav');
  await speech.synthesise(text, voice, path);
  return path;
}

/** Repeats the speech to the length wanted, with silence at both ends to trim. @throws XiaolabaError `ffmpeg-missing` */
async function cut(speech: string, seconds: number, output: string): Promise<void> {
  const spoken = seconds - 2 * edgeSeconds;
  await createAudioTool().run({
    input: speech,
    inputOptions: [],
    graph:
      `[0:a:0]aloop=loop=-1:size=${2 ** 30},atrim=end=${spoken},asetpts=N/SR/TB,` +
      `adelay=${edgeSeconds * 1000},apad=pad_dur=${edgeSeconds}[out]`,
    outputOptions: ['-f', 'wav'],
    output,
  });
}

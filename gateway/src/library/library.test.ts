import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AudioTool, createAudioTool } from './audio-tool.js';
import { type BlobStore, openBlobStore } from './blob-store.js';
import { createLibrary } from './library.js';
import { measureLoudness } from './loudness.js';
import type { Library, RenderedVersion, Unavailable } from './rendering.js';
import { createSpeechTool } from './speech.js';
import { type AudioTarget, audioTargets } from './targets.js';

const quiet = { debug: () => undefined, warn: () => undefined };
const meter = createAudioTool();
const sayings = createSpeechTool();
let directory: string;
let voice: string;

interface Bench {
  readonly library: Library;
  readonly audio: AudioTool;
  readonly blobs: BlobStore;
  readonly root: string;
}

const openBench = async (root: string): Promise<Bench> => {
  const blobs = await openBlobStore(join(root, 'blobs'));
  const audio = createAudioTool();
  const library = createLibrary({ blobs, cacheDirectory: join(root, 'cache'), log: quiet, audio });
  return { library, audio, blobs, root };
};
const newBench = async (): Promise<Bench> => openBench(await mkdtemp(join(directory, 'bench-')));

/** A recording of the given kind, made from real speech. */
const record = async (name: string, filters: string, output: readonly string[] = []): Promise<string> => {
  const path = join(directory, name);
  await meter.run({
    input: voice,
    inputOptions: [],
    graph: `[0:a]${filters}[out]`,
    outputOptions: output,
    output: path,
  });
  return path;
};

const rendered = (result: RenderedVersion | Unavailable): RenderedVersion => {
  if (result.kind !== 'rendered') throw new Error(result.code);
  return result;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'xiaolaba-library-'));
  voice = join(directory, 'voice.wav');
  const text = '网络刷单全是骗，盲目相信钱不见。';
  await sayings.synthesise(text, { dialect: 'cmn', voice: 'cmn-latn-pinyin' }, voice);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('loudness', () => {
  const recordings: readonly (readonly [string, string, readonly string[]])[] = [
    ['quiet.wav', 'volume=-16dB', []],
    ['clipped.wav', 'volume=12dB', ['-c:a', 'pcm_s16le']],
    ['stereo.flac', 'aresample=48000,aformat=channel_layouts=stereo', []],
    ['telephone.wav', 'aresample=8000', ['-c:a', 'pcm_mulaw']],
    ['short.wav', 'atrim=start=0.3:end=1.3', []],
    ['shortest.wav', 'atrim=start=0.3:end=0.65', []],
    ['padded.mp3', 'volume=-28dB,adelay=1500,apad=pad_dur=1.5', ['-b:a', '48k']],
  ];

  it.each(recordings)('%s reaches its target', async (name, filters, output) => {
    const recordingPath = await record(name, filters, output);
    const { library, blobs } = await newBench();
    const profile = name === 'quiet.wav' ? 'loudspeaker' : name === 'stereo.flac' ? 'bus-screen' : 'bike-lock';
    const target = audioTargets[profile];
    const [rendition] = rendered(await library.render({ dialect: 'cmn', recordingPath }, [profile])).renditions;
    if (rendition === undefined || target === undefined) throw new Error('no rendition');
    const leadIn = target.leadIn.milliseconds / 1000;
    const measured = await measureLoudness(meter, {
      path: blobs.path(rendition.sha256),
      inputOptions: [],
      pick: `atrim=start=${leadIn}`,
      seconds: rendition.durationMs / 1000 - leadIn,
    });
    expect(Math.abs(measured.lufs - target.lufs)).toBeLessThanOrEqual(1);
    expect(measured.truePeakDb).toBeLessThanOrEqual(-1);
    expect(rendition).toMatchObject({ lufs: measured.lufs, truePeakDb: measured.truePeakDb, format: target.format });
    const facts = await meter.probe(blobs.path(rendition.sha256));
    expect(facts).toMatchObject({ sampleRate: target.sampleRate, channels: 1 });
    expect(Math.abs((facts.seconds ?? 0) * 1000 - rendition.durationMs)).toBeLessThan(150);
  });

  it('cuts silence off both ends and keeps a breath', async () => {
    const padded = await record('cut.wav', 'adelay=2000,apad=pad_dur=3');
    const { library } = await newBench();
    const whole = rendered(await library.render({ dialect: 'cmn', recordingPath: voice }, ['bike-lock']));
    const cut = rendered(await library.render({ dialect: 'cmn', recordingPath: padded }, ['bike-lock']));
    const difference = (cut.renditions[0]?.durationMs ?? 0) - (whole.renditions[0]?.durationMs ?? 0);
    expect(Math.abs(difference)).toBeLessThanOrEqual(150);
  });
});

describe('refusals', () => {
  const bad: readonly (readonly [string, string, (path: string) => Promise<unknown>])[] = [
    ['an MP3 that is not one', 'audio-unreadable', (path) => writeFile(path, 'this is no music')],
    ['noise for bytes', 'audio-unreadable', (path) => writeFile(path, Buffer.alloc(9000, 'k*7'))],
    ['an empty file', 'audio-unreadable', (path) => writeFile(path, '')],
    [
      'a playlist that points elsewhere',
      'audio-unreadable',
      (path) => writeFile(path, `#EXTM3U\n#EXTINF:4,\n${voice}\n`),
    ],
    ['silence', 'audio-silent', (path) => record('silent.flac', 'volume=0').then((made) => copyFile(made, path))],
    ['0.2 s', 'audio-too-short', (path) => record('tiny.flac', 'atrim=end=0.2').then((made) => copyFile(made, path))],
    ['no file', 'recording-missing', () => Promise.resolve()],
  ];

  it.each(bad)('%s', async (name, code, make) => {
    const { library } = await newBench();
    const recordingPath = join(directory, `bad ${name}.mp3`);
    await make(recordingPath);
    await expect(library.render({ dialect: 'cmn', recordingPath }, ['bus-screen'])).rejects.toMatchObject({
      family: 'caller',
      code,
    });
  });

  it('what is longer than allowed, before it is decoded', async () => {
    const { blobs, root } = await newBench();
    const audio = createAudioTool();
    const limits = { minSeconds: 0.3, maxSeconds: 2, silentBelowLufs: -60, clippedAbove: 0.1 };
    const library = createLibrary({ blobs, cacheDirectory: join(root, 'cache'), log: quiet, audio, limits });
    const render = library.render({ dialect: 'cmn', recordingPath: voice }, ['bus-screen']);
    await expect(render).rejects.toMatchObject({ code: 'audio-too-long' });
    expect(audio.runs()).toBe(1);
  });

  it('one profile that it does not fit, and remembers that', async () => {
    const { library, audio } = await newBench();
    const recordingPath = await record('long.wav', 'aloop=loop=9:size=1e9,atrim=end=22');
    const ask = async (): Promise<RenderedVersion> =>
      rendered(await library.render({ dialect: 'cmn', recordingPath }, ['bike-lock', 'booth-sign', 'bus-screen']));
    const first = await ask();
    expect(first.renditions.map(({ profile }) => profile)).toEqual(['bus-screen']);
    expect(first.refusals.map(({ profile, code }) => [profile, code])).toEqual([
      ['booth-sign', 'no-audio-target'],
      ['bike-lock', 'rendition-too-long'],
    ]);
    const runs = audio.runs();
    expect(await ask()).toEqual(first);
    expect(audio.runs()).toBe(runs);
  });

  it('a rendition over the bytes of its profile, ADPCM as well', async () => {
    const { blobs, root } = await newBench();
    const adpcm: AudioTarget = {
      profile: 'bike-lock',
      format: 'adpcm',
      lufs: -16,
      truePeakDb: -1,
      sampleRate: 16_000,
      channels: 1,
      bitrate: 64_000,
      leadIn: { kind: 'none', milliseconds: 0 },
      maxSeconds: 20,
      maxBytes: 64 * 1024,
    };
    const outcome = async (target: AudioTarget): Promise<RenderedVersion> => {
      const targets = { 'bike-lock': target };
      const library = createLibrary({ blobs, cacheDirectory: join(root, 'cache'), log: quiet, targets });
      return rendered(await library.render({ dialect: 'cmn', recordingPath: voice }, ['bike-lock']));
    };
    const [rendition] = (await outcome(adpcm)).renditions;
    expect(rendition).toMatchObject({ format: 'adpcm' });
    expect(Math.abs((rendition?.lufs ?? 0) - adpcm.lufs)).toBeLessThanOrEqual(1);
    expect((await meter.probe(blobs.path(rendition?.sha256 ?? ''))).codec).toBe('adpcm_ima_wav');
    const { renditions, refusals } = await outcome({ ...adpcm, maxBytes: 20_000 });
    expect(renditions).toEqual([]);
    expect(refusals).toMatchObject([{ profile: 'bike-lock', code: 'rendition-too-large' }]);
  });

  it('a program that is missing, with the line to type', async () => {
    const { blobs, root } = await newBench();
    const tools = { ffmpeg: '/nonexistent/ffmpeg', ffprobe: '/nonexistent/ffprobe' };
    const library = createLibrary({ blobs, cacheDirectory: join(root, 'cache'), log: quiet, tools });
    const render = library.render({ dialect: 'cmn', recordingPath: voice }, ['bus-screen']);
    await expect(render).rejects.toMatchObject({ family: 'world', code: 'ffmpeg-missing' });
  });
});

describe('voices', () => {
  it('says in which dialects nobody can speak', async () => {
    const { library, audio } = await newBench();
    for (const dialect of ['hak', 'gan', 'nan', 'wuu', 'pcc']) {
      const result = await library.render({ dialect, text: '不要转账' }, ['loudspeaker']);
      expect(result).toEqual({ kind: 'unavailable', dialect, code: 'no-voice', parts: [] });
    }
    expect(await library.render({ dialect: 'cmn', text: ' ' }, ['loudspeaker'])).toMatchObject({ code: 'no-text' });
    expect(await library.render({ dialect: 'cmn', text: '下载APP' }, ['loudspeaker'])).toMatchObject({
      code: 'voice-unreadable',
      parts: ['APP'],
    });
    expect(audio.runs()).toBe(0);
  });
});

describe('the cache', () => {
  const prompt = { dialect: 'yue', text: '唔好转账' };

  it('does nothing twice, not at once, not after a restart', async () => {
    const bench = await newBench();
    const [one, two] = await Promise.all([
      bench.library.render(prompt, ['bike-lock']),
      bench.library.render(prompt, ['bike-lock']),
    ]);
    expect(one).toEqual(two);
    expect(rendered(one)).toMatchObject({ voice: 'synthesis', refusals: [] });
    const alone = await newBench();
    expect(await alone.library.render(prompt, ['bike-lock'])).toEqual(one);
    expect(bench.audio.runs()).toBe(alone.audio.runs());

    const again = await openBench(bench.root);
    expect(await again.library.render(prompt, ['bike-lock'])).toEqual(one);
    expect(again.audio.runs()).toBe(0);
  });

  it('makes again what is gone or damaged, with the same bytes', async () => {
    const { library, blobs, audio, root } = await newBench();
    const first = rendered(await library.render(prompt, ['bus-screen']));
    const sha256 = first.renditions[0]?.sha256 ?? '';
    const original = await readFile(blobs.path(sha256));
    await writeFile(blobs.path(sha256), 'something else');
    expect(await library.render(prompt, ['bus-screen'])).toEqual(first);
    expect(await readFile(blobs.path(sha256))).toEqual(original);
    await blobs.remove(sha256);
    expect(await library.render(prompt, ['bus-screen'])).toEqual(first);
    await rm(join(root, 'cache'), { recursive: true });
    await mkdir(join(root, 'cache'));
    const runs = audio.runs();
    expect(await library.render(prompt, ['bus-screen'])).toEqual(first);
    expect(audio.runs()).toBeGreaterThan(runs);
  });

  it('draws a sound once', async () => {
    const { library, audio } = await newBench();
    const sha256 = rendered(await library.render(prompt, ['bike-lock'])).renditions[0]?.sha256 ?? '';
    const waveform = await library.waveform(sha256, 50);
    const runs = audio.runs();
    expect(waveform.peaks).toHaveLength(50);
    expect(Math.max(...waveform.peaks)).toBeGreaterThan(0.5);
    expect(waveform.peaks[0]).toBeLessThan(0.05);
    expect(await library.waveform(sha256, 50)).toEqual(waveform);
    expect(audio.runs()).toBe(runs);
  });
});

describe('a whole campaign', () => {
  it('renders what it can and reports the rest in its place', async () => {
    const { library } = await newBench();
    const broken = join(directory, 'broken.mp3');
    await writeFile(broken, 'no sound');
    const seen: number[] = [];
    const outcomes = await library.renderMany(
      [
        { id: 'a', version: { dialect: 'cmn', text: '小心诈骗' }, profiles: ['bike-lock'] },
        { id: 'b', version: { dialect: 'cmn', recordingPath: broken }, profiles: ['bike-lock'] },
        { id: 'c', version: { dialect: 'pcc', text: '小心' }, profiles: ['bike-lock'] },
      ],
      ({ done, of }) => seen.push(done / of),
    );
    expect(outcomes.map(({ id, result, error }) => [id, result?.kind ?? error?.code])).toEqual([
      ['a', 'rendered'],
      ['b', 'audio-unreadable'],
      ['c', 'unavailable'],
    ]);
    expect(seen).toEqual([1 / 3, 2 / 3, 1]);
  });
});

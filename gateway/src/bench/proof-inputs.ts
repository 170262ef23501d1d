import { execFile } from 'node:child_process';
import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSpeechTool } from '../library/index.js';

const execute = promisify(execFile);
/** One process at a time may be slow on a small machine, never this slow. */
const patience = { timeout: 120_000, maxBuffer: 16 * 1024 * 1024 };

export const ffmpeg = async (...args: readonly string[]): Promise<string> =>
  (await execute('ffmpeg', ['-hide_banner', '-nostdin', '-nostats', '-y', ...args], patience)).stderr;

/** What inputs are made of: speech, and where they go. */
export interface ProofBase {
  readonly directory: string;
  /** Some seconds of speech, 48 kHz mono floats. */
  readonly voice: string;
  readonly voiceLufs: number;
  /** Absolute sample values of the voice, ascending. */
  readonly levels: Float32Array;
}

export interface ProofInput {
  readonly name: string;
  /** `made` where every profile gets a rendition; otherwise the code that it is refused with. */
  readonly expected: string;
  /** Profiles that refuse what others take, and with what. */
  readonly refusals?: Readonly<Record<string, string>>;
  make(base: ProofBase): Promise<string>;
}

const text = '网络刷单全是骗，盲目相信钱不见。';

export async function proofBase(directory: string): Promise<ProofBase> {
  const speech = createSpeechTool();
  const said = join(directory, 'said.wav');
  await speech.synthesise(text, { dialect: 'cmn', voice: 'cmn-latn-pinyin' }, said);
  const voice = join(directory, 'voice.wav');
  await ffmpeg('-i', said, '-af', 'aresample=48000', '-c:a', 'pcm_f32le', voice);
  const raw = join(directory, 'voice.f32');
  await ffmpeg('-i', voice, '-f', 'f32le', raw);
  const bytes = await readFile(raw);
  const samples = new Float32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
  return { directory, voice, voiceLufs: await loudnessOf(voice), levels: samples.map(Math.abs).sort() };
}

/** Integrated loudness of a file as it stands, LUFS. */
export async function loudnessOf(path: string): Promise<number> {
  const log = await ffmpeg('-i', path, '-af', 'ebur128=framelog=verbose', '-f', 'null', '-');
  return Number(/I:\s+(\S+) LUFS/.exec(log.slice(log.lastIndexOf('Summary:')))?.[1]);
}

type Make = ProofInput['make'];
const at = ({ directory }: ProofBase, name: string): string => join(directory, name.replaceAll(' ', '-'));

/** The voice through filters into a container. */
const spoken =
  (file: string, filters = 'anull', ...output: readonly string[]): Make =>
  async (base) => {
    const path = at(base, file);
    await ffmpeg('-i', base.voice, '-af', filters, ...output, path);
    return path;
  };

/** Sound that ffmpeg makes itself. */
const generated =
  (file: string, source: string, ...output: readonly string[]): Make =>
  async (base) => {
    const path = at(base, file);
    await ffmpeg('-f', 'lavfi', '-i', source, ...output, path);
    return path;
  };

/** A second process over what a first one made. */
const then =
  (first: Make, ...args: readonly string[]): Make =>
  async (base) => {
    const path = at(base, args.at(-1) ?? '');
    await ffmpeg('-i', await first(base), ...args.slice(0, -1), path);
    return path;
  };

const altered =
  (make: Make, change: (path: string) => Promise<unknown>): Make =>
  async (base) => {
    const path = await make(base);
    await change(path);
    return path;
  };

const written =
  (file: string, bytes: string): Make =>
  async (base) => {
    const path = at(base, file);
    await writeFile(path, bytes);
    return path;
  };

/** Speech at a loudness; where its peaks stand in the way, they are limited as a loud studio would. */
const atLoudness = (lufs: number): Make => {
  return async (base) => {
    const path = at(base, `speech${lufs}.wav`);
    let gain = lufs - base.voiceLufs;
    for (let turn = 0; turn < 3; turn += 1) {
      const limited = `volume=${gain.toFixed(2)}dB,alimiter=limit=0.98:attack=1:release=20:level=0`;
      await ffmpeg('-i', base.voice, '-af', limited, '-c:a', 'pcm_s24le', path);
      const miss = lufs - (await loudnessOf(path));
      if (Math.abs(miss) < 0.5) break;
      gain += miss * 1.5;
    }
    return path;
  };
};

/** Speech so loud that this share of its samples is cut off. */
const clipped = (share: number): Make => {
  return async (base) => {
    const level = base.levels[Math.floor(base.levels.length * (1 - share))] ?? 1;
    return await spoken(`clipped-${share}.wav`, `volume=${1 / level}:precision=float`, '-c:a', 'pcm_s16le')(base);
  };
};

const cut = (share: number) => async (path: string) =>
  truncate(path, Math.floor((await readFile(path)).length * share));

/** Two hours of silence that take no room on the disk. */
const twoHours: Make = async (base) => {
  const path = at(base, 'two-hours.wav');
  const data = 7200 * 8000;
  await generated('two-hours.wav', 'anullsrc=r=8000:cl=mono:d=1', '-c:a', 'pcm_u8', '-bitexact')(base);
  const handle = await open(path, 'r+');
  try {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(data + 36);
    await handle.write(size, 0, 4, 4);
    size.writeUInt32LE(data);
    await handle.write(size, 0, 4, 40);
    await handle.truncate(data + 44);
  } finally {
    await handle.close();
  }
  return path;
};

const made = (name: string, make: Make): ProofInput => ({ name, expected: 'made', make });
const refused = (name: string, expected: string, make: Make): ProofInput => ({ name, expected, make });

/** What people bring: every loudness, every container, and every way to spoil a recording. */
export const proofInputs: readonly ProofInput[] = [
  ...[-35, -30, -27, -23, -20, -16, -12, -9, -6].map((lufs) => made(`speech at ${lufs} LUFS`, atLoudness(lufs))),
  made('pulsing noise', generated('noise.wav', 'anoisesrc=c=pink:d=4:r=48000:a=0.3:s=7,tremolo=f=4:d=0.9')),
  made('1 % clipped', clipped(0.01)),
  refused('20 % clipped', 'audio-clipped', clipped(0.2)),
  refused('digital silence', 'audio-silent', generated('silence.wav', 'anullsrc=r=48000:cl=mono:d=3')),
  refused('hiss alone', 'audio-silent', generated('hiss.wav', 'anoisesrc=d=3:a=0.0002:r=48000:s=7')),
  refused('a click in silence', 'audio-silent', generated('click.wav', "aevalsrc='if(eq(n,60000),1,0)':d=3:s=48000")),
  refused('0.1 s', 'audio-too-short', spoken('tenth.wav', 'atrim=start=0.3:end=0.4')),
  refused('2 hours', 'audio-too-long', twoHours),
  {
    name: '30 s',
    expected: 'made',
    refusals: { 'bike-lock': 'rendition-too-long' },
    make: spoken('half-minute.flac', `aloop=loop=-1:size=${2 ** 30},atrim=end=30`),
  },
  made('stereo', spoken('stereo.flac', 'aformat=channel_layouts=stereo,aresample=44100')),
  made('stereo, one side silent', spoken('one-side.wav', 'pan=stereo|c0=c0|c1=0*c0')),
  made('stereo, sides opposed', spoken('opposed.wav', 'pan=stereo|c0=c0|c1=-1*c0')),
  made('5.1', spoken('surround.flac', 'pan=5.1|FL=0.2*c0|FR=0.2*c0|FC=0.8*c0|LFE=0*c0|BL=0*c0|BR=0*c0')),
  made('8 kHz telephone', spoken('telephone.wav', 'aresample=8000', '-c:a', 'pcm_mulaw')),
  made('96 kHz, 24 bit', spoken('studio.wav', 'aresample=96000', '-c:a', 'pcm_s24le')),
  made('8 bit', spoken('eight-bit.wav', 'aresample=11025', '-c:a', 'pcm_u8')),
  made('floats over full scale', spoken('over.wav', 'volume=14dB:precision=float', '-c:a', 'pcm_f32le')),
  made('MP3 with a cover', async (base) => {
    const sound = await spoken('plain.mp3', 'anull', '-b:a', '128k')(base);
    const picture = at(base, 'cover.png');
    await ffmpeg('-f', 'lavfi', '-i', 'color=red:s=64x64', '-frames:v', '1', picture);
    const path = at(base, 'cover.mp3');
    await ffmpeg(
      '-i',
      sound,
      '-i',
      picture,
      '-map',
      '0',
      '-map',
      '1',
      '-c',
      'copy',
      '-disposition:v',
      'attached_pic',
      path,
    );
    return path;
  }),
  made('WebM as a browser records it', spoken('browser.webm', 'anull', '-c:a', 'libopus', '-f', 'webm', '-live', '1')),
  made(
    'fragmented MP4 as a browser records it',
    spoken('browser.mp4', 'anull', '-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov'),
  ),
  made('M4A', spoken('phone.m4a', 'anull', '-c:a', 'aac', '-b:a', '64k')),
  made('Windows Media', spoken('old.wma', 'anull', '-c:a', 'wmav2')),
  made('AIFF', spoken('mac.aiff')),
  refused('a letter called .wav', 'audio-unreadable', written('letter.wav', '这不是录音。\n'.repeat(400))),
  refused('nothing at all', 'audio-unreadable', written('empty.mp3', '')),
  refused('a playlist', 'audio-unreadable', written('list.mp3', '#EXTM3U\n#EXTINF:4,\nhttp://127.0.0.1/a.mp3\n')),
  refused('a film without sound', 'audio-no-stream', generated('mute.mp4', 'testsrc=s=64x64:d=1', '-c:v', 'libx264')),
  refused('M4A cut off', 'audio-unreadable', altered(spoken('cut.m4a', 'anull', '-c:a', 'aac'), cut(0.8))),
  made('WAV cut off', altered(spoken('cut.wav', 'anull', '-c:a', 'pcm_s16le'), cut(0.85))),
  made('MP3 cut off', altered(spoken('cut.mp3', 'anull', '-b:a', '96k'), cut(0.85))),
  made('offset of 0.3', spoken('offset.wav', 'volume=-6dB,dcshift=0.3', '-c:a', 'pcm_s16le')),
  made(
    'whisper, then shout',
    spoken('dynamic.wav', "volume='if(lt(t,2),0.02,1)':eval=frame,alimiter=limit=0.99:level=0", '-c:a', 'pcm_s24le'),
  ),
  made('hum', generated('hum.wav', 'aevalsrc=0.5*sin(2*PI*50*t)+0.2*sin(2*PI*100*t):d=4:s=48000')),
  made('tone', generated('tone.wav', 'sine=f=1000:d=4:r=48000')),
  made(
    'encoded three times',
    then(then(spoken('one.mp3', 'anull', '-b:a', '64k'), '-b:a', '48k', 'two.mp3'), '-b:a', '32k', 'three.mp3'),
  ),
];

import { spawn } from 'node:child_process';
import { worldError } from '@xiaolaba/protocol';
import type { AudioTarget } from '../library/index.js';
import { readSummary } from '../library/loudness.js';

/** Silence at either end, as one would cut it by hand. */
const trim = 'silenceremove=start_periods=1:start_threshold=-50dB';
const trimBoth = `${trim},areverse,${trim},areverse`;

/** Runs ffmpeg directly. @returns its log; @throws XiaolabaError `ffmpeg-missing`, `ffmpeg-failed` */
function ffmpeg(options: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-nostdin', '-hide_banner', '-nostats', '-y', ...options], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 120_000,
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
    });
    child.once('error', (error) => reject(worldError('ffmpeg-missing', 'ffmpeg cannot be started', {}, error)));
    child.once('close', (code) =>
      code === 0 ? resolve(log) : reject(worldError('ffmpeg-failed', log.slice(-400), { exit: code ?? -1 })),
    );
  });
}

/**
 * The same work by hand, as the manual describes it: loudnorm measures, loudnorm applies (trimmed, behind the lead-in,
 * encoded), ebur128 checks the result.
 * @returns the loudness of what came out, LUFS
 */
export async function plainFfmpeg(input: string, target: AudioTarget, output: string): Promise<number> {
  const aim = `loudnorm=I=${target.lufs}:TP=${target.truePeakDb}:LRA=11`;
  const measured = readMeasurement(
    await ffmpeg(['-i', input, '-af', `${trimBoth},${aim}:print_format=json`, '-f', 'null', '-']),
  );
  const lead = target.leadIn.milliseconds / 1000;
  const tone = lead * 0.6;
  const second =
    `${aim}:linear=true:measured_I=${measured.input_i}:measured_TP=${measured.input_tp}:` +
    `measured_LRA=${measured.input_lra}:measured_thresh=${measured.input_thresh}:offset=${measured.target_offset}`;
  await ffmpeg([
    '-i',
    input,
    '-filter_complex',
    `[0:a]${trimBoth},${second},aresample=${target.sampleRate},aformat=channel_layouts=mono[speech];` +
      `sine=f=660:r=${target.sampleRate}:d=${tone},volume=-12dB,apad,atrim=end=${lead},aformat=channel_layouts=mono[lead];` +
      '[lead][speech]concat=n=2:v=0:a=1[out]',
    '-map',
    '[out]',
    '-c:a',
    'libmp3lame',
    '-b:a',
    String(target.bitrate),
    output,
  ]);
  return readSummary(
    await ffmpeg([
      '-i',
      output,
      '-af',
      `atrim=start=${lead},asetpts=N/SR/TB,ebur128=peak=true:framelog=verbose`,
      '-f',
      'null',
      '-',
    ]),
  ).lufs;
}

interface Measurement {
  readonly input_i: string;
  readonly input_tp: string;
  readonly input_lra: string;
  readonly input_thresh: string;
  readonly target_offset: string;
}

function readMeasurement(log: string): Measurement {
  const json = log.slice(log.lastIndexOf('{'), log.lastIndexOf('}') + 1);
  try {
    return JSON.parse(json) as Measurement;
  } catch (cause) {
    throw worldError('ffmpeg-failed', 'loudnorm printed no measurement', {}, cause);
  }
}

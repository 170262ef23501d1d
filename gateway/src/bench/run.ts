import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { XiaolabaError } from '@xiaolaba/protocol';
import { benchAudio } from './bench-audio.js';
import { benchBeats } from './bench-beats.js';
import { benchMemory, memoryDevices } from './bench-memory.js';
import { benchRecords } from './bench-records.js';
import { enrolBenchDevices } from './enrol.js';
import type { BenchOptions, BenchSection, Progress } from './options.js';
import type { BenchReport } from './report.js';

/** A machine without them can still measure the rest. */
const absent = new Set(['ffmpeg-missing', 'espeak-missing']);

/**
 * Measures gateway and peer in turn on this machine. Leaves no process and no file behind.
 * @throws XiaolabaError `bench-stalled`, `bench-refused`, `bench-lost`, `measure-process-ended`; AbortError when aborted
 */
export async function runBench(options: BenchOptions, signal: AbortSignal, progress: Progress): Promise<BenchReport> {
  const root = await mkdtemp(join(options.directory, 'xiaolaba-bench-'));
  const skipped: { section: string; code: string }[] = [];
  const wants = (section: BenchSection) => options.sections.includes(section);
  const enrol = async (name: string, count: number) => {
    const directory = join(root, name);
    return { directory, devices: await enrolBenchDevices(directory, count) };
  };
  const tell = (section: BenchSection) => (round: number, of?: number) =>
    progress(section, round, of ?? options.rounds);
  try {
    const beats = wants('beats')
      ? await benchBeats(options, await enrol('beats', options.beatConnections), signal, tell('beats'))
      : undefined;
    const records = wants('records')
      ? await benchRecords(options, await enrol('records', options.recordConnections), signal, tell('records'))
      : undefined;
    const audio = wants('audio')
      ? await benchAudio(options, root, signal, tell('audio')).catch((error: unknown) => {
          if (!(error instanceof XiaolabaError) || !absent.has(error.code)) throw error;
          skipped.push({ section: 'audio', code: error.code });
          return undefined;
        })
      : undefined;
    const memory = wants('memory')
      ? await benchMemory(options, await enrol('memory', memoryDevices(options)), signal, tell('memory'))
      : undefined;
    return {
      machine: await machine(),
      seconds: options.seconds,
      rounds: options.rounds,
      ...(beats ? { beats } : {}),
      ...(records ? { records } : {}),
      ...(audio ? { audio } : {}),
      ...(memory ? { memory } : {}),
      skipped,
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function machine(): Promise<BenchReport['machine']> {
  const processors = cpus();
  const aedes = new URL('./package.json', import.meta.resolve('aedes'));
  const { version } = JSON.parse(await readFile(aedes, 'utf8')) as { version: string };
  return {
    cores: processors.length,
    cpu: processors[0]?.model.trim() ?? '',
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    aedes: version,
  };
}

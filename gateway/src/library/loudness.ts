import { bugError } from '@xiaolaba/protocol';
import type { AudioTool } from './audio-tool.js';

/** EBU R128 figures of a piece of sound. */
export interface Loudness {
  /** Integrated, LUFS; −70 where nothing passes the gate. */
  readonly lufs: number;
  /** Relative gate, LUFS. */
  readonly threshold: number;
  /** Loudness range, LU. */
  readonly range: number;
  /** dBTP; −Infinity for digital silence. */
  readonly truePeakDb: number;
}

/** R128 gates in 400 ms blocks: under this many seconds too few of them fit, and the edges rule the figure. */
export const shortestSteadySeconds = 3;

export interface LoudnessOf {
  readonly path: string;
  readonly inputOptions: readonly string[];
  /** Filters that pick the part to measure, empty for all of it. */
  readonly pick: string;
  /** Length of that part. */
  readonly seconds: number;
}

/** Measures a part of a file; a short one is repeated until the gate has enough to work on. */
export async function measureLoudness(tool: AudioTool, of: LoudnessOf): Promise<Loudness> {
  const repeats = of.seconds < shortestSteadySeconds ? Math.ceil(shortestSteadySeconds / of.seconds) : 0;
  const filters = [
    of.pick,
    repeats > 0 ? `aloop=loop=${repeats}:size=${2 ** 30}` : '',
    'ebur128=peak=true:framelog=verbose',
  ];
  const log = await tool.run({
    input: of.path,
    inputOptions: of.inputOptions,
    graph: `[0:a:0]${filters.filter((filter) => filter !== '').join(',')}[out]`,
    outputOptions: ['-f', 'null'],
    output: '-',
  });
  return readSummary(log);
}

/** Reads the summary that the ebur128 filter logs at its end. */
export function readSummary(log: string): Loudness {
  const summary = log.slice(log.lastIndexOf('Summary:'));
  const figure = (pattern: RegExp): number => {
    const text = pattern.exec(summary)?.[1];
    if (text === undefined) throw bugError('loudness-log', 'no loudness summary in the log', { log: log.slice(-400) });
    return text.includes('inf') ? Number.NEGATIVE_INFINITY : Number(text);
  };
  return {
    lufs: Math.max(-70, figure(/I:\s+(\S+) LUFS/)),
    threshold: figure(/I:\s+\S+ LUFS\s+Threshold:\s+(\S+) LUFS/),
    range: figure(/LRA:\s+(\S+) LU/),
    truePeakDb: figure(/Peak:\s+(\S+) dBFS/),
  };
}

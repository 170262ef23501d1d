/** The least and the middle of what the rounds gave. */
export interface Spread {
  readonly min: number;
  readonly median: number;
}

/** The same measure of the gateway and of its peer, and how the medians compare (ours ÷ peer's). */
export interface Comparison {
  readonly ours: Spread;
  readonly peer: Spread;
  readonly ratio: number;
}

export interface BeatsResult {
  readonly connections: number;
  readonly payloadBytes: number;
  /** A second. */
  readonly messages: Comparison;
}

export interface RecordsResult {
  readonly connections: number;
  readonly recordsPerBatch: number;
  /** Of a whole signed envelope. */
  readonly payloadBytes: number;
  /** Batches a second. */
  readonly messages: Comparison;
  /** A second; the peer is given as many records in as many bytes, which it neither reads nor keeps. */
  readonly records: Comparison;
}

/** Every record that was acknowledged must be in the database, and none twice. */
export interface Conservation {
  readonly acknowledged: number;
  readonly stored: number;
  readonly rejected: number;
}

export interface AudioResult {
  readonly clipSeconds: number;
  /** Seconds of work for a minute of audio. */
  readonly perMinute: Comparison;
  /** What came out, LUFS; the target is the same for both. */
  readonly lufs: { readonly target: number; readonly ours: number; readonly peer: number };
}

export interface MemoryResult {
  readonly connections: number;
  /** Bytes a connection. */
  readonly rss: Comparison;
  readonly heap: Comparison;
}

export interface BenchReport {
  readonly machine: {
    readonly cores: number;
    readonly cpu: string;
    readonly memoryBytes: number;
    readonly node: string;
    readonly platform: string;
    readonly aedes: string;
  };
  /** Measured for each side of a comparison, over all rounds. */
  readonly seconds: number;
  readonly rounds: number;
  readonly beats?: BeatsResult;
  readonly records?: { readonly batches: readonly RecordsResult[]; readonly conservation: Conservation };
  readonly audio?: readonly AudioResult[];
  readonly memory?: MemoryResult;
  /** Parts that could not be measured here, by the code of what is missing. */
  readonly skipped: readonly { readonly section: string; readonly code: string }[];
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
  return { min: sorted[0] ?? Number.NaN, median };
}

export function compare(ours: readonly number[], peer: readonly number[]): Comparison {
  const own = spread(ours);
  const other = spread(peer);
  return { ours: own, peer: other, ratio: own.median / other.median };
}

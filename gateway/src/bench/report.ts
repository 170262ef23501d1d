import type { Comparison } from '@xiaolaba/protocol/command-line';

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

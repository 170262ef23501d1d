import { tmpdir } from 'node:os';

export const benchSections = ['beats', 'records', 'audio', 'memory'] as const;
export type BenchSection = (typeof benchSections)[number];

/** How much to measure. All of it ends by itself. */
export interface BenchOptions {
  readonly sections: readonly BenchSection[];
  /** For each side of a comparison, spread over the rounds. */
  readonly seconds: number;
  /** Gateway and peer take turns this many times. */
  readonly rounds: number;
  readonly beatConnections: number;
  readonly recordConnections: number;
  readonly recordsPerBatch: readonly number[];
  /** Most batches that one device signs for one stretch: they wait in memory. */
  readonly mostBatches: number;
  readonly memoryConnections: number;
  readonly clipSeconds: readonly number[];
  /** Where the temporary directory is made: the disk that is measured. */
  readonly directory: string;
}

export const defaultOptions: BenchOptions = {
  sections: benchSections,
  seconds: 8,
  rounds: 3,
  beatConnections: 200,
  recordConnections: 100,
  recordsPerBatch: [1, 8, 32],
  mostBatches: 400,
  memoryConnections: 2000,
  clipSeconds: [10, 60],
  directory: tmpdir(),
};

export type Progress = (section: BenchSection, round: number, of: number) => void;

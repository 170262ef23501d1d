import { tmpdir } from 'node:os';

export const measureSections = ['codecs', 'device', 'month'] as const;
export type MeasureSection = (typeof measureSections)[number];

/** How much to measure. All of it ends by itself. */
export interface MeasureOptions {
  readonly sections: readonly MeasureSection[];
  /** For each side of a comparison, spread over the rounds. */
  readonly seconds: number;
  /** Ours and the peer take turns this many times. */
  readonly rounds: number;
  /** For the idle device, in every round: as long as from one beat to the next. */
  readonly idleSeconds: number;
  /** Simulated, of the device's month. */
  readonly days: number;
  /** Seconds between beats in that month. */
  readonly beatSeconds: number;
  /** Where the temporary folder is made: the disk that is measured. */
  readonly directory: string;
}

export const defaultOptions: MeasureOptions = {
  sections: measureSections,
  seconds: 24,
  rounds: 3,
  idleSeconds: 60,
  days: 30,
  beatSeconds: 60,
  directory: tmpdir(),
};

export type Progress = (section: MeasureSection, step: number, of: number) => void;

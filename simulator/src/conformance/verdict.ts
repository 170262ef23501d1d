import type { HarnessEvent } from '../harness/harness-events.js';
import type { CheckId } from './check-ids.js';

export type Details = Readonly<Record<string, string | number | boolean>>;

/** The device did not do what is asked of it. */
export class CheckFailed extends Error {
  constructor(
    readonly code: FailureCode,
    readonly details: Details = {},
  ) {
    super(code);
  }
}

/** It can't be told of this device. */
export class CheckSkipped extends Error {
  constructor(readonly code: SkipCode) {
    super(code);
  }
}

export const failureCodes = [
  'not-connected',
  'claim-spent-again',
  'no-last-will',
  'no-hello',
  'hello-late',
  'hello-wrong',
  'beats-slow',
  'beats-many',
  'not-activated',
  'does-not-play',
  'played-wrong',
  'not-shown',
  'no-refusal',
  'accepted',
  'sounded',
  'too-loud',
  'volume-untold',
  'fetched-again',
  'asked-wrongly',
  'clock-not-doubted',
  'clock-not-regained',
  'nothing-offline',
  'stop-ignored',
  'stop-forgotten',
  'forgery-obeyed',
  'not-repeated',
  'repeated-otherwise',
  'stuck',
  'chain-broken',
  'record-refused',
  'no-boot-record',
  'disconnected',
  'rebooted',
  'threw',
  'bench-failed',
] as const;
export type FailureCode = (typeof failureCodes)[number];

export const skipCodes = [
  'no-audio',
  'no-text',
  'no-trigger',
  'needs-hand',
  'files-over-http',
  'not-bike-lock',
  'aborted',
] as const;
export type SkipCode = (typeof skipCodes)[number];

/** What of a play record a reader wants to see. */
export interface SeenPlay {
  readonly campaign: string;
  readonly output: string;
  readonly startedAt: number;
  readonly playedMs: number;
  readonly result: string;
  readonly cause: string | null;
  readonly volume: number | null;
}

/** Something that went over the wire, in a few words. */
export interface SeenMessage {
  readonly at: number;
  readonly kind: HarnessEvent['kind'];
  readonly text: string;
}

export interface Evidence {
  readonly from: number;
  readonly to: number;
  readonly messages: readonly SeenMessage[];
  readonly plays: readonly SeenPlay[];
}

export interface CheckResult {
  readonly id: CheckId;
  readonly result: 'pass' | 'fail' | 'skipped';
  /** Why it failed or was skipped; `null` for a pass. */
  readonly code: FailureCode | SkipCode | null;
  readonly details: Details;
  readonly evidence: Evidence;
  /** By the clock of the bench. */
  readonly durationMs: number;
}

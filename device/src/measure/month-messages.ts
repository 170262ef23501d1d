import type { DayUse } from './report.js';

/** What the process of the month is told when it is started. */
export interface MonthOrder {
  readonly http: string;
  readonly mqtt: string;
  /** Path of the identity file. */
  readonly identity: string;
  readonly data: string;
  readonly days: number;
  readonly beatSeconds: number;
  /** Wall clock at its start. */
  readonly at: number;
}

/** It asks for these and waits until they are done. */
export type MonthRequest =
  | { readonly kind: 'assign'; readonly version: number; readonly at: number }
  | { readonly kind: 'link'; readonly online: boolean }
  | { readonly kind: 'day'; readonly use: DayUse }
  | { readonly kind: 'over' };

/** What it hears: how many messages came and went at the gateway, and that its request is done. */
export type MonthAnswer =
  | { readonly kind: 'counted'; readonly received: number; readonly sent: number }
  | { readonly kind: 'done' };

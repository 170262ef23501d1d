import { profileOutputs } from '@xiaolaba/protocol';
import type { Marks } from './orders.js';

export const stages = ['received', 'fetched', 'active', 'sounded'] as const;
export type Stage = (typeof stages)[number];

/** Milliseconds from handing in the envelope. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface AlertFigures {
  /** Until the gateway had answered who published, milliseconds. */
  readonly answeredMs: number;
  /** One-minute load average of the machine before it. */
  readonly loadBefore: number;
  /** Processor time that the gateway, and all devices together, used until the last had begun, milliseconds. */
  readonly cpuMs: { readonly gateway: number; readonly devices: number };
  readonly stages: Readonly<Record<Stage, Quantiles>>;
  readonly neverSounded: number;
}

export interface AlertReport {
  readonly machine: {
    readonly cores: number;
    readonly cpu: string;
    readonly memoryBytes: number;
    readonly node: string;
  };
  readonly at: string;
  readonly devices: number;
  /** Outputs that were waited for: a device with a loudspeaker and a sign counts twice. */
  readonly outputs: number;
  readonly processes: number;
  readonly alerts: readonly AlertFigures[];
  readonly overall: Readonly<Record<Stage, Quantiles>>;
  readonly neverSounded: number;
  readonly errors: readonly string[];
}

/** Nearest rank. */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { count: sorted.length, p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1) };
}

export interface Aired {
  readonly audio: boolean;
  readonly text: boolean;
}

export interface Sample {
  readonly values: Readonly<Record<Stage, readonly number[]>>;
  readonly outputs: number;
  readonly neverSounded: number;
}

/** How long each of the addressed devices took to each stage, and each of its outputs to begin. */
export function sampleOf(marks: readonly Marks[], handedAt: number, aired: Aired): Sample {
  const values: Record<Stage, number[]> = { received: [], fetched: [], active: [], sounded: [] };
  let outputs = 0;
  for (const one of marks) {
    for (const stage of ['received', 'fetched', 'active'] as const) {
      const at = one[stage];
      if (at !== undefined) values[stage].push(at - handedAt);
    }
    for (const output of profileOutputs[one.profile]) {
      if (!aired[output]) continue;
      outputs++;
      const at = output === 'audio' ? one.sounded : one.shown;
      if (at !== undefined) values.sounded.push(at - handedAt);
    }
  }
  return { values, outputs, neverSounded: outputs - values.sounded.length };
}

export const stagesOf = (samples: readonly Sample[]): Record<Stage, Quantiles> => ({
  received: quantiles(samples.flatMap(({ values }) => values.received)),
  fetched: quantiles(samples.flatMap(({ values }) => values.fetched)),
  active: quantiles(samples.flatMap(({ values }) => values.active)),
  sounded: quantiles(samples.flatMap(({ values }) => values.sounded)),
});

import type { EnvelopeType } from '../envelope.js';
import type { Fence } from '../geo/geofence.js';
import type { TriggerKind } from '../release.js';
import type { CompactInput } from './compact.js';

/** Bytes as a vector writes them: a JSON value, or text, which may be repeated. */
export interface VectorBytes {
  readonly json?: unknown;
  readonly text?: string;
  readonly times?: number;
  /** Hexadecimal, for what is not text. */
  readonly hex?: string;
}

interface Named {
  /** What it shows, unique in its kind. */
  readonly name: string;
  readonly expect: unknown;
}

export interface PlanCase extends Named {
  readonly input: CompactInput;
  readonly day: string;
}
export interface TriggerCase extends Named {
  readonly input: CompactInput;
  readonly events: readonly { readonly on: TriggerKind; readonly at: string }[];
}
export interface CalendarCase extends Named {
  readonly day: string;
}
export interface GeofenceCase extends Named {
  readonly fences: readonly Fence[];
  /** `null` for no fix; `at` counts from 0, in seconds. */
  readonly fixes: readonly (readonly [longitude: number, latitude: number] | null)[];
}
export interface EnvelopeCase extends Named {
  readonly type: EnvelopeType;
  /** Raw public keys, base64. */
  readonly keys: readonly string[];
  readonly threshold: number;
  readonly envelope: VectorBytes;
}
export interface RecordsCase extends Named {
  readonly batch: VectorBytes;
}
export interface MessageCase extends Named {
  readonly schema: string;
  readonly bytes: VectorBytes;
}
/** What a device makes of key lists, one after the other. */
export interface KeyListCase extends Named {
  /** Root keys that the device begins with, raw, base64. */
  readonly root: readonly string[];
  readonly threshold: number;
  /** Envelopes as they come; one that is refused changes nothing. */
  readonly lists: readonly VectorBytes[];
}
/** Whether a release or stop order is approved by a key list. */
export interface ApprovalCase extends Named {
  readonly type: 'release' | 'stop';
  /** The key list itself, found good before. */
  readonly list: unknown;
  readonly envelope: VectorBytes;
}
export interface ChunkCase extends Named {
  readonly bytes: VectorBytes;
}
export interface ClockCase extends Named {
  readonly believed: boolean;
  /** [wall, monotonic, reference?] in milliseconds; the first starts the clock. */
  readonly readings: readonly (readonly [number, number, number?])[];
}

export interface VectorCases {
  readonly plan: PlanCase;
  readonly trigger: TriggerCase;
  readonly calendar: CalendarCase;
  readonly geofence: GeofenceCase;
  readonly envelope: EnvelopeCase;
  readonly records: RecordsCase;
  readonly 'key-list': KeyListCase;
  readonly approval: ApprovalCase;
  readonly message: MessageCase;
  readonly chunk: ChunkCase;
  readonly clock: ClockCase;
}
export type VectorKind = keyof VectorCases;
export const vectorKinds = [
  'plan',
  'trigger',
  'calendar',
  'geofence',
  'envelope',
  'records',
  'key-list',
  'approval',
  'message',
  'chunk',
  'clock',
] as const satisfies readonly VectorKind[];

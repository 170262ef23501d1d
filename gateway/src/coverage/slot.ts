import type { Evidence, MissCause, Output, TriggerKind } from '@xiaolaba/protocol';
import type { SlotStatus } from '../api/contract.js';

/** 应播时段: one expected playing of one cue at one place, and what became of it. */
export interface Slot {
  readonly id: string;
  readonly day: string;
  /** `site/…`, `route/…` or `fleet/…` */
  readonly place: string;
  /** Who is to play it; absent where any vehicle that calls may. */
  readonly device?: string;
  readonly release: string;
  readonly campaign: string;
  readonly cue: string;
  readonly item: string;
  readonly output: Output;
  readonly trigger?: TriggerKind;
  readonly dueAt: number;
  readonly startAt: number;
  /** For an arrival: the end of the span in which some vehicle is to announce. */
  readonly endAt: number;
  readonly dialect?: string;
  readonly wanted?: string;
  readonly voice?: 'recording' | 'synthesis';
  readonly audio?: string;
  readonly text?: string;
  status: SlotStatus;
  cause?: MissCause;
  evidence?: Evidence;
  startedAt?: number;
  playedMs?: number;
  /** `device/boot/seq` of the record that decided. */
  record?: string;
}

/** Names a slot of one device: what a play record repeats, so that the two join exactly. */
export const deviceSlotId = (device: string, release: string, cue: string, dueAt: number): string =>
  `${device}/${release.slice(0, 16)}/${cue}/${dueAt}`;

/** Names an arrival slot of a stop: one for each span of the cue's windows. */
export const stopSlotId = (site: string, release: string, cue: string, from: number): string =>
  `stop/${site}/${release.slice(0, 16)}/${cue}/${from}`;

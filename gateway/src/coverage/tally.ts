import type { MissCause } from '@xiaolaba/protocol';
import type { PlaceState, Tally } from '../api/contract.js';
import type { Slot } from './slot.js';

/** A place is covered when this share of what was due there has been verified. */
export const coveredShare = 0.8;

export interface PlaceTally extends Tally {
  contradicted: number;
  causes: Partial<Record<MissCause, number>>;
}

export const emptyTally = (): PlaceTally => ({
  expected: 0,
  due: 0,
  verified: 0,
  heard: 0,
  partly: 0,
  missed: 0,
  contradicted: 0,
  causes: {},
});

export function countSlot(tally: PlaceTally, slot: Slot, now: number): void {
  tally.expected++;
  if (slot.status !== 'pending' || slot.endAt <= now) tally.due++;
  if (slot.status === 'verified') {
    tally.verified++;
    if (slot.evidence === 'heard') tally.heard++;
  } else if (slot.status === 'partly') tally.partly++;
  else if (slot.status === 'missed') {
    tally.missed++;
    if (slot.evidence === 'contradicted') tally.contradicted++;
  }
  if (slot.cause && (slot.status === 'missed' || slot.status === 'partly'))
    tally.causes[slot.cause] = (tally.causes[slot.cause] ?? 0) + 1;
}

export function addTally(sum: PlaceTally, part: PlaceTally): void {
  for (const key of ['expected', 'due', 'verified', 'heard', 'partly', 'missed', 'contradicted'] as const)
    sum[key] += part[key];
  for (const [cause, count] of Object.entries(part.causes)) {
    sum.causes[cause as MissCause] = (sum.causes[cause as MissCause] ?? 0) + count;
  }
}

/** Slots that are settled one way or the other. */
const settled = (tally: Tally): number => tally.verified + tally.partly + tally.missed;

/** The one colour of a place. */
export function stateOf(tally: PlaceTally): PlaceState {
  if (tally.expected === 0) return 'none';
  if (settled(tally) === 0) return 'pending';
  if (tally.verified === settled(tally)) return tally.heard * 2 >= tally.verified ? 'heard' : 'claimed';
  if (tally.verified === 0 && tally.partly === 0)
    return tally.contradicted * 2 >= tally.missed ? 'contradicted' : 'missed';
  return 'partly';
}

/** Whether a place counts as covered, by what is settled there so far. */
export const isCovered = (tally: Tally): boolean =>
  settled(tally) > 0 && tally.verified >= coveredShare * settled(tally);

export function topCause(tally: PlaceTally): MissCause | undefined {
  let top: MissCause | undefined;
  for (const [cause, count] of Object.entries(tally.causes) as [MissCause, number][]) {
    if (top === undefined || count > (tally.causes[top] ?? 0)) top = cause;
  }
  return top;
}

export const plainTally = ({ expected, due, verified, heard, partly, missed }: Tally): Tally => ({
  expected,
  due,
  verified,
  heard,
  partly,
  missed,
});

import { type Evidence, lateStartMs, type MissCause, type PlayRecord } from '@xiaolaba/protocol';
import type { SlotStatus } from '../api/contract.js';
import type { DeviceFacts } from './device-facts.js';
import type { Slot } from './slot.js';

/** This much of the duration must have come out. */
export const verifiedShare = 0.9;
/** A vehicle must have stood at the stop for this long, or for half of a shorter announcement. */
export const dwellMs = 5000;

export interface Verdict {
  readonly status: SlotStatus;
  readonly cause?: MissCause;
}

/**
 * What one play record makes of a slot.
 * @param startAt when its turn was; a trigger has none
 * @param facts what else its device has told, for why it began late
 */
export function judge(record: PlayRecord, startAt: number | undefined, facts: DeviceFacts): Verdict {
  if (record.evidence === 'contradicted') return { status: 'missed', cause: 'silent' };
  // What expects nothing of itself proves nothing unless something came out.
  const share = record.expectedMs > 0 ? record.playedMs / record.expectedMs : Number(record.playedMs > 0);
  const late = startAt !== undefined && record.startedAt - startAt > lateStartMs;
  if (record.result !== 'refused' && share >= verifiedShare) {
    if (late) return { status: 'partly', cause: record.cause ?? causeOfDelay(record, startAt, facts) };
    const stoodLongEnough = record.dwellMs === undefined || record.dwellMs >= Math.min(dwellMs, record.expectedMs / 2);
    return stoodLongEnough ? { status: 'verified' } : { status: 'partly', cause: 'no-visit' };
  }
  const status = record.result !== 'refused' && record.playedMs > 0 ? 'partly' : 'missed';
  return { status, cause: record.cause ?? 'unknown' };
}

/** Why a play that was whole began late: something was wrong when its turn came, or something more urgent was on. */
function causeOfDelay({ release, startedAt }: PlayRecord, turn: number, facts: DeviceFacts): MissCause {
  const inferred = causeOfGap({ release, from: turn, to: startedAt }, facts);
  return inferred === 'unknown' ? 'pre-empted' : inferred;
}

/** Why a slot that nobody has a record of did not play, once its device has reported everything from then. */
export function causeOfSilence({ release, startAt, endAt }: Slot, facts: DeviceFacts): MissCause {
  return causeOfGap({ release, from: startAt, to: endAt }, facts);
}

function causeOfGap(gap: { release: string; from: number; to: number }, facts: DeviceFacts): MissCause {
  const { release, from, to } = gap;
  if (facts.wasOff(from, to)) return 'offline';
  if (facts.clockDoubtful(from, to)) return 'clock';
  return facts.held(release, from) ? 'unknown' : 'not-delivered';
}

/** Of several failed visits the most telling: what somebody can mend comes before what passes by itself. */
const visitRank: readonly MissCause[] = [
  'bad-file',
  'silent',
  'clock',
  'no-permission',
  'pre-empted',
  'not-delivered',
  'offline',
  'no-visit',
  'unknown',
];

export const worstOf = (causes: readonly MissCause[]): MissCause | undefined =>
  visitRank.find((cause) => causes.includes(cause));

const evidenceRank = { contradicted: 0, claimed: 1, heard: 2 } as const;
const statusRank = { pending: 0, missed: 1, partly: 2, verified: 3 } as const;

/** What one record has told of a slot. */
export interface Told {
  readonly status: SlotStatus;
  readonly evidence: Evidence;
  readonly startedAt: number;
  readonly record: string;
}

/**
 * Whether one record tells more of a slot than another: several visits, or a play that was begun anew. A total order,
 * so that the ledger reads the same in whatever order records arrive.
 */
export function tellsMore(one: Told, other: Told): boolean {
  const gain =
    statusRank[one.status] - statusRank[other.status] ||
    evidenceRank[one.evidence] - evidenceRank[other.evidence] ||
    other.startedAt - one.startedAt;
  return gain > 0 || (gain === 0 && one.record < other.record);
}

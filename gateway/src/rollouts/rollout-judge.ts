import type { MissCause } from '@xiaolaba/protocol';
import type { Slot } from '../coverage/slot.js';

/** When a wave has done well enough, and when badly. Shares are of plays that went one way or the other. */
export interface RolloutMeasure {
  readonly verifiedPercent: number;
  readonly errorPercent: number;
  /** Judged after so many plays… */
  readonly plays: number;
  /** …or after so many minutes, if there was any play at all. */
  readonly minutes: number;
}

/** What became of what a wave was to play. */
export interface WavePlays {
  /** Whose time has passed. */
  awaited: number;
  verified: number;
  failed: number;
  /** Neither for nor against the release: the device was off, something urgent went first, no bus came. */
  excused: number;
  causes: Partial<Record<MissCause, number>>;
}

const excuses: ReadonlySet<MissCause> = new Set(['offline', 'pre-empted', 'no-visit', 'no-permission']);

export const noPlays = (): WavePlays => ({ awaited: 0, verified: 0, failed: 0, excused: 0, causes: {} });

export function countPlay(plays: WavePlays, { status, cause, endAt }: Slot, now: number): void {
  if (status === 'pending' && endAt > now) return;
  plays.awaited++;
  if (status === 'pending') return;
  if (status === 'verified') plays.verified++;
  else if (cause !== undefined && excuses.has(cause)) plays.excused++;
  else plays.failed++;
  if (status !== 'verified' && cause !== undefined) plays.causes[cause] = (plays.causes[cause] ?? 0) + 1;
}

export type WaveVerdict = 'wait' | 'go' | 'stop';

/** Too many errors stop it even before there are enough plays, once the rest could not outweigh them. */
export function judgeWave(
  { verified, failed }: WavePlays,
  { verifiedPercent, errorPercent, plays, minutes }: RolloutMeasure,
  reachedAt: number,
  now: number,
): WaveVerdict {
  const counted = verified + failed;
  const late = now - reachedAt >= minutes * 60_000 && counted > 0;
  const of = late ? counted : Math.max(plays, counted);
  if (failed * 100 > errorPercent * of) return 'stop';
  if (counted < plays && !late) return 'wait';
  return verified * 100 >= verifiedPercent * counted ? 'go' : 'wait';
}

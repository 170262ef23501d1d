import type { ClockState } from './messages.js';

/** Wall clock and monotonic clock may part by this much between two readings, milliseconds. */
export const maxStepMs = 2000;
/** A reference within this much of the wall clock agrees with it, milliseconds: it has travelled over a network. */
export const maxReferenceOffMs = 5000;
/** A clock that was set is believed, once a reference agrees, after it has run on unbroken for this long. */
export const minStableMs = 10_000;

/** One look at the clocks, in milliseconds. */
export interface ClockReading {
  /** Since the Unix epoch, by the device's own clock. */
  readonly wall: number;
  /** Since any fixed moment of this boot; never goes back. */
  readonly monotonic: number;
  /** The gateway's time, where one is at hand. It confirms or contradicts; it never sets the clock. */
  readonly reference?: number;
}

export interface ClockDiscipline {
  readonly state: ClockState;
  /** The best estimate of the time now: carried on from the last trusted reading by the monotonic clock. */
  readonly projected: number;
  /** How far the wall clock is from that, milliseconds. */
  readonly stepMs: number;
  readonly last: { readonly wall: number; readonly monotonic: number };
  /** Monotonic time since when the wall clock has run unbroken. */
  readonly stableSince: number;
}

/**
 * The first reading after a boot.
 * @param believed whether the device has reason to trust its clock: a battery-backed clock that reads later than
 *   the journal's last entry, or a time service that says it is synchronised
 */
export function startClock({ wall, monotonic }: ClockReading, believed: boolean): ClockDiscipline {
  return {
    state: believed ? 'trusted' : 'unsynchronised',
    projected: wall,
    stepMs: 0,
    last: { wall, monotonic },
    stableSince: monotonic,
  };
}

/**
 * The next state of the clock. A wall clock that parts from the monotonic one by more than `maxStepMs` has jumped;
 * it is trusted again when it agrees with the projection within `maxStepMs`, or when it has been stable for
 * `minStableMs` and a reference agrees with it. A clock that was never trusted needs the latter.
 */
export function stepClock(clock: ClockDiscipline, reading: ClockReading): ClockDiscipline {
  const { wall, monotonic, reference } = reading;
  // A monotonic clock that goes back is broken; no time has passed that one could count on.
  const elapsed = Math.max(0, monotonic - clock.last.monotonic);
  const projected = clock.projected + elapsed;
  const stepMs = wall - projected;
  const broken = monotonic < clock.last.monotonic || Math.abs(wall - clock.last.wall - elapsed) > maxStepMs;
  const stableSince = broken ? monotonic : clock.stableSince;
  const last = { wall, monotonic };
  const confirmed =
    reference !== undefined &&
    Math.abs(wall - reference) <= maxReferenceOffMs &&
    monotonic - stableSince >= minStableMs;
  const agrees = clock.state !== 'unsynchronised' && Math.abs(stepMs) <= maxStepMs && monotonic >= clock.last.monotonic;
  if (agrees || confirmed) return { state: 'trusted', projected: wall, stepMs, last, stableSince };
  if (clock.state === 'unsynchronised') return { state: 'unsynchronised', projected: wall, stepMs, last, stableSince };
  return { state: 'jumped', projected, stepMs, last, stableSince };
}

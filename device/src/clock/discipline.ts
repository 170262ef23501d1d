import type { ClockState } from '@xiaolaba/protocol';

/*
 * Whom to believe about the time.
 *
 * A loudspeaker that takes midnight for noon wakes a village; one that is silent merely misses a slot. So time
 * is believed only while nothing speaks against it, and nobody but the device's own wall clock (its RTC, NTP or
 * GPS) ever says what time it is:
 *
 * - The projection (last trusted wall time + monotonic time since) tells what the wall clock should show. A step
 *   of more than `stepMs` that monotonic time doesn't explain makes the clock `jumped`. A slow correction is
 *   followed at no more than `slewRate`, so that many small steps in one direction add up to a jump as well.
 * - While the clock is not trusted the projection goes on, and dates the records.
 * - The gateway's time is a witness, no more. It can confirm what the wall clock shows (within `witnessMs`, and
 *   only once the wall clock has stood still against monotonic time for `settleMs`), which lets a board without
 *   an RTC speak again after NTP has set it. It can contradict the wall clock (by more than `doubtMs`), which
 *   silences. It can't set anything: a hijacked gateway can silence timed cues, but what plays is always within
 *   `stepMs` of what the device's own clock says.
 */
export const stepMs = 2_000;
export const witnessMs = 5_000;
export const doubtMs = 30_000;
export const settleMs = 10_000;
const slewRate = 500e-6;
/** Past this age the monotonic clock's own drift spoils what the gateway said. */
const witnessAgeMs = 3_600_000;

export interface Reading {
  readonly wall: number;
  readonly mono: number;
}

export interface LastAlive {
  readonly at: number;
  readonly clock: ClockState;
}

export interface ClockChange {
  readonly state: ClockState;
  /** On return to trust: since when (by the projection) it was not trusted, and how far off the wall clock was. */
  readonly regained?: { readonly from: number; readonly stepMs: number };
}

export class Discipline {
  #state: ClockState = 'trusted';
  #anchor: Reading;
  /** Since when the wall clock has run alongside the monotonic one, and with which offset. */
  #steady: { readonly offset: number; readonly since: number };
  #witness: Reading | undefined;
  #lostAt = 0;
  #worstMs = 0;

  /**
   * @param builtAt no true clock shows less than when the firmware was built
   * @param alive when the device was last known to be alive, by its trusted time
   */
  constructor(
    private readonly read: () => Reading,
    builtAt: number,
    alive: LastAlive | undefined,
    private readonly changed: (change: ClockChange) => void,
  ) {
    const reading = read();
    const floor = Math.max(builtAt, alive?.at ?? 0);
    this.#anchor = reading;
    this.#steady = { offset: reading.wall - reading.mono, since: reading.mono };
    if (reading.wall < floor || (alive !== undefined && alive.clock !== 'trusted')) {
      this.#state = 'unsynchronised';
      this.#anchor = { wall: floor, mono: reading.mono };
      this.#lostAt = floor;
      this.#worstMs = reading.wall - floor;
    }
  }

  get state(): ClockState {
    return this.#state;
  }

  get trusted(): boolean {
    return this.#state === 'trusted';
  }

  /** Whole milliseconds since the epoch by the projection: the time that records carry and plans are read by. */
  now(): number {
    return Math.round(this.#project(this.read().mono));
  }

  monotonic(): number {
    return this.read().mono;
  }

  #project(mono: number): number {
    return this.#anchor.wall + (mono - this.#anchor.mono);
  }

  /** Compares the clocks; call it whenever the device wakes and before every play. */
  check(): boolean {
    const reading = this.read();
    const offset = reading.wall - reading.mono;
    if (Math.abs(offset - this.#steady.offset) > stepMs) this.#steady = { offset, since: reading.mono };
    const off = reading.wall - this.#project(reading.mono);
    if (this.#state === 'trusted') {
      if (Math.abs(off) > stepMs) this.#lose('jumped', reading, off);
      else this.#follow(reading, off);
      return this.trusted;
    }
    if (Math.abs(off) > Math.abs(this.#worstMs)) this.#worstMs = off;
    if (this.#state === 'jumped' && Math.abs(off) <= stepMs) this.#regain(reading, this.#worstMs);
    else this.#hearWitness(reading);
    return this.trusted;
  }

  /** The gateway's time, just received: it confirms or contradicts. */
  witness(at: number): void {
    const reading = this.read();
    this.#witness = { wall: at, mono: reading.mono };
    if (!this.check()) return;
    const off = reading.wall - at;
    if (Math.abs(off) > doubtMs) this.#lose('unsynchronised', reading, off);
  }

  /** When to look again without being woken: once a fresh witness could be confirmed. */
  get settlesIn(): number | undefined {
    return this.trusted || !this.#witness ? undefined : Math.max(0, this.#steady.since + settleMs - this.read().mono);
  }

  #follow(reading: Reading, off: number): void {
    const most = (reading.mono - this.#anchor.mono) * slewRate;
    const wall = this.#project(reading.mono) + Math.max(-most, Math.min(most, off));
    this.#anchor = { wall, mono: reading.mono };
  }

  #hearWitness(reading: Reading): void {
    const witness = this.#witness;
    if (!witness || reading.mono - witness.mono > witnessAgeMs) return;
    if (reading.mono - this.#steady.since < settleMs) return;
    const expected = witness.wall + (reading.mono - witness.mono);
    if (Math.abs(reading.wall - expected) > witnessMs) return;
    const off = reading.wall - this.#project(reading.mono);
    this.#regain(reading, Math.abs(off) > stepMs ? off : this.#worstMs);
  }

  #lose(state: ClockState, reading: Reading, off: number): void {
    this.#state = state;
    this.#lostAt = Math.round(this.#project(reading.mono));
    this.#anchor = { wall: this.#project(reading.mono), mono: reading.mono };
    this.#worstMs = off;
    this.changed({ state });
  }

  #regain(reading: Reading, off: number): void {
    this.#state = 'trusted';
    this.#anchor = reading;
    this.changed({ state: 'trusted', regained: { from: Math.max(0, this.#lostAt), stepMs: Math.round(off) } });
  }
}

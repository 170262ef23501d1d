import { Intervals } from '../time/intervals.js';

/** A stretch of one sound during which nothing changed. */
export interface SoundStretch {
  /** SHA-256 of the bytes that were handed to the output. */
  readonly sha256: string;
  /** The same for all stretches of one playing. */
  readonly playing: number;
  readonly from: number;
  to: number;
  /** Where in the sound this stretch begins, milliseconds. */
  readonly offsetMs: number;
  /** Whether it reached the ears of the place: powered, amplified, not spoken over. */
  readonly audible: boolean;
}

export interface ShownStretch {
  readonly text: string;
  readonly from: number;
  to: number;
}

/** A vehicle's stop at a place. */
export interface Visit {
  readonly site: string;
  /** When it came within earshot: `earshotMetres` before where it stands. */
  readonly from: number;
  /** When it drove off. */
  to: number;
}

/** So near to where a vehicle stands, one is at its stop. */
export const earshotMetres = 40;

export interface HandledLock {
  readonly on: 'unlock' | 'lock';
  readonly at: number;
  readonly site: string;
}

/** What really happened at and to one device; the scoring knows nothing else. All instants are the world's. */
export class DeviceFacts {
  readonly sounds: SoundStretch[] = [];
  readonly shown: ShownStretch[] = [];
  readonly visits: Visit[] = [];
  readonly locks: HandledLock[] = [];
  readonly off = new Intervals();
  readonly linkDown = new Intervals();
  readonly amplifierDead = new Intervals();
  readonly signDead = new Intervals();
  readonly overridden = new Intervals();
  /** The wall clock was off by more than a device can overlook. */
  readonly clockWrong = new Intervals();
  /** Since when the flash has held a content whole, and when it was spoilt. */
  readonly held = new Map<string, Intervals>();

  holds(sha256: string, at: number): boolean {
    return this.held.get(sha256)?.covers(at) ?? false;
  }

  /** When a content first lay whole in the flash. */
  firstHeld(sha256: string): number {
    return this.held.get(sha256)?.spans[0]?.from ?? Number.POSITIVE_INFINITY;
  }
}

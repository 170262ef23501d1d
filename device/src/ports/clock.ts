/** Time as the device has it. Durations come from `monotonic`; `now` is the wall clock, which may be wrong or jump. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back, never jumps. */
  monotonic(): number;
  /** Resolves after a monotonic span, or at once when the signal aborts (it never rejects). */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after a monotonic span. */
  after(milliseconds: number, call: () => void | Promise<void>): Cancel;
}

export type Cancel = () => void;

/**
 * Every way into the agent from outside (a message, a timer, a button) runs through here, and all that it
 * starts is awaited inside it. On a board it only reports what was thrown; a simulated world learns from it
 * when a device has settled. Waiting in `Clock.sleep`, or for sound to end, does not count as unsettled.
 */
export interface Activity {
  run(name: string, work: () => void | Promise<void>): void;
}

import type { Activity, Cancel, Clock } from '@xiaolaba/device';
import type { Flight } from './flights.js';
import type { WorldTime } from './world-time.js';

/**
 * How finely a device's timers fire, milliseconds. Like the timer slack of an operating system: what is due
 * about the same time wakes together. Short waits are kept more exactly than long ones.
 */
export const slack = { fine: 50, coarse: 1000, coarseFrom: 1000 } as const;

/** How a device's wall clock differs from the world's time. It survives power loss (a battery keeps the RTC). */
export class WallClock {
  #offset = 0;
  #driftFrom: number | undefined;
  #rate = 0;

  constructor(private readonly time: WorldTime) {}

  get offset(): number {
    return this.#driftFrom === undefined
      ? this.#offset
      : this.#offset + (this.time.now() - this.#driftFrom) * this.#rate;
  }

  now(): number {
    return this.time.now() + Math.round(this.offset);
  }

  jump(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  /** From now on so many parts per million fast. */
  drift(partsPerMillion: number): void {
    this.#offset = this.offset;
    this.#driftFrom = this.time.now();
    this.#rate = partsPerMillion / 1e6;
  }

  correct(): void {
    this.#offset = 0;
    this.#driftFrom = undefined;
  }
}

/** The clock and the activity of a device from power-on to power-off. */
export class PoweredClock implements Clock, Activity {
  readonly #cancels = new Set<Cancel>();
  #off = false;

  constructor(
    private readonly time: WorldTime,
    private readonly wall: WallClock,
    private readonly flight: Flight,
    private readonly thrown: (name: string, error: unknown) => void,
  ) {}

  now(): number {
    return this.wall.now();
  }

  monotonic(): number {
    return this.time.now();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (this.#off) return new Promise(() => {});
    if (milliseconds <= 0 || signal?.aborted) return Promise.resolve();
    const landed = this.flight.wait();
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        signal?.removeEventListener('abort', wake);
        landed();
        resolve();
      };
      const cancel = this.#schedule(milliseconds, wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  after(milliseconds: number, call: () => void | Promise<void>): Cancel {
    if (this.#off) return () => {};
    return this.#schedule(milliseconds, () => this.run('timer', call));
  }

  run(name: string, work: () => void | Promise<void>): void {
    if (this.#off) return;
    const landed = this.flight.begin(name);
    let result: void | Promise<void>;
    try {
      result = work();
    } catch (error) {
      landed();
      this.thrown(name, error);
      return;
    }
    if (!result) {
      landed();
      return;
    }
    result.then(landed, (error: unknown) => {
      landed();
      this.thrown(name, error);
    });
  }

  /** Power is gone: no timer fires any more, and who sleeps does not wake. */
  off(): void {
    this.#off = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #schedule(milliseconds: number, call: () => void): Cancel {
    const grain = milliseconds >= slack.coarseFrom ? slack.coarse : slack.fine;
    const due = Math.ceil((this.time.now() + milliseconds) / grain) * grain;
    const unschedule = this.time.at(due, 'device', () => {
      this.#cancels.delete(cancel);
      call();
    });
    const cancel = (): void => {
      this.#cancels.delete(cancel);
      unschedule();
    };
    this.#cancels.add(cancel);
    return cancel;
  }
}

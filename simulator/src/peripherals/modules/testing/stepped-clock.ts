import type { Cancel, Clock } from '@xiaolaba/device';
import { sleepOn } from '@xiaolaba/device/adapters';

interface Timer {
  readonly at: number;
  readonly call: () => void | Promise<void>;
}

/** A clock that goes from timer to timer when it is told to, and lets bytes on cables arrive in between. */
export class SteppedClock implements Clock {
  #mono = 0;
  readonly #timers = new Set<Timer>();

  /** Timers that have not gone off. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return 1_800_000_000_000 + this.#mono;
  }

  monotonic(): number {
    return this.#mono;
  }

  after(milliseconds: number, call: () => void | Promise<void>): Cancel {
    const timer = { at: this.#mono + Math.max(0, milliseconds), call };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, milliseconds, signal);
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.#mono + milliseconds;
    for (;;) {
      await this.flush();
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
      if (!next || next.at > end) break;
      this.#mono = Math.max(this.#mono, next.at);
      this.#timers.delete(next);
      await next.call();
    }
    this.#mono = end;
    await this.flush();
  }

  /** What is on a cable arrives, and what that sets off, for some turns to and fro. */
  async flush(turns = 12): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

import type { Activity, Cancel, Clock } from '../ports/index.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
}

/**
 * A clock that stands still until told otherwise, and goes from timer to timer once the device has settled.
 * `wallOffset` is how far the wall clock is from monotonic time; change it to make the wall clock jump.
 */
export class TestWorld implements Clock, Activity {
  #mono = 0;
  #order = 0;
  #pending = 0;
  #timers = new Set<Timer>();
  readonly errors: unknown[] = [];
  /** Whether nothing is between device and gateway. */
  conserved: () => boolean = () => true;

  constructor(public wallOffset: number) {}

  now(): number {
    return this.wallOffset + this.#mono;
  }

  monotonic(): number {
    return this.#mono;
  }

  after(milliseconds: number, call: () => void | Promise<void>): Cancel {
    const timer = this.#add(milliseconds, () => this.run('timer', call));
    return () => this.#timers.delete(timer);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    this.#pending--;
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#timers.delete(timer);
        signal?.removeEventListener('abort', wake);
        this.#pending++;
        resolve();
      };
      const timer = this.#add(milliseconds, wake);
      signal?.addEventListener('abort', wake);
    });
  }

  run(_name: string, work: () => void | Promise<void>): void {
    this.#pending++;
    void (async () => {
      try {
        await work();
      } catch (error) {
        this.errors.push(error);
      } finally {
        this.#pending--;
      }
    })();
  }

  /** Until nothing is under way any more, in real time. */
  async settle(): Promise<void> {
    const limit = Date.now() + 10_000;
    for (let quiet = 0; quiet < 3; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#pending === 0 && this.conserved() ? quiet + 1 : 0;
      if (quiet === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      if (Date.now() > limit) throw new Error(`not settled: ${this.#pending} under way, ${this.conserved()}`);
    }
  }

  /** Lets time pass. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#mono + milliseconds;
    for (;;) {
      await this.settle();
      const next = [...this.#timers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next || next.at > end) break;
      this.#mono = Math.max(this.#mono, next.at);
      this.#timers.delete(next);
      next.call();
    }
    this.#mono = end;
    await this.settle();
  }

  /** Until the wall clock would show this, were it never touched. */
  advanceTo(wall: number): Promise<void> {
    return this.advance(wall - this.now());
  }

  #add(milliseconds: number, call: () => void): Timer {
    const timer = { at: this.#mono + Math.max(0, milliseconds), order: this.#order++, call };
    this.#timers.add(timer);
    return timer;
  }
}

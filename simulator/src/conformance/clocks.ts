import type { Activity, Cancel, Clock } from '@xiaolaba/device';
import { SystemClock, sleepOn } from '@xiaolaba/device/adapters';
import TinyQueue from 'tinyqueue';

/** The clock that a harness and the simulated endpoints on it share. */
export interface StoppableClock extends Clock {
  /** Calls off every timer, so that nothing of a run outlives it. */
  stop(): void;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly call: () => void | Promise<void>;
  isLive: boolean;
}

/** How often it looks, and the most by which one look moves it on, in real milliseconds. */
const tickMs = 4;
const mostTickMs = 10;

/**
 * A clock for a bench that is all in one process. It runs `speed` times as fast as the real one as long as the process
 * keeps up, and waits for it where it does not: a busy machine makes a run longer and never a device late.
 */
export class ElasticClock implements StoppableClock {
  #mono = 0;
  #order = 0;
  #live = 0;
  #lookedAt = 0;
  #ticking: NodeJS.Timeout | undefined;
  readonly #timers = new TinyQueue<Timer>([], (a, b) => a.at - b.at || a.order - b.order);

  constructor(
    private readonly startsAt: number,
    private readonly speed = 1,
  ) {}

  now(): number {
    return Math.round(this.startsAt + this.#mono);
  }

  monotonic(): number {
    return this.#mono;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, milliseconds, signal);
  }

  after(milliseconds: number, call: () => void | Promise<void>): Cancel {
    const timer = { at: this.#mono + Math.max(0, milliseconds), order: this.#order++, call, isLive: true };
    this.#timers.push(timer);
    this.#live++;
    if (!this.#ticking) {
      this.#lookedAt = performance.now();
      this.#wait();
    }
    return () => this.#end(timer);
  }

  stop(): void {
    clearTimeout(this.#ticking);
    for (let timer = this.#timers.pop(); timer; timer = this.#timers.pop()) this.#end(timer);
  }

  #end(timer: Timer): void {
    if (timer.isLive) this.#live--;
    timer.isLive = false;
  }

  #wait(): void {
    this.#ticking = setTimeout(() => this.#tick(), tickMs);
  }

  #tick(): void {
    const looked = performance.now();
    const target = this.#mono + Math.min(looked - this.#lookedAt, mostTickMs) * this.speed;
    this.#lookedAt = looked;
    for (let next = this.#timers.peek(); next && next.at <= target; next = this.#timers.peek()) {
      this.#timers.pop();
      if (!next.isLive) continue;
      this.#end(next);
      this.#mono = Math.max(this.#mono, next.at);
      void next.call();
    }
    this.#mono = target;
    if (this.#live > 0) this.#wait();
    else this.#ticking = undefined;
  }
}

/** The real time, for a device that is real. */
export class RealClock extends SystemClock implements StoppableClock {
  readonly #timers = new Set<Cancel>();

  override after(milliseconds: number, call: () => void | Promise<void>): Cancel {
    const end = super.after(milliseconds, () => {
      this.#timers.delete(cancel);
      return call();
    });
    const cancel = (): void => {
      this.#timers.delete(cancel);
      end();
    };
    this.#timers.add(cancel);
    return cancel;
  }

  stop(): void {
    for (const cancel of this.#timers) cancel();
  }
}

/** Keeps what nobody caught: in an endpoint that is held against a checklist that is a defect in itself. */
export class CaughtActivity implements Activity {
  readonly thrown: { readonly name: string; readonly error: unknown }[] = [];

  run(name: string, work: () => void | Promise<void>): void {
    const note = (error: unknown): void => void this.thrown.push({ name, error });
    try {
      Promise.resolve(work()).catch(note);
    } catch (error) {
      note(error);
    }
  }
}

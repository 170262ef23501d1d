import type { Activity, Cancel, Clock } from '@xiaolaba/device';

/** A clock that runs `speed` times as fast as the real one, from a given moment on. One for both sides of a bench. */
export class FastClock implements Clock {
  readonly #startedReal = performance.now();

  constructor(
    private readonly startsAt: number,
    readonly speed = 1,
  ) {}

  now(): number {
    return Math.round(this.startsAt + this.monotonic());
  }

  monotonic(): number {
    return (performance.now() - this.#startedReal) * this.speed;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.after(milliseconds, done);
      signal?.addEventListener('abort', done);
    });
  }

  after(milliseconds: number, call: () => void | Promise<void>): Cancel {
    const end = this.monotonic() + milliseconds;
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const restMs = Math.max(0, end - this.monotonic()) / this.speed;
      timer = setTimeout(() => (end - this.monotonic() > 1 ? wait() : call()), Math.min(restMs, 2 ** 31 - 1));
    };
    wait();
    return () => clearTimeout(timer);
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

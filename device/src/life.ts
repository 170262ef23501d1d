import { bugError, type XiaolabaError } from '@xiaolaba/protocol';
import type { Activity, Cancel, Clock, Storage } from './ports/index.js';

const pulled = (): XiaolabaError => bugError('agent-cut', 'the agent has been cut off');

/**
 * From start to end of one agent. After `end` no timer fires and no storage call begins: whatever was under way
 * runs into `agent-cut` at its next step, which is swallowed here and nowhere else.
 */
export class Life {
  #over = false;
  readonly #cancels = new Set<Cancel>();
  readonly #ending = new AbortController();
  readonly #wakes: (() => void)[] = [];
  readonly storage: Storage;

  constructor(
    readonly clock: Clock,
    private readonly activity: Activity,
    storage: Storage,
  ) {
    this.storage = guarded(storage, () => this.assertAlive());
  }

  get over(): boolean {
    return this.#over;
  }

  /** Aborts when the agent is cut. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  assertAlive(): void {
    if (this.#over) throw pulled();
  }

  /** Called first whenever something wakes the agent. */
  onWake(call: () => void): void {
    this.#wakes.push(call);
  }

  run(name: string, work: () => void | Promise<void>): void {
    if (this.#over) return;
    this.activity.run(name, async () => {
      try {
        await work();
      } catch (error) {
        if (!this.#over) throw error;
      }
    });
  }

  after(milliseconds: number, name: string, work: () => void | Promise<void>): Cancel {
    if (this.#over) return () => {};
    const stop = this.clock.after(Math.max(0, milliseconds), () => {
      this.#cancels.delete(cancel);
      this.run(name, () => {
        for (const wake of this.#wakes) wake();
        return work();
      });
    });
    const cancel = (): void => {
      this.#cancels.delete(cancel);
      stop();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Sleeps on the monotonic clock. @throws XiaolabaError `agent-cut` */
  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (milliseconds > 0 && !signal?.aborted) await this.clock.sleep(milliseconds, signal ?? this.signal);
    this.assertAlive();
  }

  cancelTimers(): void {
    for (const cancel of [...this.#cancels]) cancel();
  }

  end(): void {
    this.#over = true;
    this.cancelTimers();
    this.#ending.abort();
  }
}

function guarded(storage: Storage, alive: () => void): Storage {
  const guard =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      alive();
      const result = await call(...args);
      alive();
      return result;
    };
  return {
    read: guard((name: string) => storage.read(name)),
    replace: guard((name: string, bytes: Uint8Array) => storage.replace(name, bytes)),
    append: guard((name: string, bytes: Uint8Array) => storage.append(name, bytes)),
    remove: guard((name: string) => storage.remove(name)),
    list: guard((folder: string) => storage.list(folder)),
    size: guard((name: string) => storage.size(name)),
    free: guard(() => storage.free()),
  };
}

interface Pending {
  readonly since: number;
  readonly expire: () => void;
}

/** Milliseconds between sweeps. */
export const sweepMs = 250;

/**
 * Runs the work behind an engine hook so that the hook is always called back, exactly once: with an error when the
 * work throws, rejects or takes too long.
 *
 * Time is counted in sweeps, one coarse timer for all: no timer per message, and a blocked event loop, during which
 * nobody had a chance to finish, counts as one sweep and not as a timeout for everybody.
 */
export class HookLimit {
  #sweeps = 0;
  /** Oldest first, because all have the same limit. */
  readonly #pending = new Set<Pending>();
  readonly #limit: number;

  constructor(
    limitMs: number,
    private readonly fault: (code: string, error: unknown) => void,
  ) {
    this.#limit = Math.max(1, Math.ceil(limitMs / sweepMs));
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** `done` gets `undefined` as error on success. It is called at once when `work` returns no promise. */
  run<T>(code: string, work: () => T | Promise<T>, done: (error: Error | undefined, value?: T) => void): void {
    let result: T | Promise<T>;
    try {
      result = work();
    } catch (error) {
      this.fault(code, error);
      this.#call(code, () => done(asError(error)));
      return;
    }
    if (!(result instanceof Promise)) {
      const value = result;
      this.#call(code, () => done(undefined, value));
      return;
    }
    const entry: Pending = {
      since: this.#sweeps,
      expire: () => done(new Error(`${code} took too long`)),
    };
    this.#pending.add(entry);
    result.then(
      (value) => {
        if (this.#pending.delete(entry)) this.#call(code, () => done(undefined, value));
      },
      (error: unknown) => {
        this.fault(code, error);
        if (this.#pending.delete(entry)) this.#call(code, () => done(asError(error)));
      },
    );
  }

  sweep(): void {
    this.#sweeps++;
    for (const entry of this.#pending) {
      if (this.#sweeps - entry.since <= this.#limit) break;
      this.#pending.delete(entry);
      this.fault('hook-timeout', undefined);
      this.#call('hook-timeout', entry.expire);
    }
  }

  /** The engine's callbacks may throw too; inside a promise that would end the process. */
  #call(code: string, callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.fault(code, error);
    }
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

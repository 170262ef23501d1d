import { errorText } from '@xiaolaba/protocol';
import type { AgentLog } from '../agent-types.js';
import { backoffMs } from '../link/backoff.js';
import type { ByteLine } from '../peripherals/driver.js';
import type { Cancel, Clock } from '../ports/index.js';
import { LineState, lineDown } from './line-state.js';

/** A port that is open, until it calls `gone`. */
export interface OpenPort {
  /** Rejects where the bytes could not be handed over. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** `gone` may be called more than once, and after `close`. */
export interface PortEvents {
  readonly data: (bytes: Uint8Array) => void;
  readonly gone: (why: unknown) => void;
}

/** Opens the port once; rejects where that fails, or the signal aborts before it is open. */
export type OpenOnce = (events: PortEvents, signal: AbortSignal) => Promise<OpenPort>;

/** Pauses between two attempts: a plug that was put back in should not have to wait for long. */
const firstPauseMs = 500;
const longestPauseMs = 15_000;
/** A line that breaks before this counts as another failed attempt. */
const steadyMs = 5_000;

export interface LineParts {
  readonly clock: Clock;
  readonly log: AgentLog;
}

/** A line over a port that it opens again, with growing pauses, for as long as it isn't closed. */
export class ReopeningLine implements ByteLine {
  readonly #state = new LineState();
  readonly #closing = new AbortController();
  #port: OpenPort | undefined;
  /** Ends the writes of a port that is gone: not every one of them is told by its driver. */
  #gone = new AbortController();
  #attempt = 0;
  #openedAt = 0;
  #opening: Promise<void>;
  #pause: Cancel = () => {};
  #lastWhy = '';

  constructor(
    private readonly name: string,
    private readonly openOnce: OpenOnce,
    private readonly parts: LineParts,
  ) {
    // Not at once: whoever makes the line has yet to say who listens.
    this.#opening = Promise.resolve().then(() => this.#open());
  }

  get isUp(): boolean {
    return this.#state.isUp;
  }

  onData(call: (bytes: Uint8Array) => void): void {
    this.#state.onData(call);
  }

  onState(call: (isUp: boolean) => void): void {
    this.#state.onState(call);
  }

  async write(bytes: Uint8Array): Promise<void> {
    const port = this.#port;
    if (!port) throw lineDown(this.name);
    const { signal } = this.#gone;
    let stop = (): void => {};
    const cut = new Promise<never>((_, reject) => {
      stop = () => reject(lineDown(this.name, signal.reason));
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      await Promise.race([port.write(bytes), cut]);
    } catch (cause) {
      throw lineDown(this.name, cause);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#pause();
    this.#state.end();
    this.#gone.abort();
    await this.#opening;
    await this.#release();
  }

  async #open(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    let isGone = false;
    let port: OpenPort | undefined;
    const gone = (why: unknown): void => {
      if (isGone) return;
      isGone = true;
      // Before it is open, the attempt itself fails below.
      if (port && this.#port === port) this.#lose(why);
    };
    try {
      const data = (bytes: Uint8Array): void => {
        if (!isGone) this.#state.take(bytes);
      };
      port = await this.openOnce({ data, gone }, this.#closing.signal);
    } catch (error) {
      this.#again(error);
      return;
    }
    this.#port = port;
    if (this.#closing.signal.aborted) return;
    this.#gone = new AbortController();
    this.#openedAt = this.parts.clock.monotonic();
    if (isGone) {
      this.#lose('gone at once');
      return;
    }
    this.#lastWhy = '';
    this.parts.log.info({ port: this.name }, 'line up');
    this.#state.set(true);
  }

  #lose(why: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#gone.abort(why);
    if (this.parts.clock.monotonic() - this.#openedAt >= steadyMs) this.#attempt = 0;
    this.#state.set(false);
    const released = this.#release();
    this.#opening = released;
    this.#again(why);
  }

  #again(why: unknown): void {
    if (this.#closing.signal.aborted) return;
    const text = errorText(why);
    // Once for each reason: a missing port stays missing for days.
    if (text !== this.#lastWhy) this.parts.log.warn({ port: this.name, why: text }, 'line down');
    this.#lastWhy = text;
    const pauseMs = backoffMs(this.#attempt++, () => 1, firstPauseMs, longestPauseMs);
    this.#pause = this.parts.clock.after(pauseMs, () => {
      const before = this.#opening;
      this.#opening = before.then(() => this.#open());
    });
  }

  async #release(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    await port?.close().catch(() => {});
  }
}

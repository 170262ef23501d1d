import { bugError } from '@xiaolaba/protocol';
import type { Flights } from './flights.js';
import type { WorldTime } from './world-time.js';

/** The other side of the wire, as settling sees it. */
export interface FarSide {
  readonly running: boolean;
  /** As of its last answer. */
  readonly standing: { readonly handled: number; readonly pushed: number; readonly next: number | undefined };
  /** Tells it that time has moved, without waiting. */
  tell(): void;
  settle(handled: number, connections: number): Promise<unknown>;
}

/** Totals over all devices. */
export interface NearSide {
  /** Messages sent, and last wills that the broker speaks for connections that broke. */
  sent(): number;
  handled(): number;
  connections(): number;
}

/** If nothing settles for so long in real time, something is stuck: far more than a busy machine needs. */
const stuckAfterMs = 60_000;

export interface StepperOptions {
  /** Real milliseconds; a minute where absent. */
  readonly patienceMs?: number;
  /** Told of what is waited for each time that patience runs out; then it is waited on. Nothing is ever stuck. */
  readonly onWaiting?: (what: string) => void;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Moves the world from instant to instant. Time goes on only when everything that the last instant set off has
 * come to rest on both sides of the wire: so latency of this machine never shows in what the world experiences.
 */
export class Stepper {
  #base = { sent: 0, handled: 0 };
  #seenConnections = 0;
  #signal: AbortSignal | undefined;
  /** Instants gone through, and those of them that needed the far side. */
  readonly counts = { instants: 0, exchanges: 0 };

  constructor(
    private readonly time: WorldTime,
    private readonly flights: Flights,
    private readonly near: NearSide,
    private readonly far: FarSide,
    private readonly options: StepperOptions = {},
  ) {}

  /** Goes on until there is nothing left to happen before an instant, and stands there. */
  async runUntil(
    instant: number,
    signal?: AbortSignal,
    onInstant?: (at: number) => void | Promise<void>,
  ): Promise<void> {
    this.#signal = signal;
    for (;;) {
      if (signal?.aborted) return;
      const due = this.#nextDue();
      if (due === undefined || due > instant) break;
      this.time.moveTo(due);
      this.counts.instants++;
      // Most instants have something to say; by the time that it is said, the far side knows when.
      this.far.tell();
      do {
        this.time.takeDue();
        await this.settle();
      } while (this.time.next() === this.time.now());
      await onInstant?.(due);
    }
    this.time.moveTo(Math.max(instant, this.time.now()));
    await this.settle();
  }

  /** The gateway was started anew: its counts begin at nothing. */
  rebase(): void {
    this.#base = { sent: this.near.sent(), handled: this.near.handled() };
  }

  /** @throws XiaolabaError `world-stuck` naming what is in flight, unless somebody is told of waiting */
  async settle(): Promise<void> {
    const { far, near } = this;
    for (;;) {
      await this.#landed();
      if (!far.running) {
        // Whoever was connected has to notice first.
        if (near.connections() === 0) return;
        await this.#limited(
          this.flights.changed(),
          () => `${near.connections()} connections to a gateway that is down`,
        );
        continue;
      }
      const sent = near.sent() - this.#base.sent;
      const connections = near.connections();
      const { handled, next } = far.standing;
      const due = next !== undefined && next <= this.time.now();
      if (sent > handled || due || connections !== this.#seenConnections) {
        this.counts.exchanges++;
        await this.#limited(far.settle(sent, connections), () => `gateway: ${far.standing.handled} of ${sent}`);
        this.#seenConnections = connections;
        continue;
      }
      if (far.standing.pushed <= near.handled() - this.#base.handled && this.flights.count === 0) return;
      await this.#limited(
        this.#received(),
        () => `devices: ${near.handled() - this.#base.handled} of ${far.standing.pushed}`,
      );
    }
  }

  #nextDue(): number | undefined {
    const mine = this.time.next();
    const theirs = this.far.running ? this.far.standing.next : undefined;
    if (mine === undefined || theirs === undefined) return mine ?? theirs;
    return Math.max(this.time.now(), Math.min(mine, theirs));
  }

  /** Resolves when no device is in flight, also after what that set off in this process. */
  async #landed(): Promise<void> {
    for (;;) {
      while (this.flights.count > 0) await this.#limited(this.flights.changed(), () => 'devices');
      await turn();
      if (this.flights.count === 0) return;
    }
  }

  async #received(): Promise<void> {
    while (this.near.handled() - this.#base.handled < this.far.standing.pushed) await this.flights.changed();
  }

  async #limited<T>(work: Promise<T>, what: () => string): Promise<T> {
    const { patienceMs = stuckAfterMs, onWaiting } = this.options;
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      let end: (() => void) | undefined;
      const patience = new Promise<undefined>((resolve) => {
        end = () => resolve(undefined);
        timer = setTimeout(end, patienceMs);
        this.#signal?.addEventListener('abort', end, { once: true });
      });
      try {
        const done = await Promise.race([work.then((value) => ({ value })), patience]);
        if (done) return done.value;
      } finally {
        clearTimeout(timer);
        if (end) this.#signal?.removeEventListener('abort', end);
      }
      const inFlight = this.flights.describe();
      const at = new Date(this.time.now()).toISOString();
      const waitedFor = `${at}: ${what()}; in flight: ${inFlight.join('; ')}`;
      if (!onWaiting || this.#signal?.aborted) throw bugError('world-stuck', waitedFor, { inFlight, at });
      onWaiting(waitedFor);
    }
  }
}

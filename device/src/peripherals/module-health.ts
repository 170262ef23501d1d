import type { Cancel, Clock } from '../ports/index.js';
import type { Health } from './driver.js';

/** What a driver knows of its module's state, and who wants to know. */
export class ModuleHealth {
  readonly #listeners: ((health: Health) => void)[] = [];

  constructor(private health: Health) {}

  get current(): Health {
    return this.health;
  }

  onChange(call: (health: Health) => void): void {
    this.#listeners.push(call);
  }

  set(health: Health): void {
    if (health === this.health) return;
    this.health = health;
    for (const call of this.#listeners) call(health);
  }
}

/** Calls once when nothing has been heard for a while, and again after every new silence. */
export class Silence {
  #heardAt = 0;
  #limitMs = 0;
  #cancel: Cancel | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly call: () => void,
  ) {}

  heard(limitMs: number): void {
    this.#heardAt = this.clock.monotonic();
    // A timer that runs is asked again when it is up: one for each byte would be many.
    if (this.#cancel && limitMs >= this.#limitMs) {
      this.#limitMs = limitMs;
      return;
    }
    this.stop();
    this.#limitMs = limitMs;
    this.#wait(limitMs);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(milliseconds: number): void {
    this.#cancel = this.clock.after(milliseconds, () => {
      this.#cancel = undefined;
      const rest = this.#limitMs - (this.clock.monotonic() - this.#heardAt);
      if (rest > 0) this.#wait(rest);
      else this.call();
    });
  }
}

/** The first bytes that came and were no frame: they tell a technician what is wired there. */
export class Strange {
  #count = 0;
  #first = new Uint8Array(0);

  /** Fewer than these may be a spark on an open wire. */
  static readonly enough = 32;
  static readonly #kept = 16;

  add(bytes: Uint8Array): void {
    this.#count += bytes.length;
    const room = Strange.#kept - this.#first.length;
    if (room > 0) this.#first = Uint8Array.from([...this.#first, ...bytes.subarray(0, room)]);
  }

  forget(): void {
    this.#count = 0;
    this.#first = new Uint8Array(0);
  }

  /** Whether much has come since this was last asked. */
  wasMuch(): boolean {
    const isMuch = this.#count >= Strange.enough;
    this.#count = 0;
    return isMuch;
  }

  get hex(): string {
    return Buffer.from(this.#first).toString('hex');
  }
}

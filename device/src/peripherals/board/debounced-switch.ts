import type { Cancel, Clock, Switch } from '../../ports/index.js';

/** Contacts and long wires chatter for some milliseconds; fingers and lids are slower than this. */
const settleMs = 30;

/** A switch that is on once its pin has been at the pressed level for a while, and off the same way. */
export class DebouncedSwitch implements Switch {
  #pressed = false;
  #seen = false;
  #settling: Cancel | undefined;
  readonly #calls: ((pressed: boolean) => void)[] = [];

  constructor(private readonly clock: Clock) {}

  /** Calls at once where it is on already. */
  onChange(call: (pressed: boolean) => void): void {
    this.#calls.push(call);
    if (this.#pressed) call(true);
  }

  /** What the pin says now, whether or not it is news. */
  see(pressed: boolean): void {
    if (pressed === this.#seen) return;
    this.#seen = pressed;
    this.#settling?.();
    this.#settling = undefined;
    if (pressed === this.#pressed) return;
    this.#settling = this.clock.after(settleMs, () => {
      this.#settling = undefined;
      this.#pressed = pressed;
      for (const call of this.#calls) call(pressed);
    });
  }

  /** The pin can't be seen: what was settling is forgotten, what was settled stays. */
  lose(): void {
    this.#settling?.();
    this.#settling = undefined;
    this.#seen = this.#pressed;
  }
}

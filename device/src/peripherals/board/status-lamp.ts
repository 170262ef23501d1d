import type { Cancel, Clock, StatusLed } from '../../ports/index.js';

export type LedState = Parameters<StatusLed['show']>[0];

/** How long a blinking lamp is lit, and dark. */
const blinkMs: Partial<Record<LedState, number>> = { offline: 1_000, fault: 150 };

/** One lamp says it all: steady is well, slow is without a link, fast is broken, dark is stopped or off. */
export class StatusLamp implements StatusLed {
  #state: LedState = 'off';
  #blinking: Cancel | undefined;
  #lit = false;
  #attached = false;

  constructor(
    private readonly clock: Clock,
    private readonly light: (lit: boolean) => void,
  ) {}

  show(state: LedState): void {
    this.#state = state;
    if (this.#attached) this.#begin();
  }

  /** The lamp is there (again). */
  attach(): void {
    this.#attached = true;
    this.#begin();
  }

  detach(): void {
    this.#attached = false;
    this.#blinking?.();
    this.#blinking = undefined;
  }

  #begin(): void {
    this.#blinking?.();
    this.#blinking = undefined;
    const every = blinkMs[this.#state];
    this.#set(every !== undefined || this.#state === 'ready' || this.#state === 'playing');
    if (every !== undefined) this.#blink(every);
  }

  #blink(every: number): void {
    this.#blinking = this.clock.after(every, () => {
      this.#set(!this.#lit);
      this.#blink(every);
    });
  }

  #set(lit: boolean): void {
    this.#lit = lit;
    this.light(lit);
  }
}

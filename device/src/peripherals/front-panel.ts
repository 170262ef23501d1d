import type { Life } from '../life.js';
import type { Cancel, Peripherals, StatusLed } from '../ports/index.js';

/** How long the device shows itself when asked to, in milliseconds. */
const identifyMs = 10_000;
const blinkMs = 500;

export type PanelState = Parameters<StatusLed['show']>[0];

/** What somebody who stands before the device sees: the LED, and for a while a line on the sign. */
export class FrontPanel {
  #shown: PanelState | undefined;
  #identifying = false;
  #end: Cancel | undefined;

  constructor(
    private readonly life: Life,
    private readonly peripherals: Peripherals,
    private readonly state: () => PanelState,
    private readonly line: () => string,
    private readonly signFree: () => boolean,
  ) {}

  update(): void {
    if (!this.#identifying) this.#show(this.state());
  }

  /** Blinks, and tells on the sign (if it is free) which device this is. */
  identify(): void {
    this.#end?.();
    this.#identifying = true;
    this.#blink(identifyMs / blinkMs);
    if (this.signFree()) this.life.run('identify', () => this.peripherals.sign?.show(this.line()).catch(() => {}));
  }

  #blink(left: number): void {
    if (left <= 0) {
      this.#identifying = false;
      this.update();
      if (this.signFree()) this.life.run('identify', () => this.peripherals.sign?.clear().catch(() => {}));
      return;
    }
    this.#show(left % 2 === 0 ? 'playing' : 'off');
    this.#end = this.life.after(blinkMs, 'blink', () => this.#blink(left - 1));
  }

  #show(state: PanelState): void {
    if (state === this.#shown) return;
    this.#shown = state;
    this.peripherals.led?.show(state);
  }
}

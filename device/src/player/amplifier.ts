import { errorText } from '@xiaolaba/protocol';
import type { Life } from '../life.js';
import type { AmplifierRelay, Cancel } from '../ports/index.js';

/** How long the amplifier stays on for what may follow. */
const lingerMs = 5_000;

/** Wakes the amplifier before sound and lets it sleep after. */
export class Amplifier {
  #users = 0;
  #readyAt: number | undefined;
  #off: Cancel | undefined;
  #failing = false;

  constructor(
    private readonly life: Life,
    private readonly relay: AmplifierRelay | undefined,
    /** `undefined`: it works again. */
    private readonly working: (reason: string | undefined) => void,
  ) {}

  get wakeMs(): number {
    return this.relay?.wakeMs ?? 0;
  }

  /** Turns it on ahead of a play; it goes off by itself if that doesn't come. */
  async prewake(): Promise<void> {
    if (this.#users > 0) return;
    await this.#on();
    this.#sleepIn(this.wakeMs + lingerMs);
  }

  /** Resolves when sound may begin. Pair with `release`. */
  async acquire(signal: AbortSignal): Promise<void> {
    this.#users++;
    await this.#on();
    const rest = (this.#readyAt ?? 0) - this.life.clock.monotonic();
    if (this.relay && rest > 0) await this.life.sleep(rest, signal);
  }

  release(): void {
    this.#users--;
    if (this.#users === 0) this.#sleepIn(lingerMs);
  }

  /** At once, whoever uses it. */
  async kill(): Promise<void> {
    this.#off?.();
    await this.#set(false);
  }

  async #on(): Promise<void> {
    this.#off?.();
    this.#off = undefined;
    // Told again even so: a board that was unplugged meanwhile is back with the relay off.
    this.#readyAt ??= this.life.clock.monotonic() + this.wakeMs;
    await this.#set(true);
  }

  #sleepIn(milliseconds: number): void {
    if (!this.relay) return;
    this.#off?.();
    this.#off = this.life.after(milliseconds, 'amplifier', async () => {
      if (this.#users === 0) await this.#set(false);
    });
  }

  async #set(on: boolean): Promise<void> {
    if (!on) this.#readyAt = undefined;
    try {
      await this.relay?.set(on);
      if (this.#failing) this.working(undefined);
      this.#failing = false;
    } catch (error) {
      this.#failing = true;
      // It has to wake anew when it is back.
      this.#readyAt = undefined;
      this.working(errorText(error));
    }
  }
}

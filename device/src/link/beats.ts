import type { Life } from '../life.js';
import type { Cancel } from '../ports/index.js';

/** At most one beat beside the regular ones in this span. */
const extraEveryMs = 2_000;

/** Seconds into the period at which a device beats: its own, so that a fleet's beats spread evenly. */
export function phaseOf(device: string, seconds: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < device.length; at++) hash = Math.imul(hash ^ device.charCodeAt(at), 0x01000193) >>> 0;
  return hash % Math.max(1, seconds);
}

/** When beats are due: on whole seconds of the period, and when something has changed. */
export class Beats {
  #regular: Cancel | undefined;
  #extra: Cancel | undefined;
  #lastExtra = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly life: Life,
    private readonly now: () => number,
    private readonly device: string,
    private readonly seconds: number,
    private readonly beat: (regular: boolean) => void | Promise<void>,
  ) {}

  start(): void {
    const period = this.seconds * 1000;
    const phase = phaseOf(this.device, this.seconds) * 1000;
    const into = (((this.now() - phase) % period) + period) % period;
    this.#regular = this.life.after(period - into, 'beat', () => {
      this.start();
      return this.beat(true);
    });
  }

  /** Something has changed that people watch. */
  soon(): void {
    if (this.#extra || this.life.over) return;
    const wait = this.#lastExtra + extraEveryMs - this.life.clock.monotonic();
    if (wait <= 0) this.#now();
    else this.#extra = this.life.after(wait, 'beat', () => this.#now());
  }

  stop(): void {
    this.#regular?.();
    this.#extra?.();
    this.#extra = undefined;
  }

  #now(): void {
    this.#extra = undefined;
    this.#lastExtra = this.life.clock.monotonic();
    this.life.run('beat', () => this.beat(false));
  }
}

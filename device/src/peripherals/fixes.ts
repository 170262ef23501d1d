import type { Position } from '@xiaolaba/protocol';
import type { Cancel, Clock, PositionSource } from '../ports/index.js';

/** Fixes are told at most this often. */
const tellEveryMs = 1_000;

/** The last fix for as long as it is fresh, told once a second at most. */
export class Fixes implements PositionSource {
  #last: { readonly position: Position; readonly at: number } | undefined;
  #pause: Cancel | undefined;
  #isUntold = false;
  readonly #listeners: ((position: Position) => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly freshMs: number,
  ) {}

  current(): Position | undefined {
    const last = this.#last;
    return last && this.clock.monotonic() - last.at < this.freshMs ? last.position : undefined;
  }

  onFix(call: (position: Position) => void): void {
    this.#listeners.push(call);
  }

  take(position: Position): void {
    this.#last = { position, at: this.clock.monotonic() };
    this.#isUntold = true;
    if (!this.#pause) this.#tell();
  }

  /** There is no fix any more. */
  drop(): void {
    this.#last = undefined;
    this.#isUntold = false;
  }

  stop(): void {
    this.drop();
    this.#pause?.();
    this.#listeners.length = 0;
  }

  #tell(): void {
    const position = this.current();
    this.#isUntold = false;
    this.#pause = this.clock.after(tellEveryMs, () => {
      this.#pause = undefined;
      if (this.#isUntold) this.#tell();
    });
    if (position) for (const call of this.#listeners) call(position);
  }
}

/** So much at once, and so much more each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** What one device may still take; it grows back with time. */
export class Allowance {
  #left: number;
  #at: number;

  constructor(
    private readonly rate: Rate,
    private readonly now: () => number,
  ) {
    this.#left = rate.burst;
    this.#at = now();
  }

  /** Whether there was so much left; then it is taken. */
  take(amount: number): boolean {
    const { burst, perSecond } = this.rate;
    const now = this.now();
    // A clock that is set back gives nothing and takes nothing.
    this.#left = Math.min(burst, this.#left + (Math.max(0, now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#left < amount) return false;
    this.#left -= amount;
    return true;
  }
}

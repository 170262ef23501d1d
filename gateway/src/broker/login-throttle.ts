import type { BrokerLimits } from './limits.js';

interface Bucket {
  tokens: number;
  at: number;
}

/** Token buckets by name; at most `capacity` of them, the longest unused forgotten first. */
class Buckets {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: { readonly burst: number; readonly perSecond: number },
    private readonly monotonic: () => number,
    private readonly capacity = 50_000,
  ) {}

  has(name: string): boolean {
    return this.#refill(name).tokens >= 1;
  }

  take(name: string): void {
    const bucket = this.#refill(name);
    bucket.tokens = Math.max(0, bucket.tokens - 1);
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size <= this.capacity) return;
    const oldest = this.#buckets.keys().next();
    if (!oldest.done) this.#buckets.delete(oldest.value);
  }

  giveBack(name: string): void {
    const bucket = this.#buckets.get(name);
    if (bucket) bucket.tokens = Math.min(this.rate.burst, bucket.tokens + 1);
  }

  #refill(name: string): Bucket {
    const now = this.monotonic();
    const bucket = this.#buckets.get(name) ?? { tokens: this.rate.burst, at: now };
    bucket.tokens = Math.min(this.rate.burst, bucket.tokens + ((now - bucket.at) / 1000) * this.rate.perSecond);
    bucket.at = now;
    return bucket;
  }
}

/**
 * Decides whether a log-in is tried at all, before any hashing. Failures count against the address and the account;
 * an account that last came in from this very address is spared the account's limit, or a stranger could lock a
 * device out by guessing badly in its name.
 */
export class LoginThrottle {
  readonly #attempts: Buckets;
  readonly #failures: Buckets;
  readonly #accounts: Buckets;
  readonly #home = new Map<string, string>();

  constructor(
    limits: Pick<BrokerLimits, 'attemptsPerAddress' | 'failuresPerAddress' | 'failuresPerAccount'>,
    monotonic: () => number,
  ) {
    this.#attempts = new Buckets(limits.attemptsPerAddress, monotonic);
    this.#failures = new Buckets(limits.failuresPerAddress, monotonic);
    this.#accounts = new Buckets(limits.failuresPerAccount, monotonic);
  }

  /** The account pays in advance, so that a burst of parallel guesses does not slip through before the first fails. */
  allow(address: string, device: string): boolean {
    const allowed =
      this.#attempts.has(address) &&
      this.#failures.has(address) &&
      (this.#home.get(device) === address || this.#accounts.has(device));
    if (!allowed) return false;
    this.#attempts.take(address);
    this.#accounts.take(device);
    return true;
  }

  failed(address: string): void {
    this.#failures.take(address);
  }

  /** Only real devices get here, so this memory is bounded by the registry. */
  succeeded(address: string, device: string): void {
    this.#home.set(device, address);
    this.#accounts.giveBack(device);
  }

  forget(device: string): void {
    this.#home.delete(device);
  }
}

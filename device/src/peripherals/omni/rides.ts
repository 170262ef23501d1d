export interface LockReport {
  readonly event: 'unlock' | 'lock';
  readonly userId: number;
  /** Unix seconds; 0 where the lock was worked without an order and knows none. */
  readonly timestamp: number;
}

/** A lock repeats a report every few seconds; one without a time of its own is the same one for so long. */
const repeatMs = 60_000;
/** Enough for what a lock kept while it had no link. */
const mostKept = 64;

/**
 * Tells a report from its repetition. Together user and timestamp name a ride, also when the repetition comes after the
 * lock has been worked again, or over a new connection.
 */
export class Rides {
  readonly #known = new Set<string>();
  #last: { readonly event: LockReport['event']; readonly at: number } | undefined;

  /** @param now monotonic, milliseconds */
  isNew({ event, userId, timestamp }: LockReport, now: number): boolean {
    if (timestamp === 0) {
      const isNew = this.#last?.event !== event || now - this.#last.at >= repeatMs;
      this.#last = { event, at: now };
      return isNew;
    }
    const name = `${event} ${userId} ${timestamp}`;
    if (this.#known.has(name)) return false;
    this.#known.add(name);
    this.#last = { event, at: now };
    for (const oldest of this.#known) {
      if (this.#known.size <= mostKept) break;
      this.#known.delete(oldest);
    }
    return true;
  }
}

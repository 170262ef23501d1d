import type { BrokerLog } from './types.js';

interface Tally {
  count: number;
  /** Counted since the last line in the log. */
  quiet: number;
  quietSweeps: number;
}

/** Sweeps between two log lines of one code: an attacker fills counters, not the disk. */
const quietSweeps = 40;

/** Counts what was turned away, and says so without flooding the log. */
export class Refusals {
  readonly #tallies = new Map<string, Tally>();

  constructor(private readonly log: BrokerLog) {}

  count(code: string, details: object = {}): void {
    let tally = this.#tallies.get(code);
    if (tally === undefined) {
      tally = { count: 0, quiet: 0, quietSweeps: 0 };
      this.#tallies.set(code, tally);
    }
    tally.count++;
    if (tally.quietSweeps > 0) {
      tally.quiet++;
      return;
    }
    tally.quietSweeps = quietSweeps;
    this.log.warn({ ...details, code }, 'refused');
  }

  sweep(): void {
    for (const [code, tally] of this.#tallies) {
      if (tally.quietSweeps === 0 || --tally.quietSweeps > 0 || tally.quiet === 0) continue;
      this.log.warn({ code, count: tally.quiet }, 'refused more of the same');
      tally.quiet = 0;
      tally.quietSweeps = quietSweeps;
    }
  }

  snapshot(): Record<string, number> {
    return Object.fromEntries([...this.#tallies].map(([code, { count }]) => [code, count]));
  }
}

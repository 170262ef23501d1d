import type { JournalRecord } from '@xiaolaba/protocol';

interface Period {
  readonly from: number;
  readonly to: number;
}

const touches = (period: Period, from: number, to: number): boolean => period.from <= to && period.to >= from;

/** What a device's own records tell of times when it could not play. */
export class DeviceFacts {
  readonly #off: Period[] = [];
  readonly #clock: Period[] = [];
  readonly #active: { readonly at: number; readonly releases: readonly string[] }[] = [];

  /** Records may come in any order of boots: late ones from before included. */
  learn(record: JournalRecord): void {
    if (record.kind === 'boot') this.#off.push({ from: record.previous?.lastAliveAt ?? 0, to: record.at });
    else if (record.kind === 'clock') this.#clock.push({ from: record.from, to: record.at });
    else if (record.kind === 'active') {
      this.#active.push({ at: record.at, releases: record.releases });
      this.#active.sort((a, b) => a.at - b.at);
    }
  }

  wasOff(from: number, to: number): boolean {
    return this.#off.some((period) => touches(period, from, to));
  }

  clockDoubtful(from: number, to: number): boolean {
    return this.#clock.some((period) => touches(period, from, to));
  }

  /** Whether a release was active at an instant. */
  held(release: string, at: number): boolean {
    return this.#active.findLast((activation) => activation.at <= at)?.releases.includes(release) ?? false;
  }
}

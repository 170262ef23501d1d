import { errorCode, errorText } from '@xiaolaba/protocol';
import type { Store } from '../store/index.js';

/** A device that only sends rubbish must not fill the store: this many rows a device and hour, the rest only counted. */
const perDeviceAndHour = 60;

/** What was refused, and why: visible, and never in the way of the rest. */
export class Rejects {
  readonly #counts = new Map<string, number>();
  #hour = 0;
  total = 0;

  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  async add(device: string, topic: string, payload: Uint8Array, error: unknown): Promise<void> {
    this.total++;
    const at = this.now();
    const hour = Math.floor(at / 3_600_000);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#counts.clear();
    }
    const count = (this.#counts.get(device) ?? 0) + 1;
    this.#counts.set(device, count);
    if (count > perDeviceAndHour) return;
    const message = errorText(error).slice(0, 500);
    await this.store
      .insertInto('rejects')
      .values({ device, at, topic, code: errorCode(error), message, bytes: payload.length })
      .execute();
  }
}

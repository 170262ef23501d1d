import type { ConnectionLedger } from './peripherals/network.js';
import type { NearSide } from './time/stepper.js';
import { TwinDevice, type TwinEntry, type TwinWorld } from './twin-device.js';

/** All endpoints of the district. */
export class Fleet implements NearSide {
  readonly #twins = new Map<string, TwinDevice>();

  constructor(
    entries: readonly TwinEntry[],
    world: TwinWorld,
    private readonly ledger: ConnectionLedger,
  ) {
    for (const entry of entries) this.#twins.set(entry.id, new TwinDevice(entry, world));
  }

  get size(): number {
    return this.#twins.size;
  }

  /** @throws RangeError where there is no such device */
  get(id: string): TwinDevice {
    const twin = this.#twins.get(id);
    if (!twin) throw new RangeError(`no device ${id}`);
    return twin;
  }

  all(): IterableIterator<TwinDevice> {
    return this.#twins.values();
  }

  at(place: string): TwinDevice[] {
    return [...this.#twins.values()].filter(({ entry }) => entry.place === place);
  }

  sent(): number {
    let sum = this.ledger.wills;
    for (const twin of this.#twins.values()) sum += twin.sent;
    return sum;
  }

  handled(): number {
    let sum = 0;
    for (const twin of this.#twins.values()) sum += twin.handled;
    return sum;
  }

  connections(): number {
    return this.ledger.open;
  }
}

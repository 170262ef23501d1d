import type { ConnectionLedger } from './peripherals/network.js';
import type { NearSide } from './time/stepper.js';
import { TwinDevice, type TwinEntry, type TwinWorld } from './twin-device.js';

/** All endpoints of the district. */
export class Fleet implements NearSide {
  readonly #twins = new Map<string, TwinDevice>();
  /** Those whose counters may have changed since they were last added up. */
  readonly #touched = new Set<TwinDevice>();
  readonly #counted = new Map<TwinDevice, { sent: number; handled: number }>();
  #sent = 0;
  #handled = 0;

  constructor(
    entries: readonly TwinEntry[],
    world: Omit<TwinWorld, 'touched'>,
    private readonly ledger: ConnectionLedger,
  ) {
    const touched = (twin: TwinDevice): void => void this.#touched.add(twin);
    for (const entry of entries) this.#twins.set(entry.id, new TwinDevice(entry, { ...world, touched }));
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
    this.#addUp();
    return this.#sent + this.ledger.wills;
  }

  handled(): number {
    this.#addUp();
    return this.#handled;
  }

  connections(): number {
    return this.ledger.open;
  }

  /** Only what was touched: asking hundreds of devices at every instant would be most of the work. */
  #addUp(): void {
    for (const twin of this.#touched) {
      const before = this.#counted.get(twin) ?? { sent: 0, handled: 0 };
      const { sent, handled } = twin;
      this.#sent += sent - before.sent;
      this.#handled += handled - before.handled;
      this.#counted.set(twin, { sent, handled });
    }
    this.#touched.clear();
  }
}

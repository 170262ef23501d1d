import type { RegisteredDevice } from '../registry/index.js';
import { Turns } from '../turns.js';
import type { Air } from './air.js';
import type { Desk } from './desk.js';
import type { Ground } from './ground.js';

/** Brings devices up to what stands, and the ledger up to what they are to hold. One at a time. */
export class Refresh {
  readonly #turns = new Turns();
  /** Devices that come while a turn runs share the next one: a county that enrols at once is one piece of work. */
  readonly #newcomers = new Set<string>();

  constructor(
    private readonly ground: Ground,
    private readonly desk: Desk,
    private readonly air: Air,
  ) {}

  readonly all = (): Promise<void> =>
    this.#turns.run(async () => {
      const { registry } = this.ground;
      await this.air.stopOrders.bringUp(registry.all());
      await this.#bringUp(registry.all());
    });

  /** The same for one device, with whatever others have come meanwhile; nobody waits for it. */
  readonly soon = (device: string): void => {
    const { registry, work } = this.ground;
    this.#newcomers.add(device);
    if (this.#newcomers.size > 1) return;
    work.run('refresh', () =>
      this.#turns.run(() => {
        const devices = [...this.#newcomers].flatMap((id) => registry.get(id) ?? []);
        this.#newcomers.clear();
        // Silence before anything to play.
        return this.air.stopOrders.bringUp(devices, true).then(() => this.#bringUp(devices));
      }),
    );
  };

  settled(): Promise<void> {
    return this.#turns.settled();
  }

  async #bringUp(devices: Iterable<RegisteredDevice>): Promise<void> {
    const { campaigns, content } = this.desk;
    const { assignments, coverage } = this.air;
    const model = content.model();
    if (model) await coverage.expect(await assignments.refresh(devices, model, campaigns.standing()));
  }
}

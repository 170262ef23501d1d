import type { PublishedRelease } from '../campaigns/index.js';
import type { ToDevices } from './air.js';
import type { Desk } from './desk.js';
import type { Ground } from './ground.js';
import type { Refresh } from './refresh.js';

/** Hands key lists on to devices, and draws the consequences of a new one. */
export class KeyListNews {
  constructor(
    private readonly ground: Ground,
    private readonly desk: Desk,
    private readonly refresh: Refresh,
    private readonly toDevices: ToDevices,
  ) {}

  /** Takes the next key list, tells devices of it, and withdraws what it no longer approves. */
  readonly take = async (envelope: Uint8Array): Promise<PublishedRelease[]> => {
    const { registry, live } = this.ground;
    const { keyLists, campaigns } = this.desk;
    const taken = await keyLists.submit(envelope);
    if (!taken) return [];
    for (const { id } of registry.all()) {
      const { online, hello } = live.get(id);
      if (online && hello?.keyList !== undefined) this.#tell(id, taken.envelope);
    }
    const lapsed = await campaigns.lapse();
    await this.refresh.all();
    return lapsed;
  };

  /** A device says which key list it holds, if it follows them: it is told of those that came after. */
  greeted(device: string, held: number | undefined): void {
    for (const list of held === undefined ? [] : this.desk.keyLists.after(held)) this.#tell(device, list);
  }

  #tell(device: string, list: Uint8Array): void {
    this.ground.work.run('key-list', () => this.toDevices.publish(device, 'key-list', list));
  }
}

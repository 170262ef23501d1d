import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite, type Store } from '../index.js';

/** A store in a folder of its own that a test can close and open again. */
export class TemporaryStore {
  private constructor(
    readonly root: string,
    public store: Store,
  ) {}

  static async open(): Promise<TemporaryStore> {
    const root = await mkdtemp(join(tmpdir(), 'xiaolaba-store-'));
    return new TemporaryStore(root, await openSqlite(join(root, 'gateway.db')));
  }

  async reopen(): Promise<Store> {
    await this.store.destroy();
    this.store = await openSqlite(join(this.root, 'gateway.db'));
    return this.store;
  }

  async close(): Promise<void> {
    await this.store.destroy();
    await rm(this.root, { recursive: true, force: true });
  }
}

import type { Storage } from '@xiaolaba/device';
import { MemoryStorage } from '../conformance/memory-storage.js';

/** Blobs by name: hundreds of devices that hold the same file share one copy of it. */
const shared = new Map<string, Uint8Array>();

/** A device's medium in memory, that tells what of note is written. */
export class MeasuredStorage implements Storage {
  readonly #own = new MemoryStorage();
  readonly #blobs = new Set<string>();

  constructor(private readonly wrote: (name: string, bytes: Uint8Array) => void) {}

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#blobs.has(name) ? shared.get(name) : await this.#own.read(name);
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    if (name.startsWith('blobs/')) {
      // The agent has held the bytes against their name.
      if (!shared.has(name)) shared.set(name, Uint8Array.from(bytes));
      this.#blobs.add(name);
    } else await this.#own.replace(name, bytes);
    this.wrote(name, bytes);
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    await this.#own.append(name, bytes);
    this.wrote(name, bytes);
  }

  async remove(name: string): Promise<void> {
    if (!this.#blobs.delete(name)) await this.#own.remove(name);
  }

  async list(folder: string): Promise<readonly string[]> {
    const start = `${folder}/`;
    const blobs = [...this.#blobs].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
    return [...blobs, ...(await this.#own.list(folder))];
  }

  async size(name: string): Promise<number | undefined> {
    return this.#blobs.has(name) ? shared.get(name)?.length : await this.#own.size(name);
  }

  free(): Promise<number> {
    return this.#own.free();
  }
}

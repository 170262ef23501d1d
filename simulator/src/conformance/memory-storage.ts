import type { Storage } from '@xiaolaba/device';

/** A folder in memory; it outlives the endpoint's restarts, and the process not. */
export class MemoryStorage implements Storage {
  readonly #files = new Map<string, Uint8Array>();

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#files.get(name);
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(name, Uint8Array.from(bytes));
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(name, Buffer.concat([this.#files.get(name) ?? new Uint8Array(), bytes]));
  }

  async remove(name: string): Promise<void> {
    this.#files.delete(name);
  }

  async list(folder: string): Promise<readonly string[]> {
    const start = `${folder}/`;
    return [...this.#files.keys()].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
  }

  async size(name: string): Promise<number | undefined> {
    return this.#files.get(name)?.length;
  }

  async free(): Promise<number> {
    return 1 << 30;
  }
}

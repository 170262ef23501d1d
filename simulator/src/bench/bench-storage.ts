import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '@xiaolaba/device';
import { FileStorage } from '@xiaolaba/device/adapters';
import { worldError } from '@xiaolaba/protocol';

/** Capacity that a small board's card is taken to have, bytes. */
const capacity = 256 * 1024 * 1024;

/** A real folder that can be filled up and spoilt. */
export class BenchStorage implements Storage {
  readonly capacity = capacity;
  readonly #files: FileStorage;
  isFull = false;

  constructor(private readonly directory: string) {
    this.#files = new FileStorage(directory);
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#files.read(name);
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    this.#room(name);
    await this.#files.replace(name, bytes);
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    this.#room(name);
    await this.#files.append(name, bytes);
  }

  remove(name: string): Promise<void> {
    return this.#files.remove(name);
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#files.list(folder);
  }

  size(name: string): Promise<number | undefined> {
    return this.#files.size(name);
  }

  async free(): Promise<number> {
    return this.isFull ? 0 : capacity - (await this.used());
  }

  async used(): Promise<number> {
    const names = await readdir(this.directory, { recursive: true, withFileTypes: true }).catch(() => []);
    const sizes = await Promise.all(
      names
        .filter((entry) => entry.isFile())
        .map((entry) =>
          readFile(join(entry.parentPath, entry.name)).then(
            (bytes) => bytes.length,
            () => 0,
          ),
        ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** A bit of every file in the cache turns over, as worn flash does it. */
  async corrupt(): Promise<number> {
    const folder = join(this.directory, 'blobs');
    const names = await readdir(folder).catch(() => []);
    for (const name of names) {
      const bytes = await readFile(join(folder, name));
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
      await writeFile(join(folder, name), bytes);
    }
    return names.length;
  }

  #room(name: string): void {
    if (this.isFull) throw worldError('storage-full', 'the medium is full', { name });
  }
}

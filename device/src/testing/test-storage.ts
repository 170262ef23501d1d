import { worldError } from '@xiaolaba/protocol';
import type { Storage } from '../ports/index.js';

/** Storage that survives a restart of the agent within a test, with room that can run out. */
export class TestStorage implements Storage {
  readonly files = new Map<string, Uint8Array>();
  room = Number.POSITIVE_INFINITY;

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.files.get(name);
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    this.#need(bytes.length - (this.files.get(name)?.length ?? 0));
    this.files.set(name, Uint8Array.from(bytes));
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    this.#need(bytes.length);
    this.files.set(name, Buffer.concat([this.files.get(name) ?? new Uint8Array(), bytes]));
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }

  async list(folder: string): Promise<readonly string[]> {
    return [...this.files.keys()]
      .filter((name) => name.startsWith(`${folder}/`))
      .map((name) => name.slice(folder.length + 1));
  }

  async size(name: string): Promise<number | undefined> {
    return this.files.get(name)?.length;
  }

  async free(): Promise<number> {
    return this.room;
  }

  #need(bytes: number): void {
    if (bytes > this.room) throw worldError('storage-full', 'no room');
    this.room -= bytes;
  }
}

import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bugError, worldError, XiaolabaError } from '@xiaolaba/protocol';
import type { Storage } from '../ports/index.js';

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

function translated(error: unknown, name: string): XiaolabaError {
  if (error instanceof XiaolabaError) return error;
  if (fullCodes.has(codeOf(error))) return worldError('storage-full', 'the medium is full', { name }, error);
  return worldError('storage-failed', 'the medium failed', { name }, error);
}

/** A folder on a disk or card. */
export class FileStorage implements Storage {
  /** Folders that are ready to be written to, or are being made so. */
  readonly #folders = new Map<string, Promise<void>>();

  constructor(private readonly root: string) {}

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#path(name));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw translated(error, name);
    }
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    const temporary = `${path}.new`;
    try {
      await this.#folder(dirname(path));
      await write(temporary, 'w', bytes);
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw translated(error, name);
    }
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    try {
      await this.#folder(dirname(path));
      const fresh = (await this.size(name)) === undefined;
      await write(path, 'a', bytes);
      if (fresh) await syncFolder(dirname(path));
    } catch (error) {
      throw translated(error, name);
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await rm(this.#path(name), { force: true });
    } catch (error) {
      throw translated(error, name);
    }
  }

  async list(folder: string): Promise<readonly string[]> {
    try {
      // What a cut left half written was never there.
      return (await readdir(this.#path(folder))).filter((name) => !name.endsWith('.new')).sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw translated(error, folder);
    }
  }

  async size(name: string): Promise<number | undefined> {
    try {
      return (await stat(this.#path(name))).size;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw translated(error, name);
    }
  }

  async free(): Promise<number> {
    try {
      await this.#folder(this.root);
      const { bavail, bsize } = await statfs(this.root);
      return bavail * bsize;
    } catch (error) {
      throw translated(error, '.');
    }
  }

  #path(name: string): string {
    if (!/^[a-z0-9][a-z0-9.-]*(\/[a-z0-9][a-z0-9.-]*)*$/.test(name)) throw bugError('storage-name', name, { name });
    return join(this.root, name);
  }

  #folder(path: string): Promise<void> {
    let ready = this.#folders.get(path);
    if (!ready) {
      ready = prepare(path);
      this.#folders.set(path, ready);
      // The next one tries again.
      ready.catch(() => this.#folders.delete(path));
    }
    return ready;
  }
}

/** Makes a folder that outlives a cut, and clears away what an earlier cut left half written in it. */
async function prepare(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made !== undefined) {
    for (let parent = dirname(path); ; parent = dirname(parent)) {
      await syncFolder(parent);
      if (parent === dirname(made)) break;
    }
  }
  for (const name of await readdir(path)) if (name.endsWith('.new')) await rm(join(path, name), { force: true });
}

async function write(path: string, flags: 'w' | 'a', bytes: Uint8Array): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name in a folder is only safe once the folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { MediaDirectories } from '../content/index.js';
import type { BlobStore } from '../library/index.js';
import type { MediaTable } from '../store/desk-tables.js';
import type { Store } from '../store/index.js';

export interface MediaShelfDeps {
  readonly store: Store;
  readonly blobs: BlobStore;
  /** Of the gateway's own; whatever else lies in it is removed. */
  readonly directory: string;
}

/**
 * Recordings and films under the names by which campaigns call them, whoever brought them: the directory that content
 * came from may be gone tomorrow, and what was recorded at the desk was never in one.
 */
export class MediaShelf {
  readonly directories: MediaDirectories;
  readonly #placed = new Map<string, string>();

  constructor(private readonly deps: MediaShelfDeps) {
    this.directories = { audio: join(deps.directory, 'audio'), video: join(deps.directory, 'video') };
  }

  /** Brings the shelf up to what the store says. A file that the blob store has lost is not there. */
  async bringUp(): Promise<void> {
    const { store, blobs } = this.deps;
    const rows = await store.selectFrom('media').selectAll().execute();
    const wanted = new Map(rows.map((row) => [this.#pathOf(row), row.sha256]));
    for (const directory of Object.values(this.directories)) {
      await mkdir(directory, { recursive: true });
      for (const path of await filesIn(directory)) {
        const known = this.#placed.get(path);
        if (wanted.has(path) && (known === undefined || known === wanted.get(path))) continue;
        await rm(path, { force: true });
        this.#placed.delete(path);
      }
    }
    for (const [path, sha256] of wanted) {
      if (this.#placed.get(path) === sha256) continue;
      const blob = blobs.path(sha256);
      if ((await blobs.size(sha256)) === undefined) continue;
      if (!(await sameFile(path, blob))) {
        await mkdir(dirname(path), { recursive: true });
        await rm(path, { force: true });
        await link(blob, path).catch(() => copyFile(blob, path, constants.COPYFILE_FICLONE));
      }
      this.#placed.set(path, sha256);
    }
  }

  #pathOf({ kind, name }: MediaTable): string {
    return join(kind === 'video' ? this.directories.video : this.directories.audio, name);
  }
}

const sameFile = async (one: string, other: string): Promise<boolean> => {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
};

/** All plain files under a directory, whole paths. */
export async function filesIn(directory: string): Promise<string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return found.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}

/** Names of the files under a directory as campaigns write them. */
export const namesIn = async (directory: string): Promise<string[]> =>
  (await filesIn(directory)).map((path) => relative(directory, path).split(sep).join('/'));

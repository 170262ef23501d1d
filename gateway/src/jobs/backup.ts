import { constants } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { callerError } from '@xiaolaba/protocol';
import { sql } from 'kysely';
import type { DataDirectory } from '../data-directory.js';
import { openSqlite, type Store } from '../store/index.js';

/**
 * Writes a consistent copy of the database, the keys and the settings to a new folder; with `blobs` the files too.
 * Blobs are immutable and named by their hash, so copying them while the gateway runs is safe.
 * @throws XiaolabaError `backup-exists`
 */
export async function backup(store: Store, data: DataDirectory, target: string, blobs: boolean): Promise<void> {
  if (await stat(target).catch(() => undefined))
    throw callerError('backup-exists', `${target} exists already`, { path: target });
  const unfinished = `${target}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(unfinished, 'keys'), { recursive: true, mode: 0o700 });
  await sql`vacuum into ${join(unfinished, 'gateway.db')}`.execute(store);
  for (const name of await readdir(data.keys)) await copyFile(join(data.keys, name), join(unfinished, 'keys', name));
  await copyIfThere(data.settings, join(unfinished, 'gateway.yaml'));
  if (blobs) {
    const unfinishedBlobs = join(data.blobs, 'tmp');
    await cp(data.blobs, join(unfinished, 'blobs'), {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => path !== unfinishedBlobs,
    });
  }
  await rename(unfinished, target);
}

/**
 * Lays a backup out as the data directory of a gateway that is not running. What is there is kept beside it.
 * @returns where the former data went, if there was any
 * @throws XiaolabaError `backup-unusable`
 */
export async function restore(source: string, data: DataDirectory, now: number): Promise<string | undefined> {
  const database = join(source, 'gateway.db');
  if (!(await stat(database).catch(() => undefined)))
    throw callerError('backup-unusable', `no gateway.db in ${source}`, { path: source });
  const fresh = `${data.root}.restored`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(dirname(data.root), { recursive: true });
  await cp(source, fresh, { recursive: true });
  // Opening proves that it is whole, and brings an older one to the present shape.
  const store = await openSqlite(join(fresh, 'gateway.db'));
  await store.destroy();
  let former: string | undefined;
  if (await stat(data.root).catch(() => undefined)) {
    former = `${data.root}.before-restore-${new Date(now).toISOString().replaceAll(':', '')}`;
    if (!(await stat(join(fresh, 'blobs')).catch(() => undefined)) && (await stat(data.blobs).catch(() => undefined))) {
      await cp(data.blobs, join(fresh, 'blobs'), { recursive: true, mode: constants.COPYFILE_FICLONE });
    }
    if (!(await stat(join(fresh, 'gateway.yaml')).catch(() => undefined)))
      await copyIfThere(data.settings, join(fresh, 'gateway.yaml'));
    await rename(data.root, former);
  }
  await rename(fresh, data.root);
  return former;
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** The nightly copy: the newest few are kept. */
export async function rotateBackups(store: Store, data: DataDirectory, now: number, keep: number): Promise<void> {
  await mkdir(data.backups, { recursive: true });
  const name = new Date(now).toISOString().slice(0, 19).replaceAll(':', '');
  await backup(store, data, join(data.backups, name), false);
  const all = (await readdir(data.backups)).filter((entry) => /^\d{4}-\d\d-\d\dT\d{6}$/.test(entry)).sort();
  for (const old of all.slice(0, Math.max(0, all.length - keep)))
    await rm(join(data.backups, old), { recursive: true });
}

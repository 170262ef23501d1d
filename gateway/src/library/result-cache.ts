import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';

/** Small JSON answers by the hash of the question. Survives a restart; a damaged entry counts as none. */
export interface ResultCache<T> {
  get(key: string): Promise<T | undefined>;
  set(key: string, value: T): Promise<void>;
}

export function createResultCache<T>(directory: string, schema: z.ZodType<T>): ResultCache<T> {
  const file = (key: string): string => join(directory, key.slice(0, 2), `${key}.json`);
  return {
    get: async (key) => {
      try {
        return schema.parse(JSON.parse(await readFile(file(key), 'utf8')));
      } catch {
        // Missing, cut off by a power loss or written by another version: all are made again.
        return undefined;
      }
    },
    set: async (key, value) => {
      const final = file(key);
      await mkdir(dirname(final), { recursive: true });
      const draft = `${final}.${randomBytes(6).toString('hex')}`;
      try {
        const handle = await open(draft, 'wx');
        try {
          await handle.writeFile(JSON.stringify(value));
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(draft, final);
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}

/** A key for a question: the order of its parts counts. */
export const cacheKey = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

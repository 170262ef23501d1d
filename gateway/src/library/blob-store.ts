import { createHash, randomBytes } from 'node:crypto';
import { type BigIntStats, createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { callerError, worldError } from '@xiaolaba/protocol';
import { LRUCache } from 'lru-cache';

/** What a blob is known by, and its length in bytes. */
export interface BlobRef {
  readonly sha256: string;
  readonly bytes: number;
}

/** Both ends inclusive, in bytes, as in an HTTP Range header. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface OpenBlob {
  readonly stream: Readable;
  /** Length of the whole blob. */
  readonly size: number;
  readonly start: number;
  readonly end: number;
}

export interface FoundBlob {
  readonly size: number;
  readonly bytes?: Buffer;
}

/**
 * Files by their SHA-256. What comes out is what went in: a file that no longer matches its name is never served
 * (`blob-corrupt`), and putting the right bytes again mends it.
 */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<BlobRef>;
  putFile(path: string): Promise<BlobRef>;
  /** Present and intact. */
  has(sha256: string): Promise<boolean>;
  /** Where the file lies or would lie; nothing is checked. */
  path(sha256: string): string;
  /** Length in bytes, `undefined` where there is none; nothing is hashed. */
  size(sha256: string): Promise<number | undefined>;
  /** Throws `blob-missing`, `blob-corrupt`, `range-invalid`. The stream must be read to its end or destroyed. */
  open(sha256: string, range?: ByteRange): Promise<OpenBlob>;
  /**
   * How long a blob is, and all of it where it is no longer than `smallBytes`; `undefined` where there is none. What
   * many ask for at once, as an alert's files, is read once and kept for a while; a file that somebody has touched
   * since is read and checked again. Throws `blob-corrupt`. The bytes are not to be written to.
   */
  find(sha256: string): Promise<FoundBlob | undefined>;
  /** Hashes the file again, whatever is remembered. Throws `blob-missing`, `blob-corrupt`. */
  verify(sha256: string): Promise<BlobRef>;
  remove(sha256: string): Promise<void>;
  list(): AsyncIterable<string>;
}

/** Announcements are shorter than that, films longer. */
const smallBytes = 1024 * 1024;
/** As much is kept of small blobs. */
const keptBytes = 32 * 1024 * 1024;

const hexPattern = /^[0-9a-f]{64}$/;
const staleAfterMs = 24 * 3600 * 1000;

/** Opens (and creates) a store in `directory`. `now` dates what an interrupted write left behind. */
export async function openBlobStore(directory: string, now: () => number = Date.now): Promise<BlobStore> {
  const temporary = join(directory, 'tmp');
  await mkdir(temporary, { recursive: true });
  await sweep(temporary, now() - staleAfterMs);
  // A file is hashed once and then trusted for as long as the system says that nobody has touched it.
  const intact = new Map<string, string>();

  const path = (sha256: string): string => {
    if (!hexPattern.test(sha256)) throw callerError('blob-name', 'not a lower-case SHA-256', { sha256 });
    return join(directory, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  };

  async function checkHandle(handle: FileHandle, sha256: string, again: boolean): Promise<number> {
    const facts = await handle.stat({ bigint: true });
    const print = printOf(facts);
    if (again || intact.get(sha256) !== print) {
      intact.delete(sha256);
      const hash = createHash('sha256');
      for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) hash.update(chunk);
      if (hash.digest('hex') !== sha256) {
        throw worldError('blob-corrupt', 'a stored file does not match its name', { sha256 });
      }
      intact.set(sha256, print);
    }
    return Number(facts.size);
  }

  async function openHandle(sha256: string): Promise<FileHandle> {
    try {
      return await open(path(sha256), 'r');
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw callerError('blob-missing', 'no such blob', { sha256 }, error);
    }
  }

  const kept = new LRUCache<string, Buffer, string>({
    maxSize: keptBytes,
    sizeCalculation: ({ byteLength }) => Math.max(1, byteLength),
    fetchMethod: async (_print, _stale, { context }) => {
      const handle = await openHandle(context);
      try {
        await checkHandle(handle, context, false);
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    },
  });

  async function verify(sha256: string, again: boolean): Promise<BlobRef> {
    const handle = await openHandle(sha256);
    try {
      return { sha256, bytes: await checkHandle(handle, sha256, again) };
    } finally {
      await handle.close();
    }
  }

  async function has(sha256: string): Promise<boolean> {
    try {
      await verify(sha256, false);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && ['blob-missing', 'blob-corrupt'].includes(String(error.code))) {
        return false;
      }
      throw error;
    }
  }

  async function write(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<BlobRef> {
    const draft = join(temporary, randomBytes(12).toString('hex'));
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      const handle = await open(draft, 'wx');
      try {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.byteLength;
          await handle.writeFile(chunk);
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
      const sha256 = hash.digest('hex');
      if (!(await has(sha256))) await settle(draft, path(sha256));
      return { sha256, bytes };
    } finally {
      await rm(draft, { force: true });
    }
  }

  return {
    path,
    has,
    put: (bytes) => write([bytes]),
    putFile: (source) => write(createReadStream(source)),
    verify: (sha256) => verify(sha256, true),
    size: async (sha256) => {
      try {
        return (await stat(path(sha256))).size;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    open: async (sha256, range) => {
      const handle = await openHandle(sha256);
      try {
        // The handle that was checked is the one that is read: a file swapped in afterwards is not seen.
        const size = await checkHandle(handle, sha256, false);
        const { start, end } = range ?? { start: 0, end: size - 1 };
        if (range !== undefined && !(start >= 0 && start <= end && end < size)) {
          throw callerError('range-invalid', 'outside the blob', { sha256, start, end, size });
        }
        if (size === 0) {
          await handle.close();
          return { stream: createReadStream('/dev/null'), size, start: 0, end: -1 };
        }
        return { stream: handle.createReadStream({ start, end }), size, start, end };
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    find: async (sha256) => {
      const facts = await stat(path(sha256), { bigint: true }).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
      if (facts === undefined) return undefined;
      const size = Number(facts.size);
      if (size > smallBytes) return { size };
      const bytes = await kept.fetch(`${sha256} ${printOf(facts)}`, { context: sha256 });
      return bytes ? { size, bytes } : { size };
    },
    remove: async (sha256) => {
      intact.delete(sha256);
      await rm(path(sha256), { force: true });
    },
    list: () => walk(directory),
  };
}

/** Differs as soon as a file was written to or put in another's place. */
const printOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string => `${ino}:${size}:${mtimeNs}:${ctimeNs}`;

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Moves a finished file into place and makes the name itself survive a power cut. */
async function settle(draft: string, final: string): Promise<void> {
  const folder = join(final, '..');
  await mkdir(folder, { recursive: true });
  await rename(draft, final);
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sweep(temporary: string, before: number): Promise<void> {
  for (const name of await readdir(temporary)) {
    const file = join(temporary, name);
    const facts = await stat(file).catch(() => undefined);
    if (facts !== undefined && facts.mtimeMs < before) await rm(file, { force: true });
  }
}

async function* walk(directory: string): AsyncIterable<string> {
  const twoHex = /^[0-9a-f]{2}$/;
  for (const first of (await readdir(directory)).filter((name) => twoHex.test(name)).sort()) {
    for (const second of (await readdir(join(directory, first))).filter((name) => twoHex.test(name)).sort()) {
      for (const name of (await readdir(join(directory, first, second))).sort()) if (hexPattern.test(name)) yield name;
    }
  }
}

import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BlobStore, openBlobStore } from './blob-store.js';

const bytes = Buffer.from('小喇叭 开始广播了');
const sha256 = createHash('sha256').update(bytes).digest('hex');

describe('the blob store', () => {
  let directory: string;
  let blobs: BlobStore;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'xiaolaba-blobs-'));
    blobs = await openBlobStore(directory);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const content = async (range?: { start: number; end: number }): Promise<Buffer> =>
    await buffer((await blobs.open(sha256, range)).stream);
  const listed = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of blobs.list()) names.push(name);
    return names;
  };

  it('gives back what was put in, whole and in parts', async () => {
    expect(await blobs.put(bytes)).toEqual({ sha256, bytes: bytes.length });
    expect(await content()).toEqual(bytes);
    expect(await content({ start: 3, end: 8 })).toEqual(bytes.subarray(3, 9));
    expect(await blobs.size(sha256)).toBe(bytes.length);
    expect(await listed()).toEqual([sha256]);
    expect(blobs.path(sha256)).toBe(join(directory, sha256.slice(0, 2), sha256.slice(2, 4), sha256));
  });

  it('hands out small blobs whole, the same bytes to all who ask, and films not', async () => {
    await blobs.put(bytes);
    const [first, second] = await Promise.all([blobs.find(sha256), blobs.find(sha256)]);
    expect(first).toEqual({ size: bytes.length, bytes });
    expect(second?.bytes).toBe(first?.bytes);
    expect((await blobs.find(sha256))?.bytes).toBe(first?.bytes);
    const film = await blobs.put(Buffer.alloc(1024 * 1024 + 1));
    expect(await blobs.find(film.sha256)).toEqual({ size: 1024 * 1024 + 1 });
    await blobs.remove(sha256);
    expect(await blobs.find(sha256)).toBeUndefined();
  });

  it('keeps one file however often and in whatever way it comes', async () => {
    const file = join(directory, 'incoming.bin');
    await writeFile(file, bytes);
    const refs = await Promise.all([blobs.put(bytes), blobs.putFile(file), blobs.putFile(file)]);
    expect(new Set(refs.map((ref) => ref.sha256))).toEqual(new Set([sha256]));
    expect(await listed()).toEqual([sha256]);
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });

  it('keeps an empty blob', async () => {
    const ref = await blobs.put(new Uint8Array());
    expect((await buffer((await blobs.open(ref.sha256)).stream)).length).toBe(0);
  });

  it.each([
    ['changed in place', (path: string) => writeFile(path, Buffer.from(bytes).fill(0x41, 0, 1))],
    ['made longer', (path: string) => appendFile(path, 'x')],
    ['cut short', (path: string) => truncate(path, 4)],
  ])('never serves a file that was %s, and mends it when it comes again', async (_, tamper) => {
    await blobs.put(bytes);
    await content();
    const before = await stat(blobs.path(sha256));
    await tamper(blobs.path(sha256));
    await utimes(blobs.path(sha256), before.atime, before.mtime);
    await expect(blobs.open(sha256)).rejects.toMatchObject({ code: 'blob-corrupt' });
    await expect(blobs.verify(sha256)).rejects.toMatchObject({ code: 'blob-corrupt' });
    expect(await blobs.has(sha256)).toBe(false);
    await blobs.put(bytes);
    expect(await content()).toEqual(bytes);
  });

  it('finds tampering that happened while it was closed', async () => {
    await blobs.put(bytes);
    await writeFile(blobs.path(sha256), 'something else');
    blobs = await openBlobStore(directory);
    await expect(blobs.open(sha256)).rejects.toMatchObject({ code: 'blob-corrupt' });
  });

  it('refuses what it does not have or cannot be a name', async () => {
    await expect(blobs.open(sha256)).rejects.toMatchObject({ code: 'blob-missing' });
    expect(await blobs.has(sha256)).toBe(false);
    expect(await blobs.size(sha256)).toBeUndefined();
    expect(() => blobs.path('../../etc/passwd')).toThrow(expect.objectContaining({ code: 'blob-name' }));
    await blobs.put(bytes);
    for (const range of [
      { start: 5, end: 4 },
      { start: 0, end: bytes.length },
      { start: -1, end: 2 },
    ]) {
      await expect(blobs.open(sha256, range)).rejects.toMatchObject({ code: 'range-invalid' });
    }
    await blobs.remove(sha256);
    expect(await blobs.has(sha256)).toBe(false);
  });

  it('leaves no half-written file in place and sweeps old ones away', async () => {
    await expect(blobs.putFile(join(directory, 'absent'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
    const leftover = join(directory, 'tmp', 'left');
    await writeFile(leftover, 'half');
    await openBlobStore(directory);
    expect(await readFile(leftover, 'utf8')).toBe('half');
    await openBlobStore(directory, () => Date.now() + 48 * 3600 * 1000);
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });
});

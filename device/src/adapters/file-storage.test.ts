import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chainNext, chainStart } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, readAlive } from '../journal/journal.js';
import { FileStorage } from './file-storage.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xiaolaba-device-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('file storage', () => {
  it('keeps, appends, lists and forgets', async () => {
    const storage = new FileStorage(folder);
    expect(await storage.read('a/b')).toBeUndefined();
    expect(await storage.list('a')).toEqual([]);
    await storage.append('a/b', Buffer.from('one'));
    await storage.append('a/b', Buffer.from('two'));
    await storage.replace('a/c', Buffer.from('three'));
    expect(Buffer.from((await storage.read('a/b')) ?? []).toString()).toBe('onetwo');
    expect(await storage.size('a/c')).toBe(5);
    expect((await stat(join(folder, 'a/c'))).mode & 0o077).toBe(0);
    await writeFile(join(folder, 'a/d.new'), 'half');
    expect(await storage.list('a')).toEqual(['b', 'c']);
    // After a restart, what a cut left half written doesn't take room for ever.
    await new FileStorage(folder).append('a/e', Buffer.from('four'));
    expect((await readdir(join(folder, 'a'))).sort()).toEqual(['b', 'c', 'e']);
    await storage.remove('a/e');
    await storage.remove('a/b');
    await storage.remove('a/b');
    expect(await storage.list('a')).toEqual(['c']);
    expect(await storage.free()).toBeGreaterThan(0);
  });

  it('stays in its folder', async () => {
    await expect(new FileStorage(folder).read('../etc/passwd')).rejects.toMatchObject({ code: 'storage-name' });
  });

  it('says when the medium fails', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(new FileStorage(folder).replace('file/below', Buffer.from(''))).rejects.toMatchObject({
      code: 'storage-failed',
    });
  });

  it('has every play that was journalled before kill -9, in an unbroken chain', async () => {
    let safe = 0;
    for (const boot of ['b000001-00000001', 'b000002-00000002', 'b000003-00000003']) {
      const child = spawn(
        process.execPath,
        [
          ...['--import', 'tsx', '--conditions', '@xiaolaba/source'],
          fileURLToPath(new URL('../testing/journalling-child.ts', import.meta.url)),
          ...[folder, boot],
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let said = '';
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        said += String(chunk);
        if (said.split('\n').length > 20) break;
      }
      child.kill('SIGKILL');
      await once(child, 'exit');
      safe += said.split('\n').length - 1;
    }
    const journal = new Journal(
      new FileStorage(folder),
      { device: 'ls-0001', boot: 'b000009-00000009', maxBytes: 1 << 23 },
      { debug() {}, info() {}, warn() {}, error() {} },
    );
    await journal.open('0.1.0', 1_000, await readAlive(new FileStorage(folder)));
    const chains = new Map<string, string>();
    let completed = 0;
    for (let batch = await journal.next(); batch; batch = await journal.next()) {
      let chain = chains.get(batch.boot) ?? chainStart(sha256, 'ls-0001', batch.boot);
      expect(batch.chain).toBe(chain);
      for (const line of batch.lines) {
        if ((JSON.parse(line) as { result?: string }).result === 'completed') completed++;
        chain = chainNext(sha256, chain, line);
      }
      chains.set(batch.boot, chain);
      await journal.acknowledge(batch.boot, batch.first + batch.lines.length - 1);
    }
    expect(chains.size).toBe(4);
    expect(completed).toBeGreaterThanOrEqual(safe);
  });
});

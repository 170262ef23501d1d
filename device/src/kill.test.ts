import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RecordBatch } from '@xiaolaba/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileStorage } from './adapters/file-storage.js';
import { checkAfterCut } from './testing/after-cut.js';
import { type KillMoment, killedLife } from './testing/killed-life.js';
import type { Heard } from './testing/test-device.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'xiaolaba-kill-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Told {
  readonly batch?: RecordBatch;
  readonly heard?: Heard;
  readonly killed?: number;
  readonly lived?: number;
}

/** A process's life on real files, up to its end. */
async function live(folder: string, write: number, moment: KillMoment): Promise<Told[]> {
  const log = `${folder}.log`;
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--conditions', '@xiaolaba/source'],
      fileURLToPath(new URL('./testing/living-child.ts', import.meta.url)),
      ...[folder, log, String(write), JSON.stringify(moment)],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  await once(child, 'exit');
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Told);
}

async function filesIn(folder: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  // Whoever was killed at the first byte may not have come to make the folder.
  const entries = existsSync(folder) ? await readdir(folder, { recursive: true, withFileTypes: true }) : [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(relative(folder, path), await readFile(path));
  }
  return files;
}

/** @returns what is broken after the process was killed there; `undefined` where it never came to that */
async function kill(write: number, moment: KillMoment): Promise<string[] | undefined> {
  const folder = join(root, `${write}-${moment}`);
  const told = await live(folder, write, moment);
  const killed = told.find((line) => line.killed !== undefined)?.killed;
  if (killed === undefined) return;
  const { gateway, device, content } = await killedLife(killed);
  try {
    for (const { batch, heard } of told) {
      if (batch) gateway.keep(batch);
      if (heard) device.heard.push(heard);
    }
    device.medium = new FileStorage(folder);
    return await checkAfterCut(device, content, await filesIn(folder));
  } finally {
    device.agent?.cut();
    await gateway.stop();
  }
}

it('goes on after kill -9 in the middle of any kind of write to real files', { timeout: 180_000 }, async () => {
  const whole = await live(join(root, 'whole'), 0, 'before');
  const writes = whole.at(-1)?.lived ?? 0;
  expect(writes).toBeGreaterThan(30);
  // Every second write; by turns before it, after it, and ever deeper in it.
  const points = Array.from({ length: Math.floor(writes / 2) }, (_, index) => ({
    write: 2 * index + 1 + (index % 2),
    moment: ([0, 'before', 2, 4, 'after', 6, 1, 3, 8] as const)[index % 9] ?? 'before',
  }));
  const broken: string[] = [];
  let killed = 0;
  const go = async (): Promise<void> => {
    for (let point = points.shift(); point; point = points.shift()) {
      const found = await kill(point.write, point.moment);
      if (found) killed++;
      for (const what of found ?? []) broken.push(`write ${point.write}, ${point.moment}: ${what}`);
    }
  };
  await Promise.all([go(), go(), go()]);
  expect(broken).toEqual([]);
  expect(killed).toBeGreaterThan(writes / 2 - 3);
});

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentLog } from '../agent-types.js';
import { BoundedFile } from './bounded-file.js';
import { openLog } from './open-log.js';
import { thinned } from './thinned.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xiaolaba-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const texts = async (path: string): Promise<string> =>
  (await Promise.all((await readdir(path)).sort().map((name) => readFile(join(path, name), 'utf8')))).join('');

describe('bounded file', () => {
  it('never takes more than its bound, and keeps the newest', async () => {
    const bound = 64 * 1024;
    for (let round = 0; round < 6; round++) {
      // A restart goes on with the same files.
      const file = new BoundedFile(join(folder, 'log', 'device.log'), bound);
      for (let line = 0; line < 400; line++) {
        file.write(`${String(round * 400 + line).padStart(99, '.')}\n`);
        if (line % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await file.close();
      const sizes = await Promise.all(
        (await readdir(join(folder, 'log'))).map(async (name) => (await stat(join(folder, 'log', name))).size),
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bound);
    }
    const file = new BoundedFile(join(folder, 'log', 'device.log'), bound);
    file.write('the last\n');
    await file.close();
    const kept = await texts(join(folder, 'log'));
    expect(kept).toContain('the last\n');
    expect(kept).not.toContain('..0\n');
    expect(kept.length).toBeGreaterThan(bound / 3);
  });

  it('leaves lines out where the medium refuses, and goes on when it takes them again', async () => {
    let now = 0;
    // No folder can be made where a file is.
    await writeFile(join(folder, 'log'), '');
    const file = new BoundedFile(join(folder, 'log', 'device.log'), 1 << 20, () => now);
    file.write('lost\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    file.write('lost too\n');
    await rm(join(folder, 'log'));
    await mkdir(join(folder, 'log'));
    file.write('not tried yet\n');
    now = 61_000;
    file.write('there\n');
    await file.close();
    expect(await texts(join(folder, 'log'))).toBe('there\n');
  });
});

describe('thinning', () => {
  it('lets a noisy loop through a few times in ten minutes, and says how many there were', () => {
    let now = 0;
    const lines: [string, object, string][] = [];
    const at =
      (level: string) =>
      (details: object, message: string): void => {
        lines.push([level, details, message]);
      };
    const inner: AgentLog = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    const log = thinned(inner, () => now);
    for (let turn = 0; turn < 10_000; turn++) {
      log.warn({ turn }, 'the sign does not answer');
      now += 60;
    }
    log.error({}, 'the sign does not answer');
    expect(lines).toHaveLength(6);
    log.warn({ turn: 'last' }, 'the sign does not answer');
    expect(lines.at(-1)).toEqual(['warn', { turn: 'last', suppressed: 9_995 }, 'the sign does not answer']);
  });

  it('remembers only so many messages', () => {
    let written = 0;
    const count = (): void => void written++;
    const log = thinned({ debug: count, info: count, warn: count, error: count }, () => 0);
    for (let turn = 0; turn < 10_000; turn++) log.info({}, `message ${turn}`);
    expect(written).toBe(10_000);
  });
});

describe('where the log goes', () => {
  const open = async (
    environment: Record<string, string>,
    isTTY: boolean,
    log?: { megabytes: number; file?: string },
  ): Promise<{ stderr: string; files: string[] }> => {
    let stderr = '';
    const opened = openLog({ data: folder, logLevel: 'info', ...(log ? { log } : {}) }, 'ls-0001', {
      environment,
      stderr: { isTTY, write: (text) => (stderr += text) },
    });
    opened.log.debug({}, 'too much');
    opened.log.info({ n: 1 }, 'hello');
    await opened.close();
    return { stderr, files: await readdir(folder, { recursive: true }) };
  };

  it('is the journal under systemd', async () => {
    const { stderr, files } = await open({ JOURNAL_STREAM: '8:1' }, false);
    expect(JSON.parse(stderr)).toMatchObject({ device: 'ls-0001', n: 1, msg: 'hello' });
    expect(files).toEqual([]);
  });

  it('is a file elsewhere, and the terminal where there is one', async () => {
    expect(await open({}, false)).toEqual({ stderr: '', files: ['log', 'log/device.log'] });
    expect((await open({}, true)).stderr).toContain('hello');
  });

  it('is a file under systemd too where that is wanted', async () => {
    const { stderr, files } = await open({ JOURNAL_STREAM: '8:1' }, false, { megabytes: 1, file: 'own.log' });
    expect(stderr).toContain('hello');
    expect(files).toEqual(['own.log']);
  });
});

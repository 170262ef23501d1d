import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ByteLine } from '../peripherals/driver.js';
import { openLine } from './lines.js';
import { SystemClock } from './system-clock.js';

const hasSocat = spawnSync('socat', ['-V']).status === 0;
const until = (check: () => void) => vi.waitFor(check, { timeout: 25_000, interval: 20 });
const bytes = (...values: number[]) => Uint8Array.from(values);

let folder: string;
let path: string;
let adapter: ChildProcess | undefined;
let fromHost: Buffer;
let line: ByteLine | undefined;
const warnings: string[] = [];
const log = { debug() {}, info() {}, warn: (_details: object, message: string) => warnings.push(message), error() {} };

/** A pseudo-terminal as the serial adapter, whose far end is this test: ending it is pulling the plug. */
async function plugIn(): Promise<ChildProcess> {
  const child = spawn('socat', [`PTY,link=${path},raw,echo=0`, 'STDIO'], { stdio: ['pipe', 'pipe', 'ignore'] });
  fromHost = Buffer.alloc(0);
  child.stdout?.on('data', (data: Buffer) => {
    fromHost = Buffer.concat([fromHost, data]);
  });
  child.stdin?.on('error', () => {});
  adapter = child;
  await once(child, 'spawn');
  return child;
}
async function pullOut(): Promise<void> {
  const child = adapter;
  adapter = undefined;
  if (!child || child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xiaolaba-line-'));
  path = join(folder, 'ttyMODULE');
  warnings.length = 0;
});
afterEach(async () => {
  await line?.close();
  await pullOut();
  await rm(folder, { recursive: true });
});

describe.skipIf(!hasSocat)('a serial line', () => {
  it('opens, loses its port, and opens it again', async () => {
    const states: boolean[] = [];
    let fromModule = Buffer.alloc(0);
    line = openLine(path, 9600, new SystemClock(), log);
    line.onState((isUp) => states.push(isUp));
    line.onData((data) => {
      fromModule = Buffer.concat([fromModule, data]);
    });
    await until(() => expect(warnings).toEqual(['line down']));
    expect(await line.write(bytes(1)).catch(errorCode)).toBe('line-down');
    for (const round of [1, 2]) {
      const child = await plugIn();
      await until(() => expect(line?.isUp).toBe(true));
      fromModule = Buffer.alloc(0);
      await line.write(bytes(0xff, 0x00, 0x0a, 0x0d, 0x7e, round));
      child.stdin?.write(bytes(0x7e, 0x0d, 0x0a, 0x03, 0xff, round));
      await until(() => expect([...fromHost]).toEqual([0xff, 0x00, 0x0a, 0x0d, 0x7e, round]));
      await until(() => expect([...fromModule]).toEqual([0x7e, 0x0d, 0x0a, 0x03, 0xff, round]));
      await pullOut();
      await until(() => expect(line?.isUp).toBe(false));
      expect(await line.write(bytes(1)).catch(errorCode)).toBe('line-down');
    }
    expect(states).toEqual([true, false, true, false]);
  });

  it('leaves the port alone once it is closed', async () => {
    await plugIn();
    line = openLine(path, 9600, new SystemClock(), log);
    await until(() => expect(line?.isUp).toBe(true));
    await line.close();
    expect(line.isUp).toBe(false);
    // The port is free for whoever wants it next: serial ports are opened for one alone.
    const next = openLine(path, 9600, new SystemClock(), log);
    await until(() => expect(next.isUp).toBe(true));
    await next.close();
  });

  it('is closed while its port is still missing', async () => {
    line = openLine(path, 9600, new SystemClock(), log);
    await line.close();
    await line.close();
    expect(line.isUp).toBe(false);
  });
});

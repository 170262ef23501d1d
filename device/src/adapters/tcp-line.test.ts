import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Cancel } from '../ports/index.js';
import { SystemClock } from './system-clock.js';
import { openTcpLine } from './tcp-line.js';

/** A clock whose timers go off when the test says so. */
class HandClock extends SystemClock {
  readonly timers = new Map<number, () => void | Promise<void>>();

  override after(milliseconds: number, call: () => void | Promise<void>): Cancel {
    this.timers.set(milliseconds, call);
    return () => void this.timers.delete(milliseconds);
  }
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const program = `const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;

let child: ChildProcess | undefined;
const fillers: Socket[] = [];
afterEach(() => {
  for (const filler of fillers.splice(0)) filler.destroy();
  child?.kill('SIGKILL');
});

/** A port whose program hangs and whose queue is full: the system drops every further call without a word. */
async function hungPort(): Promise<number> {
  const hung = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  child = hung;
  const [line] = (await once(hung.stdout, 'data')) as [Buffer];
  const port = Number(String(line));
  hung.kill('SIGSTOP');
  for (let count = 0; count < 6; count++) {
    const filler = connect(port, '127.0.0.1');
    filler.on('error', () => {});
    fillers.push(filler);
  }
  await until(() => expect(fillers.filter(({ pending }) => !pending).length).toBeGreaterThanOrEqual(2));
  return port;
}

describe.skipIf(process.platform !== 'linux')('a peer that never answers', () => {
  it('is given up after ten seconds, and called again after a pause', async () => {
    const port = await hungPort();
    const clock = new HandClock();
    const warnings: object[] = [];
    const log = { debug() {}, info() {}, warn: (details: object) => warnings.push(details), error() {} };
    const line = openTcpLine({ host: '127.0.0.1', port }, { clock, log });
    await until(() => expect([...clock.timers.keys()]).toEqual([10_000]));
    clock.timers.get(10_000)?.();
    await until(() => expect([...clock.timers.keys()]).toEqual([500]));
    expect(warnings).toHaveLength(1);
    expect(line.isUp).toBe(false);
    clock.timers.get(500)?.();
    await until(() => expect(clock.timers.has(10_000)).toBe(true));
    await line.close();
    expect(clock.timers.has(10_000)).toBe(false);
  });
});

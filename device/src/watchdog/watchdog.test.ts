import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, every, morning, releaseOf, spoken } from '../testing/test-content.js';
import { TestDevice } from '../testing/test-device.js';
import { TestGateway } from '../testing/test-gateway.js';
import { TestWorld } from '../testing/test-world.js';
import { isAlive, startWatchdog } from './watchdog.js';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** A service manager's socket: a line for each datagram. Its credentials and descriptors are taken as systemd does. */
const receiver = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    data, fds, _, _ = socket.recv_fds(s, 4096, 4)
    for fd in fds: os.close(fd)
    print(data.decode().strip().replace(chr(10), ' '), flush=True)
`;

describe('telling systemd', () => {
  let folder: string;
  let manager: ChildProcess;
  let socket: string;
  const told: string[] = [];
  const before = process.env.NOTIFY_SOCKET;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xiaolaba-notify-'));
    socket = join(folder, 'notify');
    told.length = 0;
    manager = spawn('python3', ['-c', receiver, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (manager.stdout) createInterface(manager.stdout).on('line', (line) => told.push(line));
    while (!told.includes('bound')) await new Promise((resolve) => setTimeout(resolve, 10));
    process.env.NOTIFY_SOCKET = socket;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env.NOTIFY_SOCKET;
    else process.env.NOTIFY_SOCKET = before;
    manager.kill('SIGKILL');
    await once(manager, 'exit');
    await rm(folder, { recursive: true, force: true });
  });
  const count = (what: string): number => told.filter((line) => line === what).length;
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it('that it is ready, and alive for as long as it is', async () => {
    let alive = true;
    let asked = 0;
    const end = startWatchdog({
      environment: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000', WATCHDOG_PID: String(process.pid) },
      pid: process.pid,
      alive: () => {
        asked++;
        return alive;
      },
      log: quiet,
    });
    await until(() => count('READY=1') === 1 && count('WATCHDOG=1') >= 3);
    alive = false;
    const stuckAt = asked;
    // What was on its way when it got stuck still comes.
    await until(() => asked > stuckAt + 5);
    const silent = count('WATCHDOG=1');
    await until(() => asked > stuckAt + 15);
    expect(count('WATCHDOG=1')).toBe(silent);
    await end();
    await until(() => count('STOPPING=1') === 1);
    expect(existsSync(socket)).toBe(true);
  });

  it('nothing where the watchdog is meant for another process', async () => {
    const end = startWatchdog({
      environment: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '20000', WATCHDOG_PID: '1' },
      pid: process.pid,
      alive: () => true,
      log: quiet,
    });
    await until(() => count('READY=1') === 1);
    await end();
    await until(() => count('STOPPING=1') === 1);
    expect(count('WATCHDOG=1')).toBe(0);
  });

  it('nothing where no service manager listens', async () => {
    let asked = 0;
    const environment = { WATCHDOG_USEC: '20000' };
    await startWatchdog({ environment, pid: process.pid, alive: () => asked++ === 0, log: quiet })();
    expect(asked).toBe(0);
    expect(told).toEqual(['bound']);
  });
});

describe('alive', () => {
  let gateway: TestGateway;
  let world: TestWorld;
  let device: TestDevice;
  const alive = (): boolean => isAlive(device.agent?.vitals, 60);

  beforeEach(async () => {
    gateway = await TestGateway.start();
    world = new TestWorld(morning);
    device = new TestDevice(world, gateway, gateway.identity());
    await device.start();
    const item = spoken(gateway, 'digest', 20);
    const release = await gateway.addRelease(releaseOf([item], [every('rush', 'digest', 600)]));
    await gateway.assign(gateway.assignment(device.identity, world.now(), { releases: [release] }));
    await world.advance(1_000);
  });
  afterEach(async () => {
    device.agent?.cut();
    await gateway.stop();
  });
  /** As `advance` does, without waiting for what never settles. */
  const pass = async (milliseconds: number): Promise<void> => {
    world.settle = async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    await world.advance(milliseconds);
  };

  it('is a device that plays, that has no link, and whose medium is full', async () => {
    expect(isAlive(undefined, 60)).toBe(false);
    for (let minute = 0; minute < 30; minute++) {
      await world.advance(60_000);
      if (minute === 10) gateway.setOnline(false);
      if (minute === 20) device.storage.room = -1;
      expect(alive()).toBe(true);
    }
    expect(device.heard.length).toBe(3);
  });

  it('is none whose storage does not answer any more', async () => {
    device.storage.replace = () => new Promise(() => {});
    await pass(150_000);
    expect(alive()).toBe(true);
    await pass(60_000);
    expect(alive()).toBe(false);
  });

  it('is none whose timers do not go off any more', async () => {
    await world.advanceTo(at('07:05:00'));
    world.after = () => () => {};
    await pass(0);
    const due = world.monotonic() + 4 * 60_000;
    await pass(60_000);
    expect(alive()).toBe(true);
    await pass(due - world.monotonic());
    expect(alive()).toBe(false);
  });

  it('is none whose player is overdue though its beat comes round', async () => {
    const after = world.after.bind(world);
    // The sound card hangs: its sound never ends, not even when it is told to.
    world.sleep = () => new Promise(() => {});
    world.after = after;
    await pass(at('07:01:00') - world.now());
    expect(device.heard.length).toBe(1);
    expect(alive()).toBe(true);
    await pass(60_000);
    expect(device.agent?.vitals?.sinceBeatMs).toBeLessThan(61_000);
    expect(alive()).toBe(false);
  });
});

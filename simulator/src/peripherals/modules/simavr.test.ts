import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openLine, SystemClock } from '@xiaolaba/device/adapters';
import { openBoardDriver } from '@xiaolaba/device/peripherals';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { standardFirmata } from './testing/standard-firmata.js';

/** A second, independent emulation of the board: Debian's `libsimavr-dev` and a C compiler. */
const headers = '/usr/include/simavr';
const missing = [
  ...(existsSync(join(headers, 'parts/uart_pty.h')) ? [] : ['libsimavr-dev']),
  ...(spawnSync('gcc', ['--version']).status === 0 ? [] : ['gcc']),
];
const source = fileURLToPath(new URL('testing/simavr-board.c', import.meta.url));
const log = { debug() {}, info() {}, warn() {}, error() {} };
const clock = new SystemClock();
const soon = { timeout: 20_000, interval: 20 };

describe.skipIf(missing.length > 0)(`StandardFirmata in simavr${missing.map((name) => `, without ${name}`)}`, () => {
  let directory: string;
  let child: ChildProcess;
  let said = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'xiaolaba-simavr-'));
    const program = join(directory, 'simavr-board');
    const libraries = ['-lsimavr', '-lsimavrparts', '-lpthread'];
    await promisify(execFile)('gcc', [
      '-O2',
      `-I${headers}`,
      `-I${headers}/parts`,
      '-o',
      program,
      source,
      ...libraries,
    ]);
    const image = join(directory, 'image.hex');
    await writeFile(image, standardFirmata());
    child = spawn(program, [image], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await vi.waitFor(() => expect(said).toMatch(/^pty \S+$/m), soon);
  }, 60_000);
  afterAll(async () => {
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
    await rm(directory, { recursive: true, force: true });
  });

  it('is driven over its serial port: the relay closes, and the level rises with it', async () => {
    const path = /^pty (\S+)$/m.exec(said)?.[1] ?? '';
    const driver = openBoardDriver(
      { line: openLine(path, 57_600, clock, log), clock, log },
      { relay: { pin: 7, contact: 'open', wakeMs: 0 }, level: { pin: 'A0', kind: 'sound', heardAt: 400 } },
    );
    try {
      await vi.waitFor(() => expect(driver.health).toBeUndefined(), soon);
      await vi.waitFor(() => expect(driver.parts.level?.read()).toBeLessThan(100), soon);
      await driver.parts.amplifier?.set(true);
      await vi.waitFor(() => expect(said.trim().endsWith('relay 1')).toBe(true), soon);
      // 3 V of 5 V in ten bits.
      await vi.waitFor(() => expect(driver.parts.level?.read()).toBeCloseTo(614, -1), soon);
      await driver.parts.amplifier?.set(false);
      await vi.waitFor(() => expect(said.trim().endsWith('relay 0')).toBe(true), soon);
    } finally {
      await driver.close();
    }
  }, 60_000);
});

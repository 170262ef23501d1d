import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installDebianPackages, SetupError } from './debian-packages.mjs';
import { withLock } from './lock.mjs';
import { npmPackagesStand } from './npm-packages.mjs';
import { countTests } from './test-counts.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xiaolaba-setup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('Debian packages', () => {
  const missing = [
    ['ffmpeg', 'ffmpeg'],
    ['mosquitto_sub', 'mosquitto-clients'],
  ];
  const line = 'apt-get install -y --no-install-recommends ffmpeg mosquitto-clients';

  /** A machine that records what is run on it. */
  function machine({ isRoot = false, programs = ['apt-get'], refuses = [] as string[] } = {}) {
    const ran: string[] = [];
    const run = (command: string, args: string[]) => {
      ran.push([command, ...args].join(' '));
      return !refuses.some((text) => ran.at(-1)?.includes(text));
    };
    return { ran, system: { isRoot, run, isOnPath: (program: string) => programs.includes(program) } };
  }
  const quietly = () => undefined;

  it('is installed by root', () => {
    const { ran, system } = machine({ isRoot: true });
    installDebianPackages(missing, system, quietly);
    expect(ran).toEqual([
      'env DEBIAN_FRONTEND=noninteractive apt-get update -qq',
      `env DEBIAN_FRONTEND=noninteractive ${line}`,
    ]);
  });

  it('is installed through a sudo that asks nothing', () => {
    const { ran, system } = machine({ programs: ['apt-get', 'sudo'], refuses: ['update'] });
    installDebianPackages(missing, system, quietly);
    expect(ran).toEqual([
      'sudo -n true',
      'sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update -qq',
      `sudo -n env DEBIAN_FRONTEND=noninteractive ${line}`,
    ]);
  });

  it.each([
    ['without sudo', { programs: ['apt-get'] }],
    ['with a sudo that asks', { programs: ['apt-get', 'sudo'], refuses: ['sudo -n true'] }],
  ])('leaves the one line to type %s', (_, options) => {
    const { ran, system } = machine(options);
    const install = () => installDebianPackages(missing, system, quietly);
    expect(install).toThrow(SetupError);
    expect(install).toThrow(`\n  sudo apt-get update && sudo ${line}`);
    expect(ran.filter((command) => command !== 'sudo -n true')).toEqual([]);
  });

  it('says what failed, and what is missing where there is no apt-get', () => {
    const failing = machine({ isRoot: true, refuses: ['install'] });
    expect(() => installDebianPackages(missing, failing.system, quietly)).toThrow(`\n  ${line}`);
    const other = machine({ isRoot: true, programs: [] });
    expect(() => installDebianPackages(missing, other.system, quietly)).toThrow('ffmpeg, mosquitto_sub');
    expect(other.ran).toEqual([]);
  });
});

describe('npm packages', () => {
  const wanted = {
    '': { name: 'root' },
    cli: { version: '1.0.0' },
    'node_modules/cli': { resolved: 'cli', link: true },
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/only-elsewhere': { version: '1.0.0', integrity: 'y', optional: true },
  };
  const lay = (packages: object | string) => {
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    const text = typeof packages === 'string' ? packages : JSON.stringify({ packages });
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), text);
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }));
    return npmPackagesStand(folder) as boolean;
  };
  const { 'node_modules/only-elsewhere': _, ...here } = wanted;

  it('stand where npm laid them all out, without those for other platforms', () => {
    expect(lay(here)).toBe(true);
    expect(lay(wanted)).toBe(true);
  });

  it('do not stand where one is absent, of another version or half-installed', () => {
    expect(npmPackagesStand(folder)).toBe(false);
    expect(lay({ ...here, 'node_modules/a': undefined })).toBe(false);
    expect(lay({ ...here, 'node_modules/cli': undefined })).toBe(false);
    expect(lay({ ...here, 'node_modules/a': { version: '1.0.1', integrity: 'x' } })).toBe(false);
    expect(lay({ ...here, 'node_modules/a': { version: '1.0.0', integrity: 'z' } })).toBe(false);
    expect(lay('{"packages": {"node_mod')).toBe(false);
  });
});

describe('lock', () => {
  const quietly = () => undefined;

  it('lets one process work at a time', async () => {
    const lock = join(folder, 'new/lock');
    const log = join(folder, 'log');
    const module = new URL('lock.mjs', import.meta.url).href;
    const program = `
      import { appendFileSync } from 'node:fs';
      import { setTimeout as wait } from 'node:timers/promises';
      import { withLock } from ${JSON.stringify(module)};
      await withLock(${JSON.stringify(lock)}, () => {}, async () => {
        appendFileSync(${JSON.stringify(log)}, 'in ');
        await wait(60);
        appendFileSync(${JSON.stringify(log)}, 'out ');
      });`;
    const children = [1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module', '-e', program]));
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('in out in out in out ');
  });

  it('is taken over from a process that died, and given back after a failure', async () => {
    const lock = join(folder, 'lock');
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    writeFileSync(lock, String(dead.pid));
    expect(await withLock(lock, quietly, () => 'done')).toBe('done');
    await expect(
      withLock(lock, quietly, () => {
        throw new RangeError('failed');
      }),
    ).rejects.toThrow(RangeError);
    expect(await withLock(lock, quietly, () => 'again')).toBe('again');
  });
});

describe('closing line of the tests', () => {
  const report = (counts: object) =>
    JSON.stringify({ numPassedTests: 3, numFailedTests: 0, numFailedTestSuites: 0, numPendingTests: 1, ...counts });

  it('counts what vitest counted', () => {
    expect(countTests(report({}), 0)).toEqual({ passed: 3, failed: 0, skipped: 1 });
    expect(countTests(report({ numFailedTests: 2, numFailedTestSuites: 1 }), 1)).toMatchObject({ failed: 2 });
  });

  it('never calls green what did not run to its end', () => {
    expect(countTests(report({ numFailedTestSuites: 2 }), 1)).toMatchObject({ passed: 3, failed: 2 });
    expect(countTests(report({}), 1)).toMatchObject({ failed: 1 });
    expect(countTests(report({}), null)).toMatchObject({ failed: 1 });
    expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countTests('{"numPass', 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

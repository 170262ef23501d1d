import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installCommand } from '../commands/install.js';
import { parseConfig } from '../config/config.js';
import { writeIdentity } from '../enrolment/identity-file.js';
import { type Account, mayUse, readAccount } from './account.js';
import { installProblems } from './preconditions.js';
import { deviceUnit } from './unit.js';

// Not in the temporary folder: a service doesn't see that one.
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(process.cwd(), 'node_modules', '.xiaolaba-install-'));
  await mkdir(join(folder, 'data'));
  await writeIdentity(join(folder, 'identity.json'), {
    device: 'ls-0001',
    profile: 'loudspeaker',
    place: 'site/estate-01',
    secret: 'secret',
    keys: generateKeyPair(),
    approvers: [generateKeyPair().publicKey],
    gateway: generateKeyPair().publicKey,
  });
  await writeFile(join(folder, 'device.yaml'), yaml());
  await writeFile(join(folder, 'program.mjs'), '');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const yaml = (more = ''): string => `gateway: { http: "https://gateway.example", mqtt: "mqtts://gateway.example" }
identity: ${folder}/identity.json
data: ${folder}/data
${more}`;

const me = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
const paths = () => ({
  config: join(folder, 'device.yaml'),
  node: process.execPath,
  program: join(folder, 'program.mjs'),
  // Somebody may well check out the whole project below /tmp.
  temporary: ['/tmp/xiaolaba'],
});

async function install(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io: CommandIo = {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    language: 'en',
    signal: new AbortController().signal,
  };
  const { node, program, temporary } = paths();
  return { code: await installCommand(args, io, { node, program, temporary }), out, err };
}

const parts = {
  device: 'ls-0001',
  user: 'root',
  config: '/etc/xiaolaba/device.yaml',
  data: '/var/lib/xia olaba',
  node: '/usr/bin/true',
  program: '/opt/xiaolaba/50%/$HOME.mjs',
  sound: true,
  serial: true,
  homes: false,
};

describe('unit', () => {
  const settings = (unit: string): Map<string, string> =>
    new Map(
      unit.split('\n').flatMap((line): [string, string][] => {
        const found = /^(\w+)=(.*)$/.exec(line);
        return found ? [[found[1] ?? '', found[2] ?? '']] : [];
      }),
    );

  it('starts without a network, comes back always, and writes in one folder only', () => {
    const unit = settings(deviceUnit(parts));
    expect(unit.has('Requires') || unit.has('Wants')).toBe(false);
    expect(Object.fromEntries(unit)).toMatchObject({
      Type: 'notify',
      NotifyAccess: 'all',
      Restart: 'always',
      StartLimitIntervalSec: '0',
      ProtectSystem: 'strict',
      ReadWritePaths: '"/var/lib/xia olaba"',
      SupplementaryGroups: 'dialout audio',
      MemoryMax: '200M',
      ExecStart:
        '/usr/bin/true --max-old-space-size=96 --max-semi-space-size=4 /opt/xiaolaba/50%%/$$HOME.mjs device --config /etc/xiaolaba/device.yaml',
    });
  });

  it('gives no device to a unit that needs none', () => {
    const unit = settings(deviceUnit({ ...parts, sound: false, serial: false }));
    expect([unit.get('PrivateDevices'), unit.has('DeviceAllow'), unit.has('SupplementaryGroups')]).toEqual([
      'yes',
      false,
      false,
    ]);
  });

  // On another system there is nothing to ask.
  it.skipIf(spawnSync('systemd-analyze', ['--version']).error)('is one that systemd understands', async () => {
    const path = join(folder, 'xiaolaba-device.service');
    for (const needs of [true, false]) {
      const unit = deviceUnit({ ...parts, sound: needs, serial: needs });
      // Systemd before 254 doesn't know them, says so, and goes on; here it is to have nothing to say.
      await writeFile(path, unit.replace(/^Restart(Steps|MaxDelaySec)=.*$/gm, ''));
      const { stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', path], {
        encoding: 'utf8',
      });
      expect(stderr.split('\n').filter((line) => line.includes('xiaolaba-device'))).toEqual([]);
      expect(status).toBe(0);
    }
  });
});

describe('who may use what', () => {
  it('goes by owner, group and mode, all the way down', async () => {
    const path = join(folder, 'data');
    await chmod(folder, 0o755);
    await chmod(path, 0o750);
    const uid = process.getuid?.() ?? 0;
    const gid = process.getgid?.() ?? 0;
    const of = (account: Partial<Account>): Account => ({ uid: 4242, gids: new Set([4242]), ...account });
    if (uid === 0) await chown(path, 1234, gid);
    const owner = uid === 0 ? 1234 : uid;
    expect(await mayUse(of({ uid: owner }), path, 'read', 'write', 'enter')).not.toBe('missing');
    expect(await mayUse(of({ gids: new Set([gid]) }), path, 'write')).toBe('no');
    expect(await mayUse(of({}), path, 'read')).toBe('no');
    expect(await mayUse(of({ uid: 0 }), path, 'write')).toBe('yes');
    expect(await mayUse(of({ uid: 0 }), join(folder, 'none'), 'read')).toBe('missing');
    await chmod(folder, 0o700);
    await chmod(path, 0o777);
    expect(await mayUse(of({}), path, 'read')).toBe('no');
  });

  it('finds users and the groups that they are in', async () => {
    await writeFile(join(folder, 'passwd'), 'root:x:0:0::/root:/bin/sh\nbox:x:999:998::/var/lib/box:/bin/false\n');
    await writeFile(join(folder, 'group'), 'box:x:998:\ndialout:x:20:root,box\naudio:x:29:pulse\n');
    expect(await readAccount('box', folder)).toEqual({ uid: 999, gids: new Set([998, 20]) });
    expect(await readAccount('nobody-there', folder)).toBeUndefined();
  });
});

describe('install', () => {
  it('writes the unit and tells what to type next', async () => {
    const { code, out, err } = await install(
      '--config',
      join(folder, 'device.yaml'),
      '--user',
      me,
      '--unit-dir',
      folder,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const next of ['daemon-reload', 'enable --now xiaolaba-device']) expect(out).toContain(next);
    const unit = await readFile(join(folder, 'xiaolaba-device.service'), 'utf8');
    expect(unit).toContain(`${folder}/program.mjs device --config ${folder}/device.yaml`);
    const printed = await install('--config', join(folder, 'device.yaml'), '--user', me, '--print');
    expect(printed).toEqual({ code: 0, out: unit, err: '' });
  });

  it('is called rightly', async () => {
    expect((await install('--print')).code).toBe(2);
    expect((await install('--config', join(folder, 'device.yaml'), '--user', 'no body')).code).toBe(2);
    await expect(install('--config', join(folder, 'none.yaml'))).rejects.toMatchObject({ code: 'config-unreadable' });
    const nowhere = await install('--config', join(folder, 'device.yaml'), '--user', me, '--unit-dir', '/nonexistent');
    expect([nowhere.code, nowhere.out]).toEqual([1, '']);
  });

  it('refuses, with all reasons at once and nothing written', async () => {
    await writeFile(
      join(folder, 'device.yaml'),
      `gateway: { http: "https://gateway.example", mqtt: "mqtts://gateway.example", ca: ca.pem }
identity: /tmp/xiaolaba/identity.json
data: ${folder}/none
sound: { kind: file, path: /srv/out.wav }
`,
    );
    const { code, out, err } = await install(
      '--config',
      join(folder, 'device.yaml'),
      '--user',
      'nobody-there',
      '--unit-dir',
      folder,
    );
    expect([code, out]).toEqual([1, '']);
    expect(err.split('\n').length).toBeGreaterThan(4);
    await expect(readFile(join(folder, 'xiaolaba-device.service'))).rejects.toThrow();
    const config = parseConfig(await readFile(join(folder, 'device.yaml'), 'utf8'), 'device.yaml');
    const found = await installProblems(config, paths(), me, { uid: 0, gids: new Set([0]) });
    expect(found.map((problem) => [problem.code, problem.what])).toEqual([
      ['path-temporary', 'identity'],
      ['path-relative', 'gateway.ca'],
      ['path-missing', 'data'],
      ['outside-data', 'sound.path'],
    ]);
  });

  it('refuses a user that can not read the identity or write the data', async () => {
    const config = parseConfig(yaml(), 'device.yaml');
    await chmod(folder, 0o755);
    await chmod(join(folder, 'data'), 0o755);
    const stranger: Account = { uid: 4242, gids: new Set([4242]) };
    const found = await installProblems(config, { ...paths(), node: '/bin/sh' }, 'stranger', stranger);
    const codes = found.filter(({ what }) => what === 'identity' || what === 'data').map(({ code }) => code);
    expect(codes).toEqual(['path-unreadable', 'data-unwritable']);
  });
});

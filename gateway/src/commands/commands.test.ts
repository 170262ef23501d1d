import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../gateway.js';
import type { Gateway } from '../gateway-types.js';
import { checkSettings } from '../settings.js';
import { systemClock } from '../system-clock.js';
import { smallContent } from '../testing/small-content.js';
import { approveCommand } from './approve.js';
import { backupCommand, restoreCommand } from './backup.js';
import { claimsCommand } from './claims.js';
import { contentImportCommand } from './content-import.js';
import { gatewayCommand } from './gateway.js';
import { keyCommand } from './key.js';
import { stopCommand } from './stop.js';

const log = pino({ level: 'silent' });
const folders: string[] = [];
const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'xiaolaba-commands-'));
  folders.push(path);
  return path;
};
const content = async (changes: Parameters<typeof smallContent>[0] = {}): Promise<string> => {
  const path = await smallContent(changes);
  folders.push(path);
  return path;
};

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly error?: unknown;
}

/** Runs a command to its end; what it throws is part of what happened. */
async function run(command: CommandSpec, args: string[], signal = new AbortController().signal): Promise<Ran> {
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
    signal,
  };
  try {
    return { code: await command.run(args, io), out, err };
  } catch (error) {
    return { code: 1, out, err, error };
  }
}

let gateway: Gateway;
let data: string;
let key: string;
let there: string[];

beforeAll(async () => {
  data = await folder();
  key = join(await folder(), 'approver.key');
  const made = JSON.parse((await run(keyCommand, ['--out', key, '--json'])).out) as { key: string };
  const settings = {
    http: { port: 0 },
    mqtt: { host: '127.0.0.1', port: 0 },
    approvers: [{ name: 'Li', key: made.key }],
  };
  gateway = await startGateway(checkSettings(data, settings, 'test'), { clock: systemClock, log });
  there = ['--gateway', gateway.url, '--data', data];
});
afterAll(async () => {
  await gateway.stop();
  for (const path of folders) await rm(path, { recursive: true, force: true });
});

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly candidates: readonly { readonly sha256: string; readonly places: number }[];
}
const listed = async (): Promise<Listed[]> =>
  JSON.parse((await run(approveCommand, ['--list', '--json', ...there])).out) as Listed[];

describe("an administrator's commands on a running gateway", () => {
  it('refuses content with errors, tells each of them, and changes nothing', async () => {
    const broken = await content({ 'campaigns/morning.yaml': 'id: morning\ntitle: [\n', 'sites/fleets.csv': 'id\n' });
    const ran = await run(contentImportCommand, [broken, ...there]);
    expect(ran).toMatchObject({ code: 1, out: '', error: { code: 'content-refused', family: 'caller' } });
    expect(ran.err).toMatch(/campaigns\/morning\.yaml:\d+/);
    expect(ran.err).toContain('sites/fleets.csv:1');
    expect(await listed()).toEqual([]);
    const nowhere = await run(contentImportCommand, [join(broken, 'nowhere'), ...there]);
    expect(nowhere.error).toMatchObject({ code: 'content-refused' });
  });

  it('imports content and prepares candidates', async () => {
    const ran = await run(contentImportCommand, [await content(), ...there]);
    expect(ran).toMatchObject({ code: 0, err: '' });
    await gateway.settled();
    const campaigns = await listed();
    expect(campaigns.map(({ id, state }) => [id, state])).toEqual([
      ['arrival', 'candidate'],
      ['morning', 'candidate'],
    ]);
    const table = await run(approveCommand, ['--list', ...there]);
    expect(table.code).toBe(0);
    expect(table.out.trim().split('\n')).toHaveLength(2);
  });

  it('signs only when told to, with a key that the gateway trusts', async () => {
    const shown = await run(approveCommand, ['morning', '--key', key, ...there]);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain('rush');
    expect((await listed()).find(({ id }) => id === 'morning')?.state).toBe('candidate');

    const stranger = join(await folder(), 'stranger.key');
    await run(keyCommand, ['--out', stranger]);
    const refused = await run(approveCommand, ['morning', '--key', stranger, '--yes', ...there]);
    expect(refused).toMatchObject({ code: 1, error: { family: 'caller' } });
    expect((await listed()).find(({ id }) => id === 'morning')?.state).toBe('candidate');

    const signed = await run(approveCommand, ['morning', '--key', key, '--yes', ...there]);
    expect(signed.error).toBeUndefined();
    expect(signed.code).toBe(0);
    const state = new Map((await listed()).map((campaign) => [campaign.id, campaign]));
    expect(state.get('morning')).toMatchObject({ state: 'released', candidates: [] });
    expect(state.get('arrival')?.state).toBe('candidate');
    expect(await run(approveCommand, ['morning', '--key', key, '--yes', ...there])).toMatchObject({ code: 0 });
  });

  it('says what it cannot sign', async () => {
    const sign = async (...args: string[]) => (await run(approveCommand, [...args, ...there])).error;
    expect(await sign('no-such')).toMatchObject({ code: 'campaign-unknown' });
    expect(await sign('arrival', '--key', join(data, 'none.key'), '--yes')).toMatchObject({ code: 'key-unreadable' });
    expect(await sign('arrival', '--key', join(data, 'gateway.db'), '--yes')).toMatchObject({ code: 'key-malformed' });
    const wrongToken = await run(approveCommand, ['arrival', '--gateway', gateway.url, '--token', 'guess']);
    expect(wrongToken.error).toMatchObject({ code: 'unauthorised' });
  });

  it('makes claim codes for the devices named, or for all', async () => {
    const all = await run(claimsCommand, there);
    expect(all.code).toBe(0);
    const lines = all.out.trim().split('\n');
    expect(lines[0]).toBe('device,code');
    expect(
      lines
        .slice(1)
        .map((line) => line.split(',')[0])
        .sort(),
    ).toEqual(['bike-1', 'bus-1', 'speaker-1', 'speaker-2']);
    const one = JSON.parse((await run(claimsCommand, ['bus-1', '--json', ...there])).out) as {
      device: string;
      code: string;
    }[];
    expect(one).toEqual([{ device: 'bus-1', code: expect.stringMatching(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/) }]);
    expect((await run(claimsCommand, ['no-such', ...there])).error).toMatchObject({ code: 'device-unknown' });
  });

  it('backs up while the gateway runs, and restores it with its keys, content and releases', async () => {
    const target = join(await folder(), 'backup');
    expect(await run(backupCommand, ['--data', data, target])).toMatchObject({ code: 0, err: '' });
    expect((await run(backupCommand, ['--data', data, target])).error).toMatchObject({ code: 'backup-exists' });

    const restored = join(await folder(), 'data');
    expect(await run(restoreCommand, ['--data', restored, target])).toMatchObject({ code: 0, err: '' });
    const secret = async (root: string) => await readFile(join(root, 'keys', 'gateway.key'), 'utf8');
    expect(await secret(restored)).toBe(await secret(data));
    expect((await stat(join(restored, 'keys', 'gateway.key'))).mode & 0o077).toBe(0);
    const blobs = async (root: string) =>
      (await readdir(join(root, 'blobs'), { recursive: true })).filter((name) => name !== 'tmp').sort();
    expect(await blobs(restored)).toEqual(await blobs(data));

    const settings = checkSettings(restored, { http: { port: 0 }, mqtt: { host: '127.0.0.1', port: 0 } }, 'test');
    const second = await startGateway(settings, { clock: systemClock, log });
    try {
      const list = await run(approveCommand, ['--list', '--json', '--gateway', second.url, '--data', restored]);
      const states = (JSON.parse(list.out) as Listed[]).map(({ id, state }) => [id, state]);
      expect(states).toContainEqual(['morning', 'released']);
    } finally {
      await second.stop();
    }
  });
});

describe('the stop command', () => {
  it('signs an order on this machine, shows who obeyed, and lifts it', async () => {
    const how = ['--key', key, '--reason', '演习', ...there];
    const stopped = await run(stopCommand, ['--scope', 'kind:estate,town:town', ...how]);
    expect(stopped.error).toBeUndefined();
    const lifted = await run(stopCommand, ['--scope', 'everywhere', '--lift', ...how]);
    expect(lifted.error).toBeUndefined();
    const shown = (await run(stopCommand, ['--list', ...there])).out.trim().split('\n');
    expect(shown.map((line) => line.includes('演习'))).toEqual([true, true]);
  });

  it('refuses without scope, reason, key or with a scope that it does not understand', async () => {
    const codeOf = async (...args: string[]) => (await run(stopCommand, [...args, ...there])).error;
    const how = ['--key', key, '--reason', '演习'];
    expect(await codeOf('--scope', 'everywhere', '--key', key)).toMatchObject({ code: 'option-missing' });
    expect(await codeOf('--scope', 'street:west', ...how)).toMatchObject({ code: 'scope-malformed' });
    expect(await codeOf('--scope', 'site/nowhere', ...how)).toMatchObject({ code: 'place-unknown' });
    const lost = ['--key', join(data, 'nothing'), '--reason', 'x'];
    expect(await codeOf('--scope', 'everywhere', ...lost)).toMatchObject({ code: 'key-unreadable' });
  });
});

describe('gateway command', () => {
  it('runs until it is told to end, and starts again on the same data', async () => {
    const own = await folder();
    const old = { ...process.env };
    Object.assign(process.env, { XIAOLABA_HTTP_PORT: '0', XIAOLABA_MQTT_PORT: '0', XIAOLABA_LOG: 'silent' });
    try {
      for (const round of [1, 2]) {
        const ran = await run(gatewayCommand, ['--data', own], AbortSignal.abort());
        expect(ran.error, `round ${round}`).toBeUndefined();
        expect(ran).toMatchObject({ code: 0, out: '', err: expect.stringContaining('http://127.0.0.1:') });
      }
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in old)) delete process.env[name];
    }
    expect((await stat(join(own, 'keys', 'admin.token'))).mode & 0o077).toBe(0);
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode, type PlayRecord } from '@xiaolaba/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { CampaignView, PlaceDetail } from './api/contract.js';
import { dataDirectory } from './data-directory.js';
import { startGateway } from './gateway.js';
import { backup, restore } from './jobs/index.js';
import { checkSettings } from './settings.js';
import { openSqlite } from './store/index.js';
import { MqttDevice } from './testing/mqtt-device.js';
import { at, day, HandClock, silent, TestGateway } from './testing/open-gateway.js';
import { tickerContent } from './testing/ticker-content.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

async function open(changes = tickerContent()): Promise<TestGateway> {
  const gateway = await TestGateway.open({ changes });
  closers.push(() => gateway.close());
  return gateway;
}
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'xiaolaba-gateway-'));
  closers.push(() => rm(path, { recursive: true, force: true }));
  return path;
}
/** A gateway with a sign that is connected and holds an approved release. */
async function onAir(): Promise<{ gateway: TestGateway; sign: MqttDevice; release: string }> {
  const gateway = await open();
  await gateway.import();
  const sign = await MqttDevice.enrol(gateway, 'sign-1');
  closers.push(() => sign.close());
  await gateway.approve();
  await gateway.gateway.settled();
  const [campaign] = await gateway.get<CampaignView[]>('/api/campaigns');
  await sign.connect(gateway.gateway.mqttPort);
  return { gateway, sign, release: campaign?.releases[0]?.sha256 ?? '' };
}
const play = (release: string, dueAt: number): PlayRecord => ({
  seq: 1,
  at: dueAt + 3_600_000,
  kind: 'play',
  release,
  campaign: 'ticker',
  cue: 'all-day',
  item: 'line',
  output: 'text',
  dueAt,
  startedAt: dueAt,
  playedMs: 3_600_000,
  expectedMs: 3_600_000,
  result: 'completed',
  evidence: 'claimed',
  pauses: 0,
});
const ledgerOf = (gateway: TestGateway) => gateway.get<unknown[]>(`/api/ledger/${day}`);
const placeOf = (gateway: TestGateway) => gateway.get<PlaceDetail>(`/api/places/site/estate-1/days/${day}`);

describe('starting', () => {
  it('leaves nothing running and nothing locked when a port is taken', async () => {
    const root = await folder();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => taken.close(resolve)));
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const clock = new HandClock(at('06:00'));
    const start = (http: number, mqtt: number) =>
      startGateway(
        checkSettings(
          join(root, 'data'),
          { http: { port: http }, mqtt: { host: '127.0.0.1', port: mqtt }, log: 'silent' },
          'test',
        ),
        { clock, log: silent },
      );
    for (const [http, mqtt] of [
      [port, 0],
      [0, port],
    ] as const) {
      const failed = await start(http, mqtt).then(
        () => 'started',
        (error: NodeJS.ErrnoException) => error.code,
      );
      expect(failed).toBe('EADDRINUSE');
      expect(clock.waiting).toBe(0);
    }
    const gateway = await start(0, 0);
    await gateway.stop();
    expect(clock.waiting).toBe(0);
  });

  it('refuses a database that is none', async () => {
    const root = await folder();
    await mkdir(join(root, 'data'));
    await writeFile(join(root, 'data', 'gateway.db'), 'no database at all, but a text of some length'.repeat(100));
    const settings = checkSettings(join(root, 'data'), { http: { port: 0 }, mqtt: { port: 0 } }, 'test');
    const failed = startGateway(settings, { clock: new HandClock(0), log: silent });
    expect(await failed.then(() => 'started', errorCode)).toBe('store-unusable');
  });

  it('keeps its keys and its token', async () => {
    const gateway = await open();
    const first = gateway.gateway.token;
    const key = await readFile(join(gateway.data, 'keys', 'gateway.key'), 'utf8');
    await gateway.restart();
    expect(gateway.gateway.token).toBe(first);
    expect(await readFile(join(gateway.data, 'keys', 'gateway.key'), 'utf8')).toBe(key);
  });
});

describe('stopping', () => {
  it('loses nothing that was taken, and may be asked for twice', async () => {
    const { gateway, sign, release } = await onAir();
    gateway.clock.set(at('09:00'));
    sign.write(play(release, at('07:00')), play(release, at('08:00')));
    await sign.sendRecords(1, 2);
    const { gateway: running } = gateway;
    // The batch has been acknowledged by the broker; nobody has waited for anything else.
    await Promise.all([running.stop(), running.stop()]);
    await gateway.start();
    expect((await placeOf(gateway)).slots.map(({ status }) => status)).toEqual(['verified', 'verified', 'pending']);
    expect((await ledgerOf(gateway)).length).toBe(3);
  });

  it('waits for an import that is at work, and leaves no timer of its clock', async () => {
    const gateway = await open({});
    const importing = gateway.import().catch(() => 'cut off');
    const campaigns = async () => (await gateway.get<CampaignView[]>('/api/campaigns')).length;
    while ((await campaigns()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await gateway.stop();
    await importing;
    expect(gateway.clock.waiting).toBe(0);
    await gateway.start();
    const states = (await gateway.get<CampaignView[]>('/api/campaigns')).map(({ state }) => state);
    expect(states.filter((state) => state === 'rendering')).toEqual([]);
    await gateway.import();
    expect((await gateway.get<CampaignView[]>('/api/campaigns')).map(({ state }) => state)).toEqual([
      'candidate',
      'candidate',
    ]);
  });

  it('leaves the process with nothing to do', async () => {
    const root = await folder();
    const script = `
      import { pino } from 'pino';
      import { startGateway, checkSettings } from '@xiaolaba/gateway';
      const settings = checkSettings(process.argv[1], { http: { port: 0 }, mqtt: { host: '127.0.0.1', port: 0, webSocketPort: 0 }, log: 'silent' }, 'test');
      const clock = { now: () => Date.now(), after: (ms, call) => { const timer = setTimeout(call, ms); return () => clearTimeout(timer); } };
      const gateway = await startGateway(settings, { clock, log: pino({ level: 'silent' }) });
      await gateway.stop();
      console.log('stopped');
    `;
    const ended = spawnSync(
      process.execPath,
      ['--conditions=@xiaolaba/source', '--import', 'tsx', '--input-type=module', '-e', script, join(root, 'data')],
      { cwd: join(import.meta.dirname, '..'), encoding: 'utf8', timeout: 20_000 },
    );
    expect([ended.signal, ended.status, ended.stdout.trim()]).toEqual([null, 0, 'stopped']);
  });
});

describe('by its own clock', () => {
  it('settles, closes the day, backs up and forgets what is too old', async () => {
    const { gateway, sign, release } = await onAir();
    gateway.clock.set(at('08:00'));
    sign.write(play(release, at('07:00')));
    await sign.sendRecords(1, 1);
    gateway.clock.set(at('02:30', '2026-11-21'));
    await gateway.gateway.runJobs();
    await gateway.gateway.settled();
    expect(await gateway.get('/api/days')).toEqual({ today: '2026-11-21', closed: [day] });
    const slots = (await placeOf(gateway)).slots;
    expect(slots.map(({ status, cause }) => [status, cause])).toEqual([
      ['verified', undefined],
      ['missed', 'offline'],
      ['missed', 'offline'],
    ]);
    expect(await readdir(join(gateway.data, 'backups'))).toEqual(['2026-11-20T183000']);
    await sign.close();
    await gateway.stop();
    gateway.clock.set(at('04:00', '2027-12-31'));
    await gateway.start();
    expect((await placeOf(gateway)).records.filter(({ kind }) => kind === 'play')).toEqual([]);
    expect((await placeOf(gateway)).slots.map(({ status }) => status)).toEqual(['verified', 'missed', 'missed']);
  });

  it('catches up on a night that it was down for', async () => {
    const { gateway } = await onAir();
    gateway.clock.set(at('20:00'));
    await gateway.stop();
    gateway.clock.set(at('09:00', '2026-11-23'));
    await gateway.start();
    expect(await gateway.get('/api/days')).toEqual({
      today: '2026-11-23',
      closed: ['2026-11-22', '2026-11-21', '2026-11-20'],
    });
    expect(await readdir(join(gateway.data, 'backups'))).toHaveLength(1);
  });

  it('keeps the newest backups', async () => {
    const gateway = await open();
    for (let night = 1; night <= 20; night++) {
      gateway.clock.set(at('02:30', '2026-11-20') + night * 86_400_000);
      await gateway.gateway.runJobs();
    }
    const kept = (await readdir(join(gateway.data, 'backups'))).sort();
    expect(kept).toHaveLength(14);
    expect(kept.at(-1)).toBe('2026-12-09T183000');
  });
});

describe('backup and restore', () => {
  it('bring a gateway back as it was, with its keys, settings and files', async () => {
    const { gateway, sign, release } = await onAir();
    gateway.clock.set(at('09:00'));
    sign.write(play(release, at('07:00')));
    await sign.sendRecords(1, 1);
    await gateway.gateway.settled();
    await writeFile(join(gateway.data, 'gateway.yaml'), 'log: warn\n');
    const before = { ledger: await ledgerOf(gateway), records: (await placeOf(gateway)).records };
    const target = join(await folder(), 'copy');
    // While it runs, from another process's point of view.
    const data = dataDirectory(gateway.data);
    const store = await openSqlite(data.database);
    await backup(store, data, target, true);
    expect(await backup(store, data, target, true).then(() => 'written', errorCode)).toBe('backup-exists');
    await store.destroy();
    expect((await readdir(target)).sort()).toEqual(['blobs', 'gateway.db', 'gateway.yaml', 'keys']);

    // What happens after the backup is lost with the machine; the former data is kept.
    sign.write(play(release, at('08:00')));
    await sign.sendRecords(2, 2);
    const { token } = gateway.gateway;
    await gateway.stop();
    await sign.close();
    const former = await restore(target, data, gateway.clock.now());
    expect(former && existsSync(join(former, 'gateway.db'))).toBe(true);
    await gateway.start();
    expect(gateway.gateway.token).toBe(token);
    expect({ ledger: await ledgerOf(gateway), records: (await placeOf(gateway)).records }).toEqual(before);
    expect((await gateway.call('GET', `/blobs/${release}`)).status).toBe(200);
    expect(await readFile(data.settings, 'utf8')).toBe('log: warn\n');

    // The device knows itself again, and sends what the gateway has lost.
    sign.told.length = 0;
    await sign.connect(gateway.gateway.mqttPort);
    await sign.sendRecords(2, 2);
    expect(await sign.awaits('ack', 1)).toEqual([{ v: 1, boot: sign.journal.boot, upTo: 2 }]);
    expect((await placeOf(gateway)).slots.map(({ status }) => status)).toEqual(['verified', 'verified', 'pending']);
  });

  it('take files and settings of the former data where a nightly backup has none', async () => {
    const { gateway, sign, release } = await onAir();
    gateway.clock.set(at('02:30', '2026-11-21'));
    await gateway.gateway.runJobs();
    const before = await ledgerOf(gateway);
    await gateway.stop();
    await sign.close();
    await writeFile(join(gateway.data, 'gateway.yaml'), 'log: warn\n');
    const data = dataDirectory(gateway.data);
    const [name = ''] = await readdir(data.backups);
    const former = await restore(join(data.backups, name), data, gateway.clock.now());
    expect(former?.startsWith(`${gateway.data}.before-restore-`)).toBe(true);
    await gateway.start();
    expect(await ledgerOf(gateway)).toEqual(before);
    expect((await gateway.call('GET', `/blobs/${release}`)).status).toBe(200);
    expect(existsSync(data.settings)).toBe(true);
  });

  it('change nothing when the backup is none, or broken', async () => {
    const root = await folder();
    const data = dataDirectory(join(root, 'data'));
    await mkdir(data.root);
    await writeFile(join(data.root, 'gateway.yaml'), 'log: warn\n');
    const empty = join(root, 'empty');
    await mkdir(empty);
    expect(await restore(empty, data, 0).then(() => 'restored', errorCode)).toBe('backup-unusable');
    const broken = join(root, 'broken');
    await cp(empty, broken, { recursive: true });
    await writeFile(join(broken, 'gateway.db'), 'torn'.repeat(2000));
    expect(await restore(broken, data, 0).then(() => 'restored', errorCode)).toBe('store-unusable');
    expect(await readdir(data.root)).toEqual(['gateway.yaml']);
    expect(await restore(empty, dataDirectory(join(root, 'new')), 0).then(() => 'restored', errorCode)).toBe(
      'backup-unusable',
    );
  });
});

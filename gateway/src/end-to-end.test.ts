import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { assignmentSchema, decodeMessage, openEnvelope, type PlayRecord, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, publicKeyFrom, verify } from '@xiaolaba/protocol/node';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CampaignView, PlaceDetail, RejectView } from './api/contract.js';
import { until } from './broker/testing/harness.js';
import { MqttDevice } from './testing/mqtt-device.js';
import { at, day, TestGateway } from './testing/open-gateway.js';
import { tickerContent } from './testing/ticker-content.js';

/** Debian's `mosquitto-clients`. */
const programs = { subscribe: 'mosquitto_sub', publish: 'mosquitto_pub' } as const;
const installed = spawnSync(programs.subscribe, ['--help']).error === undefined;
const running: ChildProcess[] = [];

let gateway: TestGateway;
let sign: MqttDevice;
let other: MqttDevice;
let release: string;
let gatewayKey: ReturnType<typeof publicKeyFrom>;

beforeAll(async () => {
  gateway = await TestGateway.open({ changes: tickerContent() });
  await gateway.import();
  const probe = generateKeyPair();
  const enrolled = await gateway.enrol('bus-1', probe.publicKey.bytes);
  gatewayKey = publicKeyFrom(Buffer.from(enrolled.gatewayKey.key, 'base64'));
  sign = await MqttDevice.enrol(gateway, 'sign-1');
  other = await MqttDevice.enrol(gateway, 'sign-2');
  await gateway.approve();
  await gateway.gateway.settled();
  const [campaign] = await gateway.get<CampaignView[]>('/api/campaigns');
  release = campaign?.releases[0]?.sha256 ?? '';
  await sign.connect(gateway.gateway.mqttPort);
});
afterAll(async () => {
  for (const child of running.splice(0)) child.kill();
  await sign?.close();
  await other?.close();
  await gateway?.close();
});

function mosquitto(program: keyof typeof programs, login: readonly string[], args: readonly string[]) {
  const child = spawn(programs[program], ['-h', '127.0.0.1', '-p', `${gateway.gateway.mqttPort}`, ...login, ...args]);
  running.push(child);
  const result = { lines: [] as string[], code: undefined as number | null | undefined };
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
    result.lines = text.split('\n').filter(Boolean);
  });
  child.on('close', (code) => {
    result.code = code;
  });
  return result;
}
const as = ({ id, secret }: MqttDevice): string[] => ['-i', id, '-u', id, '-P', secret];

const play = (dueAt: number, more: Partial<PlayRecord> = {}): PlayRecord => ({
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
  ...more,
});
const statuses = async (): Promise<string[]> =>
  (await gateway.get<PlaceDetail>(`/api/places/site/estate-1/days/${day}`)).slots.map(({ status }) => status);
const storedOf = async (): Promise<number> =>
  (await gateway.get<PlaceDetail>(`/api/places/site/estate-1/days/${day}`)).records.length;

describe('a device', () => {
  it('is handed its own assignment, signed by the gateway it enrolled with', async () => {
    await until(() => sign.told.some(({ topic }) => topic === 'xlb/1/sign-1/assignment'));
    const told = sign.told.filter(({ topic }) => topic.endsWith('/assignment'));
    expect(new Set(told.map(({ topic }) => topic))).toEqual(new Set(['xlb/1/sign-1/assignment']));
    const { payload } = openEnvelope('assignment', told.at(-1)?.payload ?? Buffer.alloc(0), [gatewayKey], verify);
    const assignment = decodeMessage(assignmentSchema, payload);
    expect(assignment).toMatchObject({ device: 'sign-1', place: 'site/estate-1', releases: [{ sha256: release }] });
    const blob = await gateway.call('GET', `/blobs/${assignment.releases[0]?.sha256}`);
    const opened = openEnvelope(
      'release',
      Buffer.from(JSON.stringify(blob.body)),
      [gateway.approver.publicKey],
      verify,
    );
    expect(opened.signedBy).toEqual([gateway.approver.publicKey.kid]);
    expect(toBase64(opened.payload).length).toBeGreaterThan(100);
  });

  it('is told the time when it says hello', async () => {
    await sign.hello('booth-sign', gateway.clock.now(), { outputs: ['text'] });
    const [command] = await sign.awaits('command', 1);
    expect(command).toEqual({ v: 1, kind: 'time', at: gateway.clock.now() });
  });

  it('has its records acknowledged when they are safe, and seen on the map', async () => {
    gateway.clock.set(at('09:00'));
    sign.write({ seq: 1, at: at('06:02'), kind: 'active', assignment: 1, releases: [release] }, play(at('07:00')));
    await sign.sendRecords(1, 2);
    expect(await sign.awaits('ack', 1)).toEqual([{ v: 1, boot: sign.journal.boot, upTo: 2 }]);
    expect(await statuses()).toEqual(['verified', 'pending', 'pending']);
    expect(await storedOf()).toBe(2);
  });

  it('has a batch that comes twice acknowledged again, and counted once', async () => {
    const before = sign.received('ack').length;
    await sign.sendRecords(1, 2);
    expect((await sign.awaits('ack', before + 1)).at(-1)).toEqual({ v: 1, boot: sign.journal.boot, upTo: 2 });
    expect(await storedOf()).toBe(2);
    expect(await gateway.get('/api/rejects')).toEqual([]);
  });

  it('is not held up by a line that is no record', async () => {
    const before = sign.received('ack').length;
    sign.write('{"kind":"nonsense"}', play(at('08:00')));
    await sign.sendRecords(3, 4);
    expect((await sign.awaits('ack', before + 1)).at(-1)).toEqual({ v: 1, boot: sign.journal.boot, upTo: 4 });
    expect(await statuses()).toEqual(['verified', 'verified', 'pending']);
    const rejects = await gateway.get<RejectView[]>('/api/rejects');
    expect(rejects.map(({ device, topic, code, bytes }) => [device, topic, code, bytes])).toEqual([
      ['sign-1', 'records', 'message-malformed', 19],
    ]);
  });

  it('gets nothing for records that it has not signed, or that do not fit what it sent before', async () => {
    const before = { stored: await storedOf(), rejects: (await gateway.get<RejectView[]>('/api/rejects')).length };
    sign.write(play(at('09:00')));
    const forged = await other.journal.seal(sign.journal.batch(5, 5));
    await sign.send('records', forged);
    await sign.send('records', await sign.journal.seal({ ...sign.journal.batch(5, 5), chain: 'f'.repeat(64) }));
    await sign.send('beat', Buffer.from('{'), 0);
    await until(() => gateway.gateway.counters().handled >= 7);
    await gateway.gateway.settled();
    const rejects = await gateway.get<RejectView[]>('/api/rejects');
    expect(
      rejects
        .slice(0, rejects.length - before.rejects)
        .map(({ topic, code }) => `${topic} ${code}`)
        .sort(),
    ).toEqual(['beat message-not-json', 'records chain-broken', 'records signature-unknown-key']);
    expect(await storedOf()).toBe(before.stored);
  });

  it('is away when its connection breaks, and what was said stays said after a restart', async () => {
    const online = async () =>
      (await gateway.get<PlaceDetail>(`/api/places/site/estate-1/days/${day}`)).place.online === true;
    expect(await online()).toBe(true);
    sign.client.stream.destroy();
    await sign.close();
    for (let waited = 0; (await online()) && waited < 500; waited++) await new Promise((done) => setTimeout(done, 10));
    expect(await online()).toBe(false);
    const before = { statuses: await statuses(), stored: await storedOf() };
    await gateway.restart();
    expect({ statuses: await statuses(), stored: await storedOf() }).toEqual(before);
    sign.told.length = 0;
    await sign.connect(gateway.gateway.mqttPort);
    await until(() => sign.told.some(({ topic }) => topic === 'xlb/1/sign-1/assignment'));
    await sign.sendRecords(1, 4);
    expect(await sign.awaits('ack', 1)).toEqual([{ v: 1, boot: sign.journal.boot, upTo: 4 }]);
    expect(await storedOf()).toBe(before.stored);
  });

  it('that has a newer assignment than the gateway remembers is given one newer still', async () => {
    const version = async () => {
      const told = sign.told.filter(({ topic }) => topic.endsWith('/assignment')).at(-1);
      const { payload } = openEnvelope('assignment', told?.payload ?? Buffer.alloc(0), [gatewayKey], verify);
      return decodeMessage(assignmentSchema, payload).version;
    };
    const before = sign.told.filter(({ topic }) => topic.endsWith('/assignment')).length;
    await sign.hello('booth-sign', gateway.clock.now(), { outputs: ['text'], assignment: 40 });
    await until(() => sign.told.filter(({ topic }) => topic.endsWith('/assignment')).length > before);
    expect(await version()).toBe(41);
  });
});

describe('another client', () => {
  it('with the name of a device but not its secret is turned away', async () => {
    for (const login of [
      { clientId: 'sign-2', username: 'sign-2', password: sign.secret },
      { clientId: 'sign-2' },
      { clientId: 'nobody', username: 'nobody', password: 'x' },
    ]) {
      const refused = connectAsync(
        `mqtt://127.0.0.1:${gateway.gateway.mqttPort}`,
        { ...login, reconnectPeriod: 0 },
        false,
      );
      expect(await refused.then(() => 'connected').catch(() => 'refused')).toBe('refused');
    }
  });

  it('with the credentials of a device can not speak for another', async () => {
    await other.connect(gateway.gateway.mqttPort);
    const rejects = await gateway.get<RejectView[]>('/api/rejects');
    const closed = new Promise<void>((resolve) => other.client.once('close', () => resolve()));
    const batch = await sign.journal.seal(sign.journal.batch(5, 5));
    other.client.publish('xlb/1/sign-1/records', Buffer.from(batch), { qos: 1 }, () => {});
    await closed;
    await gateway.gateway.settled();
    // The batch is good; it did not even get as far as the list of what is refused.
    expect(await gateway.get('/api/rejects')).toEqual(rejects);
    expect(await storedOf()).toBe(3);
  });

  describe.skipIf(!installed)('that is mosquitto', () => {
    it('sees with a device’s credentials only what is that device’s', async () => {
      const listening = mosquitto('subscribe', as(other), [
        '-F',
        '%t %l',
        ...['xlb/1/sign-2/#', 'xlb/1/sign-1/#', 'xlb/#', '#', '$SYS/#'].flatMap((topic) => ['-t', topic]),
      ]);
      await until(() => listening.lines.length > 0);
      await sign.hello('booth-sign', gateway.clock.now(), { outputs: ['text'], assignment: 41 });
      const before = sign.received('command').length;
      await sign.awaits('command', before);
      await gateway.gateway.settled();
      const topics = new Set(
        listening.lines
          .filter((line) => line.startsWith('xlb/') || line.startsWith('$'))
          .map((line) => line.split(' ')[0]),
      );
      expect([...topics]).toEqual(['xlb/1/sign-2/assignment']);
    });

    it('says with a device’s credentials only what that device may', async () => {
      const message = JSON.stringify({ state: 'online', boot: other.journal.boot });
      const handled = gateway.gateway.counters().handled;
      const own = mosquitto('publish', as(other), ['-q', '1', '-r', '-t', 'xlb/1/sign-2/status', '-m', message]);
      await until(() => own.code !== undefined);
      expect(own.code).toBe(0);
      expect(gateway.gateway.counters().handled).toBe(handled + 1);
      const forged = mosquitto('publish', as(other), ['-q', '1', '-r', '-t', 'xlb/1/sign-1/status', '-m', message]);
      await until(() => forged.code !== undefined);
      expect(forged.code === 0).toBe(false);
      expect(gateway.gateway.counters().handled).toBe(handled + 1);
    });

    it('gets nothing without credentials', async () => {
      const logins = [[], ['-i', 'sign-1'], ['-i', 'sign-1', '-u', 'sign-1', '-P', 'guess']];
      const tries = logins.map((login) =>
        mosquitto('subscribe', login, ['-v', '-W', '5', '-t', '#', '-t', 'xlb/1/sign-1/#']),
      );
      await until(() => tries.every(({ code }) => code !== undefined));
      expect(
        tries.map(({ code, lines }) => [code === 0, lines.filter((line) => line.startsWith('xlb/')).length]),
      ).toEqual(logins.map(() => [false, 0]));
    });
  });
});

import { type EventEmitter, once } from 'node:events';
import { enrol, enrolRequest, identityFrom } from '@xiaolaba/device';
import { chainNext, chainStart, encodeMessage, sealEnvelope, topicOf } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair, sha256 } from '@xiaolaba/protocol/node';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HarnessEvent } from './harness-events.js';
import { HarnessGateway } from './harness-gateway.js';

const device = 'ls-0001';
const place = 'site/estate-01';
const boot = 'b000001-00000000';
let gateway: HarnessGateway;
let events: HarnessEvent[];
let clients: MqttClient[];

beforeEach(async () => {
  gateway = await HarnessGateway.start({ host: '127.0.0.1', httpPort: 0, mqttPort: 0, now: Date.now });
  events = [];
  clients = [];
  gateway.onEvent((event) => events.push(event));
});
afterEach(async () => {
  for (const client of clients) client.end(true);
  await gateway.stop();
});

const fetchFrom = (path: string, init?: RequestInit): Promise<Response> => fetch(`${gateway.http}${path}`, init);
const client = (password: string, over: IClientOptions = {}): MqttClient => {
  const made = connect(gateway.mqtt, {
    clientId: device,
    username: device,
    password,
    reconnectPeriod: 0,
    ...over,
  });
  made.on('error', () => {});
  clients.push(made);
  return made;
};
/** The client's own types know nothing of Node's `once`. */
const happens = (made: MqttClient, name: 'connect' | 'close' | 'error'): Promise<unknown> =>
  once(made as unknown as EventEmitter, name).catch((error: unknown) => error);
const refusals = (): string[] => events.flatMap((event) => (event.kind === 'refused' ? event.body.code : []));
const until = (matches: (event: HarnessEvent) => boolean): Promise<HarnessEvent> => {
  const seen = events.find(matches);
  if (seen) return Promise.resolve(seen);
  return new Promise((resolve) => {
    const cancel = gateway.onEvent((event) => {
      if (!matches(event)) return;
      cancel();
      resolve(event);
    });
  });
};

describe('harness', () => {
  it('enrols a device once, with its code only', async () => {
    const code = gateway.claim(device, 'loudspeaker', place);
    const keys = generateKeyPair();
    const wrong = enrolRequest(device, 'ZZZZ-ZZZZ-ZZZZ-ZZZZ', keys);
    await expect(enrol(fetchFrom, wrong)).rejects.toMatchObject({ code: 'enrol-refused' });
    const answer = await enrol(fetchFrom, enrolRequest(device, code, keys));
    const identity = identityFrom(answer, 'loudspeaker', keys, [gateway.approver.publicKey]);
    expect(identity).toMatchObject({ device, place, gateway: { kid: gateway.gatewayKey.publicKey.kid } });
    await expect(enrol(fetchFrom, enrolRequest(device, code, keys))).rejects.toMatchObject({ code: 'enrol-refused' });
    expect(refusals()).toEqual(['claim-refused', 'claim-refused']);
    await happens(client(identity.secret), 'connect');
    expect(gateway.isConnected(device)).toBe(true);
  });

  it('lets nobody in without the secret, and a device speak for itself alone', async () => {
    const { secret } = gateway.identityOf(device, 'loudspeaker', place);
    gateway.identityOf('ls-0002', 'loudspeaker', place);
    await happens(client('guessed'), 'error');
    const own = client(secret);
    await happens(own, 'connect');
    await own.subscribeAsync(topicOf(device, 'stop'), { qos: 1 });
    await expect(own.subscribeAsync(topicOf('ls-0002', 'stop'), { qos: 1 })).rejects.toThrow();
    const status = encodeMessage({ state: 'online', boot });
    await own.publishAsync(topicOf(device, 'status'), Buffer.from(status), { qos: 1, retain: true });
    await own.publishAsync(topicOf(device, 'stop'), 'x', { qos: 1 });
    await own.publishAsync(topicOf(device, 'hello'), '{"v":1}', { qos: 1 });
    own.publish(topicOf('ls-0002', 'hello'), 'x', { qos: 1 });
    await happens(own, 'close');
    expect(refusals()).toEqual([
      'bad-credentials',
      'foreign-filter',
      'down-topic',
      'message-malformed',
      'foreign-topic',
    ]);
    expect(events.find(({ kind }) => kind === 'status')?.body).toEqual({ state: 'online', boot });
  });

  it('serves ranges, and breaks a download off once', async () => {
    const bytes = new Uint8Array(300_000).fill(7);
    const { sha256: name } = gateway.addBlob(bytes);
    gateway.breakBlob(name, 100_000);
    const broken = await fetchFrom(`/blobs/${name}`);
    await expect(broken.arrayBuffer()).rejects.toThrow();
    const rest = await fetchFrom(`/blobs/${name}`, { headers: { range: 'bytes=100000-' } });
    expect([rest.status, rest.headers.get('content-range')]).toEqual([206, 'bytes 100000-299999/300000']);
    expect((await rest.arrayBuffer()).byteLength).toBe(200_000);
    expect((await fetchFrom(`/blobs/${name}`, { headers: { range: 'bytes=300000-' } })).status).toBe(416);
    const headers = { authorization: `Basic ${Buffer.from(`${device}:no`).toString('base64')}` };
    expect((await fetchFrom(`/blobs/${name}`, { headers })).status).toBe(401);
    expect(events.map((event) => (event.kind === 'blob' ? [event.body.from, event.body.status] : event.kind))).toEqual([
      [0, 200],
      [100_000, 206],
      [300_000, 416],
      'refused',
    ]);
  });

  it('keeps assignments and orders for who comes later, until they are cleared', async () => {
    const { secret } = gateway.identityOf(device, 'loudspeaker', place);
    const first = await gateway.assign(device, {});
    expect(first.version).toBe(1);
    expect((await gateway.assign(device, {})).version).toBe(2);
    const own = client(secret);
    await happens(own, 'connect');
    const seen: string[] = [];
    own.on('message', (topic, payload) => seen.push(`${topic} ${payload.length > 0}`));
    await own.subscribeAsync(topicOf(device, 'assignment'), { qos: 1 });
    await expect.poll(() => seen).toEqual([`${topicOf(device, 'assignment')} true`]);
    await gateway.clear(device);
    await own.unsubscribeAsync(topicOf(device, 'assignment'));
    await own.subscribeAsync([topicOf(device, 'assignment'), topicOf(device, 'command')], { qos: 1 });
    await gateway.command(device, { v: 1, kind: 'identify', id: 'one' });
    await expect
      .poll(() => seen)
      .toEqual([`${topicOf(device, 'assignment')} true`, `${topicOf(device, 'command')} true`]);
    gateway.setReachable(device, false);
    await happens(own, 'close');
    await happens(client(secret), 'close');
    gateway.setReachable(device, true);
    await happens(client(secret), 'connect');
  });

  it('holds records against their chain, and acknowledges what holds', async () => {
    const { secret, keys } = gateway.identityOf(device, 'loudspeaker', place);
    const own = client(secret);
    await happens(own, 'connect');
    await own.subscribeAsync(topicOf(device, 'ack'), { qos: 1 });
    const acks: unknown[] = [];
    own.on('message', (_topic, payload) => acks.push(JSON.parse(payload.toString())));
    const line = JSON.stringify({ seq: 1, at: 1, kind: 'boot', firmware: '1' });
    const start = chainStart(sha256, device, boot);
    const send = async (first: number, chain: string, lines: string[], by: KeyPair): Promise<void> => {
      const batch = encodeMessage({ v: 1, device, boot, first, chain, lines });
      const sealed = await sealEnvelope('records', batch, [by.signer]);
      await own.publishAsync(topicOf(device, 'records'), Buffer.from(sealed), { qos: 1 });
    };
    await send(1, start, [line], keys);
    await send(1, start, [line], keys);
    await send(1, start, [line.replace('"1"', '"2"')], keys);
    await send(2, chainNext(sha256, start, line), ['{}'], keys);
    await send(3, start, [line], gateway.approver);
    await until(({ kind }) => kind === 'refused');
    expect(events.flatMap((event) => (event.kind === 'records' ? event.body.chain : []))).toEqual([
      'holds',
      'same',
      'broken',
      'holds',
    ]);
    expect(refusals()).toEqual(['signature-unknown-key']);
    await expect.poll(() => acks).toEqual([1, 1, 2].map((upTo) => ({ v: 1, boot, upTo })));
    expect(gateway.recordsOf(device).map(({ record }) => record.kind)).toEqual(['boot']);
  });
});

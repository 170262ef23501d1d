import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Chunk, maxWindowBytes, topicOf } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectPacket, publishPacket, subscribePacket, until } from '../broker/testing/harness.js';
import { type BlobStore, openBlobStore } from '../library/index.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { TestGateway } from '../testing/open-gateway.js';
import { tickerContent } from '../testing/ticker-content.js';

let gateway: TestGateway;
let blobs: BlobStore;
let device: MqttDevice;
const sockets: Socket[] = [];
const blob = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251));
const name = sha256(blob);
const kib = 1024;

beforeEach(async () => {
  gateway = await TestGateway.open({ changes: tickerContent() });
  await gateway.import();
  blobs = await openBlobStore(join(gateway.data, 'blobs'));
  await blobs.put(blob);
  device = await MqttDevice.enrol(gateway, 'sign-1');
  await device.connect(gateway.gateway.mqttPort);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await device.close();
  await gateway.close();
});

const want = (from: number, most: number, of = name) => ({ v: 1, sha256: of, from, most });
/** Asks, and waits until everything that this sets off has been written and has come. */
async function ask(...wants: unknown[]): Promise<Chunk[]> {
  const before = device.chunks.length;
  for (const one of wants) await device.send('want', one);
  await gateway.gateway.settled();
  const { pushed } = gateway.gateway.counters();
  await until(() => device.told.length >= pushed);
  return device.chunks.slice(before);
}
const bytesOf = (chunks: readonly Chunk[]): Buffer =>
  Buffer.concat(chunks.flatMap((chunk) => (chunk.kind === 'bytes' ? [chunk.bytes] : [])));
const kindsOf = (chunks: readonly Chunk[]): string[] => chunks.map(({ kind }) => kind);

describe('a device that wants a blob', () => {
  it('gets it window by window, each byte once and in its place', async () => {
    const chunks: Chunk[] = [];
    for (let from = 0; from < blob.length; from += maxWindowBytes)
      chunks.push(...(await ask(want(from, maxWindowBytes))));
    expect(bytesOf(chunks)).toEqual(blob);
    expect(chunks.map((chunk) => chunk.offset)).toEqual(Array.from({ length: 10 }, (_, index) => index * 32 * kib));
    expect(new Set(chunks.map((chunk) => (chunk.kind === 'bytes' ? chunk.size : undefined)))).toEqual(
      new Set([blob.length]),
    );
  });

  it('gets no more than it asked for, and goes on anywhere', async () => {
    expect(bytesOf(await ask(want(100_001, 1)))).toEqual(blob.subarray(100_001, 100_002));
    expect(bytesOf(await ask(want(40_000, 40_000)))).toEqual(blob.subarray(40_000, 80_000));
    expect(bytesOf(await ask(want(299_999, 5000)))).toEqual(blob.subarray(299_999));
  });

  it('has its other messages answered between', async () => {
    device.write({ seq: 1, at: gateway.clock.now(), kind: 'event', event: 'test-button' });
    const asked = device.send('want', want(0, maxWindowBytes));
    await device.sendRecords(1, 1);
    await asked;
    expect(await device.awaits('ack', 1)).toEqual([{ v: 1, boot: device.journal.boot, upTo: 1 }]);
    await until(() => device.chunks.length === 4);
    expect(bytesOf(device.chunks)).toEqual(blob.subarray(0, maxWindowBytes));
  });

  it('gets a blob that is not meant for it, as over HTTP: what is broadcast in public is no secret', async () => {
    const other = await blobs.put(Buffer.from('for another place'));
    expect(bytesOf(await ask(want(0, 100, other.sha256))).toString()).toBe('for another place');
  });
});

describe('a want that can not be served', () => {
  it('says so: no such blob, or past its end', async () => {
    const nothing = 'f'.repeat(64);
    expect(await ask(want(7, 100, nothing))).toEqual([{ kind: 'missing', sha256: nothing, offset: 7 }]);
    const end = { kind: 'past-end', sha256: name, size: blob.length };
    expect(await ask(want(blob.length, 1))).toEqual([{ ...end, offset: blob.length }]);
    expect(await ask(want(64 * kib * kib, maxWindowBytes))).toEqual([{ ...end, offset: 64 * kib * kib }]);
  });

  it('serves no byte of a file that storage has spoilt', async () => {
    await appendFile(blobs.path(name), 'x');
    expect(await ask(want(0, 100))).toEqual([{ kind: 'later', sha256: name, offset: 0 }]);
  });

  it('lands among the rejects where it is none', async () => {
    const bad = [{ ...want(0, 1), extra: 1 }, want(-1, 1), want(0, maxWindowBytes + 1), want(0, 1, '../secret')];
    expect(await ask(...bad, Buffer.from('{'))).toEqual([]);
    const rejects = await gateway.get<{ topic: string; code: string }[]>('/api/rejects');
    expect(rejects.map(({ topic, code }) => `${topic} ${code}`)).toEqual([
      'want message-not-json',
      ...bad.map(() => 'want message-malformed'),
    ]);
  });
});

describe('a flood of wants', () => {
  it('is served one window at a time, and refused once at a time', async () => {
    const wants = Array.from({ length: 200 }, () => want(0, maxWindowBytes));
    const sent = Promise.all(wants.map((one) => device.send('want', one)));
    await sent;
    await ask();
    await until(() => device.told.length >= gateway.gateway.counters().pushed);
    const kinds = kindsOf(device.chunks);
    const served = kinds.filter((kind) => kind === 'bytes').length / 4;
    expect(new Set(kinds)).toEqual(new Set(['bytes', 'later']));
    expect(served).toBeGreaterThan(0);
    expect(served + kinds.filter((kind) => kind === 'later').length).toBeLessThan(200);
    expect(gateway.gateway.counters().handled).toBeGreaterThanOrEqual(200);
    expect(await ask(want(5, 1, 'f'.repeat(64)))).toHaveLength(1);
  });

  it('uses up what a device may take, which comes back with time', async () => {
    let asked = 0;
    for (let kinds = ['bytes']; kinds[0] === 'bytes'; asked++) kinds = kindsOf(await ask(want(0, maxWindowBytes)));
    expect(asked).toBe(65);
    expect(kindsOf(await ask(want(0, 1)))).toEqual(['later']);
    gateway.clock.set(gateway.clock.now() + 1000);
    expect(kindsOf(await ask(want(0, maxWindowBytes)))).toEqual(['bytes', 'bytes', 'bytes', 'bytes']);
    expect(kindsOf(await ask(want(0, 1)))).toEqual(['later']);
  });
});

describe('a device that goes away', () => {
  it('in mid-window goes on from there on its next connection, and gets no byte of the old window', async () => {
    await device.send('want', want(0, maxWindowBytes));
    await until(() => device.chunks.length > 0);
    await device.close();
    await gateway.gateway.settled();
    const have = bytesOf(device.chunks).length;
    device.told.length = 0;
    await device.connect(gateway.gateway.mqttPort);
    await device.send('want', want(have, maxWindowBytes));
    await until(() => bytesOf(device.chunks).length >= maxWindowBytes);
    expect(device.chunks[0]?.offset).toBe(have);
    expect(bytesOf(device.chunks)).toEqual(blob.subarray(have, have + maxWindowBytes));
  });

  it('for good, because it was revoked, gets nothing more', async () => {
    await gateway.admin('POST', '/api/devices/sign-1/revoke');
    const { id, secret } = device;
    const socket = await open(connectPacket(id, { password: Buffer.from(secret) }));
    const bytes: Buffer[] = [];
    socket.on('data', (data) => bytes.push(data));
    await until(() => socket.destroyed || bytes.length > 0);
    expect(bytes.map((data) => data.toString('hex'))).toEqual(['20020005']);
  });

  it('without reading is cut off, and holds up nobody else', async () => {
    await device.close();
    const { id, secret } = device;
    const slow = await open(connectPacket(id, { password: Buffer.from(secret) }));
    await once(slow, 'data');
    slow.write(subscribePacket([topicOf(id, 'chunk')]));
    slow.pause();
    const whole = JSON.stringify(want(0, maxWindowBytes));
    const again = publishPacket(topicOf(id, 'want'), whole, { qos: 1, messageId: 9 });
    const flood = setInterval(() => slow.write(again), 1);
    const other = await MqttDevice.enrol(gateway, 'sign-2');
    await other.connect(gateway.gateway.mqttPort);
    for (const from of [0, maxWindowBytes]) {
      await other.send('want', want(from, maxWindowBytes));
      await until(() => bytesOf(other.chunks).length === from + maxWindowBytes);
    }
    await until(() => slow.destroyed);
    clearInterval(flood);
    await gateway.gateway.settled();
    await other.close();
  });
});

async function open(...packets: Buffer[]): Promise<Socket> {
  const socket = connect(gateway.gateway.mqttPort, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  socket.write(Buffer.concat(packets));
  return socket;
}

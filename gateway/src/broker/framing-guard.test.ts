import { afterEach, describe, expect, it } from 'vitest';
import {
  type Bench,
  type BenchOptions,
  connectPacket,
  openBench,
  publishPacket,
  subscribePacket,
  until,
} from './testing/harness.js';

let bench: Bench;
const open = async (options?: BenchOptions) => {
  bench = await openBench(options);
  return bench;
};
afterEach(() => bench.close());

describe('before the log-in', () => {
  it('refuses a CONNECT that claims 256 MB, from its header alone', async () => {
    await open();
    const client = await bench.raw();
    client.send(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await client.end();
    expect(bench.refused('connect-too-large')).toBe(1);
    expect(bench.broker.stats().bytesIn).toBe(5);
  });

  it.each([
    ['a CONNECT over 4 KB', connectPacket('horn-1', { password: Buffer.alloc(4_096) }), 'connect-too-large'],
    ['a length that never ends', Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 1]), 'malformed-length'],
    ['a padded length', Buffer.from([0x10, 0x8c, 0x00]), 'malformed-length'],
    ['another packet first', publishPacket('xlb/1/horn-1/beat', 'x'), 'not-connect'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'not-connect'],
    ['another protocol', Buffer.from([0x10, 12, 0, 4, 0x41, 0x4d, 0x51, 0x50, 4, 2, 0, 0, 0, 0]), 'not-mqtt'],
    ['MQTT 3.1', connectPacket('horn-1', { protocolId: 'MQIsdp', protocolVersion: 3 }), 'not-mqtt'],
    [
      'a client id beyond the packet',
      Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 9]),
      'malformed-connect',
    ],
  ])('closes on %s', async (_name, bytes, code) => {
    await open();
    const client = await bench.raw();
    client.send(bytes);
    await client.end();
    expect(bench.refused(code)).toBe(1);
    expect(client.packets).toEqual([]);
  });

  it.each([
    ['MQTT 5', 5],
    ['a level yet to come', 6],
    ['a bridge', 0x84],
  ])('answers %s with return code 1', async (_name, level) => {
    await open();
    const client = await bench.raw();
    const bytes = connectPacket('horn-1');
    bytes[8] = level;
    client.send(bytes);
    await client.end();
    expect(client.packets).toMatchObject([{ cmd: 'connack', returnCode: 1 }]);
    expect(bench.refused('protocol-level')).toBe(1);
  });

  it('closes whoever sends no CONNECT, or only a part of it', async () => {
    await open({ limits: { connectMs: 100 } });
    const silent = await bench.raw();
    const partial = await bench.raw();
    partial.send(connectPacket('horn-1').subarray(0, 9));
    await Promise.all([silent.end(), partial.end()]);
    expect(bench.refused('connect-timeout')).toBe(2);
    expect(bench.broker.stats().pending).toBe(0);
  });

  it('takes a CONNECT byte by byte, and what was sent behind it', async () => {
    await open();
    const client = await bench.raw();
    client.socket.setNoDelay(true);
    for (const byte of connectPacket('horn-1')) {
      client.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.send(publishPacket('xlb/1/horn-1/hello', 'hi', { qos: 1, messageId: 5 }));
    expect(await client.packet('puback')).toMatchObject({ messageId: 5 });
  });

  it('handles what follows a CONNECT only after the log-in succeeded', async () => {
    let letIn = () => {};
    await open({ gate: () => new Promise((resolve) => (letIn = () => resolve('ok'))) });
    const client = await bench.raw();
    client.send(connectPacket('horn-1'), publishPacket('xlb/1/horn-1/hello', 'hi', { qos: 1, messageId: 5 }));
    client.send(subscribePacket(['xlb/1/horn-1/ack']));
    await until(() => bench.broker.stats().bytesIn > 0);
    expect(bench.received).toEqual([]);
    letIn();
    await client.packet('puback');
    await client.packet('suback');
    expect(bench.received).toMatchObject([{ device: 'horn-1', name: 'hello', text: 'hi' }]);
  });

  it('keeps to the caps: all connections, those of one address, those not logged in', async () => {
    await open({ limits: { connections: 2 } });
    const clients = [await bench.raw(), await bench.raw(), await bench.raw()];
    await clients[2]?.end();
    expect(bench.refused('too-many-connections')).toBe(1);
    clients[0]?.socket.destroy();
    await until(() => bench.broker.stats().pending === 1);
    const later = await bench.raw();
    await later.login('horn-1');
    await bench.close();

    await open({ limits: { connectionsPerAddress: 1 } });
    await bench.raw();
    await (await bench.raw()).end();
    expect(bench.refused('too-many-connections-per-address')).toBe(1);
    await bench.close();

    await open({ limits: { pending: 1 } });
    await (await bench.raw()).login('horn-1');
    await bench.raw();
    await (await bench.raw()).end();
    expect(bench.refused('too-many-pending')).toBe(1);
  });
});

describe('after the log-in', () => {
  it.each([
    ['a PUBLISH over 256 KB', Buffer.from([0x30, 0x81, 0x80, 0x10]), 'packet-too-large'],
    ['a SUBSCRIBE over 4 KB', Buffer.from([0x82, 0x81, 0x20]), 'packet-too-large'],
    ['a malformed length', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]), 'malformed-length'],
    ['a second CONNECT', connectPacket('horn-1'), 'unexpected-packet'],
    ['a packet only servers send', Buffer.from([0x20, 2, 0, 0]), 'unexpected-packet'],
    ['a reserved packet type', Buffer.from([0xf0, 0]), 'unexpected-packet'],
    ['a PUBACK of another size', Buffer.from([0x40, 3, 0, 1, 0]), 'malformed-packet'],
    ['a PINGREQ with a body', Buffer.from([0xc0, 1, 0]), 'malformed-packet'],
  ])('closes on %s', async (_name, bytes, code) => {
    await open();
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(bytes);
    await client.end();
    expect(bench.refused(code)).toBe(1);
  });

  it('takes a packet of almost 256 KB', async () => {
    await open();
    const client = await bench.raw();
    await client.login('horn-1');
    const payload = Buffer.alloc(256 * 1024 - 40, 0x61);
    client.send(publishPacket('xlb/1/horn-1/records', payload, { qos: 1, messageId: 9 }));
    await client.packet('puback');
    expect(bench.received[0]?.text.length).toBe(payload.length);
  });

  it('keeps serving others through all of it', async () => {
    await open();
    const good = await bench.client('horn-1');
    for (const bytes of [Buffer.alloc(4096, 0xff), Buffer.from([0x10, 0xff]), Buffer.from([0x00])]) {
      const bad = await bench.raw();
      bad.send(bytes);
    }
    await good.publishAsync('xlb/1/horn-1/hello', 'still here', { qos: 1 });
    expect(bench.received).toMatchObject([{ text: 'still here' }]);
  });
});

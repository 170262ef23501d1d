import { connectAsync } from 'mqtt';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startBroker } from './index.js';
import { selfSigned } from './testing/certificate.js';
import { type Bench, connectPacket, credentials, inbox, openBench, until } from './testing/harness.js';

let pair: { cert: string; key: string };
let bench: Bench;
beforeAll(() => {
  pair = selfSigned('localhost');
});
afterEach(() => bench.close());

async function roundTrip(url: string, more: object = {}): Promise<void> {
  const client = await connectAsync(url, { ...credentials('horn-1'), ...more }, false);
  const messages = inbox(client);
  await client.subscribeAsync('xlb/1/horn-1/#', { qos: 1 });
  await bench.broker.publish('horn-1', 'command', 'down');
  const text = 'x'.repeat(100_000);
  await client.publishAsync('xlb/1/horn-1/records', text, { qos: 1 });
  await until(() => messages.length === 1);
  expect(bench.received.map((message) => message.text)).toEqual([text]);
  await client.endAsync();
}

describe('TLS', () => {
  it('serves with the certificate that was given', async () => {
    bench = await openBench({ settings: { tls: { ...pair, port: 0 } } });
    await roundTrip(`mqtts://localhost:${bench.broker.tlsPort}`, { ca: pair.cert, servername: 'localhost' });
  });

  it('closes on who speaks no TLS, or never finishes the handshake', async () => {
    bench = await openBench({ settings: { tls: { ...pair, port: 0 } }, limits: { connectMs: 200 } });
    const plain = await bench.raw(bench.broker.tlsPort);
    plain.send(connectPacket('horn-1'));
    const silent = await bench.raw(bench.broker.tlsPort);
    await Promise.all([plain.end(), silent.end()]);
    await until(() => bench.broker.stats().pending === 0);
  });
});

describe('WebSocket', () => {
  const open = async () => {
    bench = await openBench({ settings: { webSocketPort: 0 }, limits: { connectMs: 1_000 } });
    return `127.0.0.1:${bench.broker.webSocketPort}`;
  };

  it('serves at /mqtt', async () => {
    await roundTrip(`ws://${await open()}/mqtt`);
  });

  it.each([
    ['/other', ['mqtt']],
    ['/mqtt', ['chat']],
    ['/mqtt', []],
  ])('refuses %s with %j', async (path, protocols) => {
    const socket = new WebSocket(`ws://${await open()}${path}`, protocols);
    const failed = await new Promise((resolve) => {
      socket.on('error', () => resolve(true)).on('open', () => resolve(false));
    });
    expect(failed).toBe(true);
  });

  it('answers plain HTTP with 426', async () => {
    const response = await fetch(`http://${await open()}/mqtt`);
    expect(response.status).toBe(426);
  });

  it('guards the stream within: text frames, a huge CONNECT, a frame over the limit, silence', async () => {
    const host = await open();
    const closedAfter = (first: string | Buffer | undefined) =>
      new Promise<boolean>((resolve) => {
        const socket = new WebSocket(`ws://${host}/mqtt`, 'mqtt');
        socket.on('message', () => resolve(false)).on('error', () => {});
        socket.on('open', () => first !== undefined && socket.send(first)).on('close', () => resolve(true));
      });
    expect(
      await Promise.all([
        closedAfter(connectPacket('horn-1').toString('latin1')),
        closedAfter(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])),
        closedAfter(Buffer.alloc(300_000)),
        closedAfter(undefined),
      ]),
    ).toEqual([true, true, true, true]);
    expect(bench.refused('connect-too-large')).toBe(1);
    expect(bench.refused('connect-timeout')).toBe(1);
    await until(() => bench.broker.stats().pending === 0);
  });
});

describe('start', () => {
  it('fails as a whole when a port is taken', async () => {
    bench = await openBench();
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const start = startBroker(
      { host: '127.0.0.1', port: 0, webSocketPort: bench.broker.port },
      { authenticate: async () => 'ok' },
      { message: async () => {} },
      { clock: Date, log: quiet },
    );
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

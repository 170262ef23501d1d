import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultLimits } from './limits.js';
import { SessionStore } from './session-store.js';
import {
  type Bench,
  type BenchOptions,
  connectPacket,
  inbox,
  openBench,
  secret,
  subscribePacket,
  until,
  willOf,
} from './testing/harness.js';

let bench: Bench;
const open = async (options?: BenchOptions) => {
  bench = await openBench(options);
};
afterEach(() => bench.close());

describe('publish', () => {
  it.each([true, false])('loses none of 4000 that race, in order (clean session: %s)', async (clean) => {
    await open({ limits: { publishQueue: 5_000 } });
    const client = await bench.client('horn-1', { clean });
    const messages = inbox(client);
    await client.subscribeAsync('xlb/1/horn-1/#', { qos: 1 });
    const names = ['assignment', 'command', 'stop', 'ack'] as const;
    const sent = Array.from({ length: 4_000 }, (_, at) =>
      bench.broker.publish('horn-1', names[at % names.length] ?? 'ack', `${at}`),
    );
    await Promise.all(sent);
    await until(() => messages.length >= 4_000);
    expect(messages.map(({ text }) => Number(text))).toEqual(Array.from({ length: 4_000 }, (_, at) => at));
    await until(() => bench.broker.stats().unacknowledged === 0);
    expect(bench.broker.stats()).toMatchObject({
      published: 4_000,
      publishing: 0,
      delivered: 4_000,
      acknowledged: 4_000,
      queued: 0,
    });
  });

  it('refuses what is no down topic, and more than may wait', async () => {
    await open({ limits: { publishQueue: 2 } });
    await expect(bench.broker.publish('Horn', 'ack', 'x')).rejects.toMatchObject({ code: 'broker-bad-topic' });
    await expect(bench.broker.publish('#', 'ack', 'x')).rejects.toMatchObject({ code: 'broker-bad-topic' });
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((text) => bench.broker.publish('horn-1', 'ack', `${text}`)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  });

  it('a subscriber that stops reading is dropped and holds up nobody', async () => {
    await open({ limits: { drainMs: 300 } });
    const stalled = await bench.raw();
    await stalled.login('horn-1');
    stalled.send(subscribePacket(['xlb/1/horn-1/command']));
    await stalled.packet('suback');
    stalled.socket.pause();
    const others = await Promise.all(['horn-2', 'horn-3', 'horn-4'].map((device) => bench.client(device)));
    const messages = others.map((client) => inbox(client));
    for (const [at, client] of others.entries())
      await client.subscribeAsync(`xlb/1/horn-${at + 2}/command`, { qos: 1 });

    const big = Buffer.alloc(200_000, 0x61);
    let stalledDone = 0;
    const flood = Array.from({ length: 60 }, () =>
      bench.broker.publish('horn-1', 'command', big).finally(() => stalledDone++),
    );
    const settled = Promise.allSettled(flood);
    for (let round = 0; round < 20; round++) {
      for (const device of ['horn-2', 'horn-3', 'horn-4']) await bench.broker.publish(device, 'command', `${round}`);
    }
    await until(() => messages.every((list) => list.length === 20));
    expect(stalledDone).toBeLessThan(60);
    await settled;
    expect([...bench.broker.connected()].sort()).toEqual(['horn-2', 'horn-3', 'horn-4']);
  });

  it('keeps a bounded number for a session that is away, the newest, and says that it dropped', async () => {
    await open({ limits: { offlineMessages: 10 } });
    const client = await bench.client('horn-1', { clean: false });
    await client.subscribeAsync('xlb/1/horn-1/ack', { qos: 1 });
    await client.endAsync();
    await until(() => bench.broker.connected().size === 0);
    for (let at = 0; at < 25; at++) await bench.broker.publish('horn-1', 'ack', `${at}`);
    expect(bench.broker.stats().queued).toBe(10);
    expect(bench.refused('offline-queue-full')).toBe(15);
    const again = await bench.raw();
    await again.login('horn-1', { clean: false });
    await until(() => again.packets.length === 11);
    expect(again.packets.flatMap((packet) => (packet.cmd === 'publish' ? [`${packet.payload}`] : []))).toEqual(
      Array.from({ length: 10 }, (_, at) => `${at + 15}`),
    );
  });
});

describe('disconnect', () => {
  it('closes a device, which may come back to its session', async () => {
    await open();
    const client = await bench.raw();
    await client.login('horn-1', { clean: false });
    client.send(subscribePacket(['xlb/1/horn-1/command']));
    await client.packet('suback');
    bench.broker.disconnect('horn-1', 'maintenance');
    await client.end();
    await bench.broker.publish('horn-1', 'command', 'x');
    expect(bench.broker.stats().queued).toBe(1);
  });

  it('of a revoked device forgets its queue, retained messages and session', async () => {
    await open();
    const client = await bench.raw();
    await client.login('horn-1', { clean: false });
    client.send(subscribePacket(['xlb/1/horn-1/#']));
    await client.packet('suback');
    const outcomes = Promise.allSettled(
      ['assignment', 'stop', 'command'].map((name) =>
        bench.broker.publish('horn-1', name === 'stop' ? 'stop' : name === 'command' ? 'command' : 'assignment', name),
      ),
    );
    await bench.broker.publish('horn-2', 'assignment', 'of another');
    bench.broker.disconnect('horn-1', 'revoked');
    await client.end();
    await outcomes;
    await until(() => bench.broker.stats().publishing === 0);
    expect(bench.broker.stats()).toMatchObject({ retained: 1, queued: 0, connections: 0, publishing: 0 });
    const again = await bench.raw();
    await again.login('horn-1', { clean: false });
    expect(await again.packet('connack')).toMatchObject({ sessionPresent: false });
  });

  it('a log-in that the gate calls revoked is refused and purged', async () => {
    let revoked = false;
    await open({
      gate: async (_device, given) => (revoked ? 'revoked' : `${given}` === secret ? 'ok' : 'bad-credentials'),
    });
    await bench.broker.publish('horn-1', 'assignment', 'x');
    revoked = true;
    const client = await bench.raw();
    client.send(connectPacket('horn-1'));
    expect(await client.packet('connack')).toMatchObject({ returnCode: 5 });
    expect(bench.broker.stats()).toMatchObject({ retained: 0 });
    expect(bench.refused('revoked')).toBe(1);
  });
});

describe('a store that throws', () => {
  const broken = new Error('store');
  class Broken extends SessionStore {
    constructor(private readonly methods: ReadonlySet<string>) {
      super(defaultLimits, () => {});
    }
    #fail(method: string): void {
      if (this.methods.has(method)) throw broken;
    }
    override async delWill(client: { id: string }) {
      this.#fail('delWill');
      return super.delWill(client);
    }
    override async cleanSubscriptions(client: { id: string }) {
      this.#fail('cleanSubscriptions');
      return super.cleanSubscriptions(client);
    }
    override async storeRetained(packet: Parameters<SessionStore['storeRetained']>[0]) {
      this.#fail('storeRetained');
      return super.storeRetained(packet);
    }
    override createRetainedStreamCombi(filters: readonly string[]) {
      this.#fail('createRetainedStreamCombi');
      if (!this.methods.has('stream')) return super.createRetainedStreamCombi(filters);
      return new Readable({ objectMode: true, read: () => this.#fail('stream') });
    }
  }
  const openBroken = (...methods: string[]) => open({ persistence: new Broken(new Set(methods)) });

  it.each([['delWill'], ['createRetainedStreamCombi'], ['stream']])('in %s is counted and survived', async (method) => {
    await openBroken(method);
    const first = await bench.raw();
    first.send(connectPacket('horn-1', { will: willOf('horn-1') }), subscribePacket(['xlb/1/horn-1/ack']));
    await until(() => bench.refused('persistence-failed') > 0);
    const second = await bench.raw();
    second.send(connectPacket('horn-2'));
    await until(() => second.closed || second.packets.length > 0);
    await bench.broker.publish('horn-3', 'assignment', 'x');
    expect(bench.broker.stats().retained).toBe(1);
  });

  it('lets nobody in on a session in doubt', async () => {
    await openBroken('cleanSubscriptions');
    const client = await bench.raw();
    client.send(connectPacket('horn-1'));
    await client.end();
    expect(client.packets).toEqual([]);
  });

  it('makes a publish fail instead of pretending', async () => {
    await openBroken('storeRetained');
    await expect(bench.broker.publish('horn-1', 'assignment', 'x')).rejects.toMatchObject({
      code: 'broker-publish-failed',
    });
    await bench.broker.publish('horn-1', 'ack', 'x');
  });
});

describe('close', () => {
  it('lets a handler finish and acknowledges it', async () => {
    let finish = () => {};
    await open({ onMessage: () => new Promise<void>((resolve) => (finish = resolve)) });
    const client = await bench.client('horn-1');
    const published = client.publishAsync('xlb/1/horn-1/records', 'x', { qos: 1 });
    await until(() => bench.broker.stats().handling === 1);
    const closed = bench.broker.close();
    finish();
    await closed;
    await published;
    expect(bench.received.length).toBe(1);
    await expect(bench.broker.publish('horn-1', 'ack', 'x')).rejects.toMatchObject({ code: 'broker-closed' });
    expect(bench.broker.stats()).toMatchObject({ connections: 0, pending: 0 });
  });
});

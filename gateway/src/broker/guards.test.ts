import { afterEach, describe, expect, it } from 'vitest';
import {
  type Bench,
  type BenchOptions,
  connectPacket,
  inbox,
  openBench,
  publishBytes,
  publishPacket,
  subscribePacket,
  until,
  willOf,
} from './testing/harness.js';

let bench: Bench;
const open = async (options?: BenchOptions) => {
  bench = await openBench(options);
};
afterEach(() => bench.close());

const topic = (name: string) => `xlb/1/horn-1/${name}`;

describe('what a device may send', () => {
  it.each([
    ['a `$` topic', publishPacket('$SYS/x/new/clients', 'horn-2'), 'dollar-topic'],
    ['a topic of another device', publishPacket('xlb/1/horn-2/beat', '{}'), 'foreign-topic'],
    ['NUL in a topic', publishBytes(Buffer.from(topic('be\0at'))), 'ill-formed-topic'],
    ['a newline in a topic', publishBytes(Buffer.from(topic('beat\n'))), 'ill-formed-topic'],
    ['invalid UTF-8 in a topic', publishBytes(Buffer.from([0x78, 0xc3, 0x28])), 'ill-formed-topic'],
    ['an overlong encoding', publishBytes(Buffer.from([...Buffer.from(topic('')), 0xc1, 0xa2])), 'ill-formed-topic'],
  ])('closes on %s', async (_name, bytes, code) => {
    await open();
    const other = await bench.client('horn-2');
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(bytes);
    await client.end();
    expect(bench.refused(code)).toBe(1);
    await other.publishAsync('xlb/1/horn-2/hello', 'unharmed', { qos: 1 });
    expect(bench.received.map(({ text }) => text)).toEqual(['unharmed']);
  });

  it.each([
    ['a down topic', publishPacket(topic('command'), '{}', { qos: 1, messageId: 3 }), 'down-topic'],
    ['an unknown topic', publishPacket(topic('later'), '{}', { qos: 1, messageId: 3 }), 'unknown-topic'],
    ['a beat at QoS 1', publishPacket(topic('beat'), '{}', { qos: 1, messageId: 3 }), 'wrong-qos'],
    ['retained records', publishPacket(topic('records'), '{}', { qos: 1, messageId: 3, retain: true }), 'wrong-retain'],
    ['a retained clear', publishPacket(topic('status'), '', { qos: 1, messageId: 3, retain: true }), 'retained-clear'],
  ])('acknowledges and drops %s, and goes on', async (_name, bytes, code) => {
    await open();
    await bench.broker.publish('horn-1', 'assignment', 'kept');
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(bytes, publishPacket(topic('hello'), 'next', { qos: 1, messageId: 4 }));
    await until(() => client.packets.filter(({ cmd }) => cmd === 'puback').length === 2);
    expect(bench.received.map(({ text }) => text)).toEqual(['next']);
    expect(bench.refused(code)).toBe(1);
    expect(bench.broker.stats().retained).toBe(1);
  });

  it('drops a retained QoS 0 status', async () => {
    await open();
    const client = await bench.client('horn-1');
    await client.publishAsync(topic('status'), 'x', { qos: 0, retain: true });
    await client.publishAsync(topic('hello'), 'next', { qos: 1 });
    expect(bench.received.map(({ name }) => name)).toEqual(['hello']);
    expect(bench.refused('wrong-qos')).toBe(1);
  });

  it('closes on a client that does nothing else', async () => {
    await open({ limits: { refusalsPerConnection: 5 } });
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(...Array.from({ length: 10 }, () => publishPacket(topic('later'), 'x')));
    await client.end();
    expect(bench.refused('too-many-refusals')).toBe(1);
  });
});

describe('what a device may hear', () => {
  it.each([['a#'], ['xlb/1/horn-1/\u0000'], ['xlb/1/horn-1/\n']])('closes on %j', async (filter) => {
    await open();
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(subscribePacket([filter]));
    await client.end();
    expect(bench.refused('ill-formed-filter')).toBe(1);
  });

  it('closes on a filter with `+` inside a level', async () => {
    await open();
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(subscribePacket([topic('x+')]));
    await client.end();
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
  });

  it('grants its own filters and answers all others with failure', async () => {
    await open();
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(
      subscribePacket([
        topic('command'),
        '#',
        'xlb/#',
        'xlb/1/+/command',
        'xlb/1/horn-2/command',
        '$share/all/xlb/1/horn-1/command',
        '$SYS/#',
        topic('status'),
        topic('#'),
      ]),
    );
    expect(await client.packet('suback')).toMatchObject({ granted: [1, 128, 128, 128, 128, 128, 128, 128, 1] });
  });

  it('never hears another device, live, retained or stored, even when both kinds of filter came together', async () => {
    await open();
    await bench.broker.publish('horn-2', 'assignment', 'not yours');
    const spy = await bench.raw();
    await spy.login('horn-1', { clean: false });
    spy.send(subscribePacket([topic('command'), 'xlb/1/horn-2/#', '#', 'xlb/1/horn-2/command']));
    await spy.packet('suback');
    await bench.broker.publish('horn-2', 'command', 'not yours');
    spy.socket.destroy();
    await until(() => bench.broker.connected().size === 0);
    await bench.broker.publish('horn-2', 'command', 'not yours');
    await bench.broker.publish('horn-1', 'command', 'mine');
    const again = await bench.raw();
    await again.login('horn-1', { clean: false });
    await again.packet('publish');
    again.send(Buffer.from([0xc0, 0]));
    await again.packet('pingresp');
    const heard = [...spy.packets, ...again.packets].flatMap((packet) =>
      packet.cmd === 'publish' ? [`${packet.topic} ${packet.payload}`] : [],
    );
    expect(heard).toEqual(['xlb/1/horn-1/command mine']);
  });

  it('never hears the up topics of its own wildcard', async () => {
    await open();
    const client = await bench.client('horn-1');
    const messages = inbox(client);
    await client.subscribeAsync(topic('#'), { qos: 1 });
    await client.publishAsync(topic('status'), 'up', { qos: 1, retain: true });
    await bench.broker.publish('horn-1', 'command', 'down');
    await until(() => messages.length > 0);
    expect(messages.map(({ text }) => text)).toEqual(['down']);
  });

  it('caps subscriptions', async () => {
    await open({ limits: { subscriptions: 2 } });
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(subscribePacket([topic('command'), topic('ack'), topic('stop')]));
    expect(await client.packet('suback')).toMatchObject({ granted: [1, 1, 128] });
  });

  it('closes on thousands of filters', async () => {
    await open();
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(subscribePacket(Array.from({ length: 300 }, (_, at) => `a/${at}`)));
    await client.end();
    expect(bench.refused('too-many-refusals')).toBeGreaterThan(0);
  });
});

describe('hooks fail closed', () => {
  it('a handler that rejects leaves QoS 1 unacknowledged and closes, and the device sends again', async () => {
    let broken = true;
    await open({
      onMessage: async () => {
        if (broken) throw new Error('disk full');
      },
    });
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(publishPacket(topic('records'), 'r', { qos: 1, messageId: 1 }));
    await client.end();
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
    expect(bench.refused('handler-failed')).toBe(1);
    broken = false;
    const again = await bench.client('horn-1');
    await again.publishAsync(topic('records'), 'r', { qos: 1 });
    expect(bench.received.map(({ text }) => text)).toEqual(['r']);
  });

  it('a handler that throws at once, or on QoS 0, harms nobody', async () => {
    await open({
      onMessage: (message) => {
        if (message.text === 'bad') throw new Error('bug');
      },
    });
    const client = await bench.client('horn-1');
    await client.publishAsync(topic('beat'), 'bad');
    await client.publishAsync(topic('hello'), 'good', { qos: 1 });
    expect(bench.received.map(({ text }) => text)).toEqual(['good']);
    expect(bench.refused('handler-failed')).toBe(1);
  });

  it('acknowledges only after the handler, and in the order of arrival', async () => {
    const finish = new Map<string, () => void>();
    await open({ onMessage: ({ text }) => new Promise<void>((resolve) => finish.set(text, resolve)) });
    const client = await bench.raw();
    await client.login('horn-1');
    client.send(
      publishPacket(topic('records'), 'first', { qos: 1, messageId: 1 }),
      publishPacket(topic('records'), 'second', { qos: 1, messageId: 2 }),
    );
    await until(() => finish.size === 2);
    finish.get('second')?.();
    await until(() => bench.received.length === 1);
    expect(bench.broker.stats()).toMatchObject({ received: 1, handling: 1 });
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
    finish.get('first')?.();
    await until(() => client.packets.length === 3);
    expect(client.packets.slice(1)).toMatchObject([{ messageId: 1 }, { messageId: 2 }]);
  });

  it('closes when a handler never ends', async () => {
    await open({
      limits: { hookMs: 250 },
      onMessage: ({ text }) => (text === 'x' ? new Promise(() => {}) : undefined),
    });
    const client = await bench.raw();
    await client.login('horn-1', { will: willOf('horn-1') });
    client.send(publishPacket(topic('records'), 'x', { qos: 1, messageId: 1 }));
    await client.end();
    expect(bench.refused('hook-timeout')).toBe(1);
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no store')), 'authenticate-failed'],
    ['never answers', () => new Promise<never>(() => {}), 'hook-timeout'],
  ])('answers "unavailable" when the gate %s', async (_name, gate, code) => {
    await open({ gate, limits: { hookMs: 250 } });
    const client = await bench.raw();
    client.send(connectPacket('horn-1'));
    expect(await client.packet('connack')).toMatchObject({ returnCode: 3 });
    await client.end();
    expect(bench.refused(code)).toBe(1);
    expect(bench.broker.stats()).toMatchObject({ connections: 0, pending: 0 });
  });

  it('holds back a flood of QoS 0 while the handler is behind, and loses none', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    await open({
      limits: { handling: 10 },
      onMessage: () => {
        most = Math.max(most, bench.broker.stats().handling);
        return new Promise<void>((resolve) => waiting.push(resolve));
      },
    });
    const client = await bench.raw();
    await client.login('horn-1');
    const payload = 'x'.repeat(2_000);
    for (let at = 0; at < 1_000; at++) client.send(publishPacket(topic('beat'), payload));
    await until(() => waiting.length > 10);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(most).toBeLessThan(200);
    while (bench.broker.stats().received < 1_000) {
      for (const resolve of waiting.splice(0)) resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(bench.received.length).toBe(1_000);
  });
});

describe('log-in attempts', () => {
  it('are refused before the gate is asked, once an address has failed too often', async () => {
    let asked = 0;
    await open({
      gate: async () => {
        asked++;
        return 'bad-credentials';
      },
      limits: { failuresPerAddress: { burst: 3, perSecond: 0 } },
    });
    const codes: unknown[] = [];
    for (let at = 0; at < 6; at++) {
      const client = await bench.raw();
      client.send(connectPacket(`horn-${at}`));
      const packet = await client.packet('connack');
      if (packet.cmd === 'connack') codes.push(packet.returnCode);
    }
    expect(codes).toEqual([4, 4, 4, 3, 3, 3]);
    expect(asked).toBe(3);
    expect(bench.refused('throttled')).toBe(3);
  });
});

describe('takeover', () => {
  it('20 times over, with slow hooks: the old will never says "offline" about the new connection', async () => {
    await open({ onMessage: () => new Promise((resolve) => setTimeout(resolve, 2)) });
    for (let at = 1; at <= 20; at++) {
      const client = await bench.raw();
      const epoch = `b${`${at}`.padStart(6, '0')}-00000000`;
      await client.login('horn-1', { will: willOf('horn-1', epoch), clean: at % 2 === 0 });
      client.send(subscribePacket([topic('#')]), publishPacket(topic('hello'), epoch, { qos: 1, messageId: 1 }));
      if (at % 3 > 0) await client.packet('puback');
    }
    await until(() => bench.refused('stale-will') === 19);
    await until(() => bench.broker.stats().handling === 0);
    expect(bench.received.filter(({ name }) => name === 'status')).toEqual([]);
    expect(bench.broker.stats().connections).toBe(1);
    bench.broker.disconnect('horn-1', 'end');
    await until(() => bench.received.some(({ name }) => name === 'status'));
    expect(bench.received.at(-1)?.text).toBe(willOf('horn-1', 'b000020-00000000').payload.toString());
  });
});

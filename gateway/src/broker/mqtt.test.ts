import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Bench,
  connectPacket,
  credentials,
  inbox,
  openBench,
  publishPacket,
  until,
  willOf,
} from './testing/harness.js';

/** What any MQTT 3.1.1 client may rely on, within the space that a device has. */
let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const down = (name: string) => `xlb/1/horn-1/${name}`;

describe('sessions', () => {
  it('connects, says that a clean session is new, and leaves', async () => {
    const client = await bench.raw();
    client.send(connectPacket('horn-1'));
    expect(await client.packet('connack')).toMatchObject({ returnCode: 0, sessionPresent: false });
    client.send(Buffer.from([0xe0, 0]));
    await client.end();
    expect(bench.events.map(({ kind }) => kind)).toEqual(['connected', 'disconnected']);
  });

  it('keeps a session, its subscriptions and its QoS 1 messages, and forgets all for a clean one', async () => {
    const first = await bench.client('horn-1', { clean: false });
    await first.subscribeAsync(down('command'), { qos: 1 });
    await first.endAsync();
    await until(() => bench.broker.connected().size === 0);
    for (const text of ['1', '2', '3']) await bench.broker.publish('horn-1', 'command', text);
    expect(bench.broker.stats().queued).toBe(3);

    const second = await bench.raw();
    await second.login('horn-1', { clean: false });
    expect(await second.packet('connack')).toMatchObject({ sessionPresent: true });
    await until(() => second.packets.length === 4);
    expect(second.packets.slice(1).map((packet) => (packet.cmd === 'publish' ? `${packet.payload}` : ''))).toEqual([
      '1',
      '2',
      '3',
    ]);
    second.socket.destroy();
    await until(() => bench.broker.connected().size === 0);

    const third = await bench.raw();
    await third.login('horn-1', { clean: true });
    expect(await third.packet('connack')).toMatchObject({ sessionPresent: false });
    expect(bench.broker.stats().queued).toBe(0);
    await bench.broker.publish('horn-1', 'command', '4');
    third.send(Buffer.from([0xc0, 0]));
    await third.packet('pingresp');
    expect(third.packets.filter((packet) => packet.cmd === 'publish')).toEqual([]);
  });

  it('delivers again, marked as a repetition, what was not acknowledged', async () => {
    const first = await bench.raw();
    await first.login('horn-1', { clean: false });
    first.send(Buffer.from([0x82, 5 + down('command').length, 0, 1, 0, down('command').length]));
    first.send(Buffer.from(down('command')), Buffer.from([1]));
    await first.packet('suback');
    await bench.broker.publish('horn-1', 'command', 'once');
    expect(await first.packet('publish')).toMatchObject({ qos: 1, dup: false });
    expect(bench.broker.stats().unacknowledged).toBe(1);
    first.socket.destroy();
    await until(() => bench.broker.connected().size === 0);
    expect(bench.broker.stats().unacknowledged).toBe(0);

    const second = await bench.raw();
    await second.login('horn-1', { clean: false });
    const again = await second.packet('publish');
    expect(again).toMatchObject({ qos: 1, dup: true, payload: Buffer.from('once') });
    second.send(Buffer.from([0x40, 2, (again.messageId ?? 0) >> 8, (again.messageId ?? 0) & 0xff]));
    await until(() => bench.broker.stats().queued === 0);
    expect(bench.broker.stats().delivered).toBe(2);
  });

  it('refuses an empty client id, with a session to keep and without', async () => {
    const keep = await bench.raw();
    const bytes = connectPacket('', { clean: true });
    bytes.writeUInt8(bytes.readUInt8(9) & ~0x02, 9);
    keep.send(bytes);
    expect(await keep.packet('connack')).toMatchObject({ returnCode: 2 });
    await keep.end();
    const clean = await bench.raw();
    clean.send(connectPacket('', { clean: true }));
    expect(await clean.packet('connack')).toMatchObject({ returnCode: 2 });
    await clean.end();
    expect(bench.refused('empty-client-id')).toBe(1);
    expect(bench.refused('identifier')).toBe(1);
  });

  it('a second connection takes over from the first', async () => {
    const first = await bench.client('horn-1', { will: willOf('horn-1') });
    await first.subscribeAsync(down('#'), { qos: 1 });
    let closed = false;
    first.on('close', () => {
      closed = true;
    });
    const second = await bench.client('horn-1', { will: willOf('horn-1', 'b000008-00000000') });
    await until(() => closed);
    await second.publishAsync(down('hello'), 'here', { qos: 1 });
    expect(bench.events.map(({ kind, epoch }) => `${kind} ${epoch}`)).toEqual([
      'connected b000007-0a1b2c3d',
      'disconnected b000007-0a1b2c3d',
      'connected b000008-00000000',
    ]);
    expect([...bench.broker.connected()]).toEqual(['horn-1']);
    expect(bench.broker.stats().connections).toBe(1);
    // The old connection's "offline" would be a lie by now.
    expect(bench.received.map(({ name }) => name)).toEqual(['hello']);
    expect(bench.refused('stale-will')).toBe(1);
  });
});

describe('messages', () => {
  it('goes up at QoS 0 and 1, in order', async () => {
    const client = await bench.raw();
    await client.login('horn-1');
    const packets = Array.from({ length: 50 }, (_, at) =>
      at % 2 === 0
        ? publishPacket(down('beat'), `${at}`)
        : publishPacket(down('records'), `${at}`, { qos: 1, messageId: at }),
    );
    client.send(...packets);
    await until(() => client.packets.filter(({ cmd }) => cmd === 'puback').length === 25);
    expect(bench.received.map(({ text }) => Number(text))).toEqual(Array.from({ length: 50 }, (_, at) => at));
    const acknowledged = client.packets.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId] : []));
    expect(acknowledged).toEqual(Array.from({ length: 25 }, (_, at) => 2 * at + 1));
    expect(bench.broker.stats()).toMatchObject({ received: 50, handling: 0 });
  });

  it('completes the handshake of a QoS 2 message and drops it', async () => {
    const client = await bench.client('horn-1');
    await client.publishAsync(down('records'), 'twice', { qos: 2 });
    await client.publishAsync(down('records'), 'once', { qos: 1 });
    expect(bench.received.map(({ text }) => text)).toEqual(['once']);
    expect(bench.refused('wrong-qos')).toBe(1);
  });

  it('goes down at the QoS that was asked for', async () => {
    const client = await bench.client('horn-1');
    const messages = inbox(client);
    const granted = await client.subscribeAsync({ [down('ack')]: { qos: 0 }, [down('command')]: { qos: 2 } });
    expect(granted.map(({ qos }) => qos)).toEqual([0, 2]);
    await bench.broker.publish('horn-1', 'ack', 'a');
    await bench.broker.publish('horn-1', 'command', 'c');
    await until(() => messages.length === 2);
    expect(messages.map(({ text, qos, retain }) => ({ text, qos, retain }))).toEqual([
      { text: 'a', qos: 0, retain: false },
      { text: 'c', qos: 1, retain: false },
    ]);
    await until(() => bench.broker.stats().acknowledged === 1);
    expect(bench.broker.stats()).toMatchObject({ published: 2, delivered: 2, unacknowledged: 0 });
  });

  it('keeps assignment and stop for who comes later, the newest only, until cleared', async () => {
    await bench.broker.publish('horn-1', 'assignment', 'old');
    await bench.broker.publish('horn-1', 'assignment', 'new');
    await bench.broker.publish('horn-1', 'stop', 'stop');
    await bench.broker.publish('horn-1', 'command', 'gone');
    await bench.broker.publish('horn-2', 'assignment', 'not yours');
    const client = await bench.client('horn-1');
    const messages = inbox(client);
    await client.subscribeAsync(down('#'), { qos: 1 });
    await until(() => messages.length === 2);
    expect(messages.map(({ text, retain }) => `${text} ${retain}`).sort()).toEqual(['new true', 'stop true']);

    await bench.broker.clearRetained('horn-1', 'assignment');
    await bench.broker.publish('horn-1', 'command', 'end');
    const later = await bench.client('horn-1');
    const afterwards = inbox(later);
    await later.subscribeAsync([down('assignment'), down('stop')], { qos: 1 });
    await bench.broker.publish('horn-1', 'stop', 'again');
    await until(() => afterwards.length === 2);
    expect(afterwards.map(({ text }) => text)).toEqual(['stop', 'again']);
    // Clearing sends nothing to the device.
    expect(messages.map(({ text }) => text).sort()).toEqual(['end', 'new', 'stop']);
  });

  it('comes once where subscriptions overlap, in clean sessions and in kept ones', async () => {
    for (const clean of [true, false]) {
      const device = clean ? 'horn-1' : 'horn-2';
      const client = await bench.client(device, { clean });
      const messages = inbox(client);
      const space = `xlb/1/${device}`;
      await client.subscribeAsync([`${space}/command`, `${space}/+`, `${space}/#`], { qos: 1 });
      const texts = Array.from({ length: 20 }, (_, at) => `${at}`);
      await Promise.all(texts.map((text) => bench.broker.publish(device, 'command', text)));
      await until(() => messages.length >= 20);
      await client.publishAsync(`${space}/hello`, 'after', { qos: 1 });
      expect(messages.map(({ text }) => text)).toEqual(texts);
    }
  });

  it('stops after UNSUBSCRIBE', async () => {
    const client = await bench.client('horn-1', { clean: false });
    const messages = inbox(client);
    await client.subscribeAsync([down('command'), down('ack')], { qos: 1 });
    await client.unsubscribeAsync(down('command'));
    await bench.broker.publish('horn-1', 'command', 'no');
    await bench.broker.publish('horn-1', 'ack', 'yes');
    await until(() => messages.length > 0);
    expect(messages.map(({ text }) => text)).toEqual(['yes']);
  });
});

describe('the last will', () => {
  it('comes when the connection breaks', async () => {
    const client = await bench.raw();
    await client.login('horn-1', { will: willOf('horn-1') });
    client.socket.resetAndDestroy();
    await until(() => bench.received.length > 0);
    expect(bench.received).toMatchObject([
      { device: 'horn-1', name: 'status', text: willOf('horn-1').payload.toString(), retained: true },
    ]);
    expect(bench.events.at(-1)).toEqual({
      device: 'horn-1',
      kind: 'disconnected',
      epoch: 'b000007-0a1b2c3d',
      at: 1_700_000_000_000,
    });
  });

  it('comes when a subscriber breaks off', async () => {
    const client = await bench.client('horn-1', { will: willOf('horn-1'), clean: false });
    await client.subscribeAsync(down('#'), { qos: 1 });
    client.stream.destroy();
    await until(() => bench.received.length > 0);
    expect(bench.received.map(({ name }) => name)).toEqual(['status']);
  });

  it('comes when the keepalive runs out', async () => {
    const client = await bench.raw();
    await client.login('horn-1', { will: willOf('horn-1'), keepalive: 1 });
    await client.end();
    await until(() => bench.received.length > 0);
    expect(bench.received.map(({ name }) => name)).toEqual(['status']);
  });

  it('does not come after DISCONNECT', async () => {
    const client = await bench.client('horn-1', { will: willOf('horn-1') });
    await client.endAsync();
    await until(() => bench.broker.connected().size === 0);
    expect(bench.received).toEqual([]);
  });

  it('does not come when the broker itself goes', async () => {
    const client = await bench.client('horn-1', { will: willOf('horn-1') });
    await client.subscribeAsync(down('#'));
    await bench.broker.close();
    expect(bench.received).toEqual([]);
    expect(bench.events.at(-1)?.kind).toBe('disconnected');
  });
});

describe('keepalive', () => {
  it('answers pings and leaves a client alone that sends them', async () => {
    const client = await bench.raw();
    await client.login('horn-1', { keepalive: 1 });
    for (let at = 0; at < 4; at++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      client.send(Buffer.from([0xc0, 0]));
    }
    await until(() => client.packets.filter(({ cmd }) => cmd === 'pingresp').length === 4);
    expect(client.closed).toBe(false);
  });
});

describe('log-in', () => {
  it.each([
    ['a wrong secret', { password: 'guess' }, 4],
    ['another user name than the client id', { username: 'horn-2' }, 2],
    ['an id that no device has', { clientId: 'Horn 1', username: 'Horn 1' }, 2],
    ['a will for another device', { will: willOf('horn-2') }, 5],
    ['a will without an epoch', { will: { ...willOf('horn-1'), payload: Buffer.from('offline') } }, 5],
  ])('refuses %s', async (_name, change, code) => {
    const options = { ...credentials('horn-1'), ...change };
    await expect(connectAsync(`mqtt://127.0.0.1:${bench.broker.port}`, options, false)).rejects.toMatchObject({ code });
    expect(bench.events).toEqual([]);
  });

  it('refuses a client without user name and secret', async () => {
    const client = await bench.raw();
    client.send(connectPacket('horn-1', { username: undefined, password: undefined }));
    expect(await client.packet('connack')).toMatchObject({ returnCode: 2 });
    await client.end();
  });
});

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { errorCode } from '@xiaolaba/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ByteLine } from '../peripherals/driver.js';
import { openLine } from './lines.js';
import { SystemClock } from './system-clock.js';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Watched {
  readonly line: ByteLine;
  readonly states: boolean[];
  readonly text: () => string;
}
function open(port: string): Watched {
  const line = openLine(port, 9600, new SystemClock(), log);
  ends.push(() => line.close());
  const states: boolean[] = [];
  let text = '';
  line.onState((isUp) => states.push(isUp));
  line.onData((bytes) => {
    text += Buffer.from(bytes).toString('latin1');
  });
  return { line, states, text: () => text };
}
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

/** A server on a free port, or on the port given; it keeps its connections. */
async function serve(
  port = 0,
): Promise<{ server: Server; sockets: Socket[]; port: number; stop: () => Promise<void> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    sockets.push(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  ends.push(stop);
  return { server, sockets, port: (server.address() as AddressInfo).port, stop };
}
async function freePort(): Promise<number> {
  const { port, stop } = await serve();
  await stop();
  return port;
}

describe('a line to a port that we call', () => {
  it('carries bytes both ways', async () => {
    const { sockets, port } = await serve();
    const { line, states, text } = open(`tcp://127.0.0.1:${port}`);
    expect(line.isUp).toBe(false);
    await until(() => expect(line.isUp).toBe(true));
    let got = '';
    sockets[0]?.on('data', (data) => {
      got += data.toString('latin1');
    });
    await line.write(bytes('\xff\xff*SCOS'));
    sockets[0]?.write(bytes('\x7e\x00\x7e'));
    await until(() => expect([got, text()]).toEqual(['\xff\xff*SCOS', '\x7e\x00\x7e']));
    expect(states).toEqual([true]);
  });

  it('comes back after the peer has gone, and after it was missing', async () => {
    const first = await serve();
    const { line, states } = open(`tcp://127.0.0.1:${first.port}`);
    await until(() => expect(states).toEqual([true]));
    await first.stop();
    await until(() => expect(states).toEqual([true, false]));
    expect(await line.write(bytes('a')).catch(errorCode)).toBe('line-down');
    const again = await serve(first.port);
    await until(() => expect(states).toEqual([true, false, true]));
    await line.write(bytes('a'));
    const [socket] = again.sockets;
    if (!socket) throw new Error('no peer');
    expect(String(await once(socket, 'data'))).toBe('a');
  });

  it('is given up at once when it is closed, and called no more', async () => {
    const port = await freePort();
    const { line, states } = open(`tcp://127.0.0.1:${port}`);
    await line.close();
    const { sockets } = await serve(port);
    const other = open(`tcp://127.0.0.1:${port}`);
    await until(() => expect(other.line.isUp).toBe(true));
    expect(sockets).toHaveLength(1);
    expect(states).toEqual([]);
    expect(await line.write(bytes('a')).catch(errorCode)).toBe('line-down');
  });

  it('cuts a peer off that does not read', async () => {
    const { sockets, port } = await serve();
    const { line, states } = open(`tcp://127.0.0.1:${port}`);
    await until(() => expect(line.isUp).toBe(true));
    sockets[0]?.pause();
    const much = new Uint8Array(64 * 1024);
    const results: Promise<unknown>[] = [];
    for (let count = 0; count < 1_000 && line.isUp; count++) {
      results.push(line.write(much).catch(errorCode));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => expect(states.slice(0, 2)).toEqual([true, false]));
    expect(await Promise.all(results)).toContain('line-down');
  });
});

describe('a line that a module calls', () => {
  async function listening(): Promise<Watched & { readonly port: number; call: () => Promise<Socket> }> {
    const port = await freePort();
    const watched = open(`listen://127.0.0.1:${port}`);
    const call = (): Promise<Socket> =>
      vi.waitFor(async () => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        ends.push(() => socket.destroy());
        await once(socket, 'connect');
        return socket;
      });
    return { ...watched, port, call };
  }

  it('is up while somebody is there', async () => {
    const { line, states, text, call } = await listening();
    expect(await line.write(bytes('a')).catch(errorCode)).toBe('line-down');
    const socket = await call();
    await until(() => expect(line.isUp).toBe(true));
    socket.write('hello');
    await line.write(bytes('answer'));
    expect(String(await once(socket, 'data'))).toBe('answer');
    await until(() => expect(text()).toBe('hello'));
    socket.end();
    await until(() => expect(states).toEqual([true, false]));
  });

  it('goes to the newest peer', async () => {
    const { line, states, text, call } = await listening();
    const old = await call();
    await until(() => expect(states).toEqual([true]));
    const closed = once(old, 'close');
    const fresh = await call();
    await closed;
    await until(() => expect(states).toEqual([true, false, true]));
    await line.write(bytes('to the new one'));
    expect(String(await once(fresh, 'data'))).toBe('to the new one');
    fresh.write('from the new one');
    await until(() => expect(text()).toBe('from the new one'));
    expect(line.isUp).toBe(true);
  });

  it('waits for a port that somebody else has', async () => {
    const other = await serve();
    const { line } = open(`listen://127.0.0.1:${other.port}`);
    await new Promise((resolve) => setImmediate(resolve));
    await other.stop();
    await until(() => {
      const socket = connect(other.port, '127.0.0.1');
      socket.on('error', () => {});
      ends.push(() => socket.destroy());
      expect(line.isUp).toBe(true);
    });
  });

  it('frees its port when it is closed', async () => {
    const { line, port, call } = await listening();
    const socket = await call();
    await until(() => expect(line.isUp).toBe(true));
    const closed = once(socket, 'close');
    await line.close();
    await closed;
    await serve(port);
  });
});

describe('a port', () => {
  it.each(['udp://127.0.0.1:1', 'ttyS0', 'tcp://127.0.0.1', ''])('is not called %j', (port) => {
    let code: unknown;
    try {
      open(port);
    } catch (error) {
      code = errorCode(error);
    }
    expect(code).toBe('port-unknown');
  });

  it('may have an IPv6 address', async () => {
    const server = createServer();
    server.listen(0, '::1');
    await once(server, 'listening');
    ends.push(() => server.close());
    const { line } = open(`tcp://[::1]:${(server.address() as AddressInfo).port}`);
    await until(() => expect(line.isUp).toBe(true));
    await line.close();
  });
});

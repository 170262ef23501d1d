import { createServer, type Server, type Socket } from 'node:net';
import { errorText } from '@xiaolaba/protocol';
import { backoffMs } from '../link/backoff.js';
import type { ByteLine } from '../peripherals/driver.js';
import type { Cancel } from '../ports/index.js';
import { LineState, lineDown } from './line-state.js';
import type { LineParts, OpenPort } from './reopening-line.js';
import { socketPort } from './socket-port.js';
import type { HostPort } from './tcp-line.js';

const firstPauseMs = 500;
const longestPauseMs = 15_000;

/**
 * A module that calls us. One peer at a time; a new one takes the place of the old one, since a module whose link broke
 * calls again long before the old connection is known to be dead.
 */
export function openListeningLine(address: HostPort, parts: LineParts): ByteLine {
  return new ListeningLine(address, parts);
}

class ListeningLine implements ByteLine {
  readonly #state = new LineState();
  readonly #name: string;
  #server: Server | undefined;
  #peer: OpenPort | undefined;
  #attempt = 0;
  #pause: Cancel = () => {};
  #isClosed = false;
  #lastWhy = '';

  constructor(
    private readonly address: HostPort,
    private readonly parts: LineParts,
  ) {
    this.#name = `listen://${address.host}:${address.port}`;
    this.#listen();
  }

  get isUp(): boolean {
    return this.#state.isUp;
  }

  onData(call: (bytes: Uint8Array) => void): void {
    this.#state.onData(call);
  }

  onState(call: (isUp: boolean) => void): void {
    this.#state.onState(call);
  }

  async write(bytes: Uint8Array): Promise<void> {
    const peer = this.#peer;
    if (!peer) throw lineDown(this.#name);
    await peer.write(bytes).catch((cause: unknown) => {
      throw lineDown(this.#name, cause);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#pause();
    this.#state.end();
    await this.#peer?.close();
    this.#peer = undefined;
    const server = this.#server;
    if (server?.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #listen(): void {
    if (this.#isClosed) return;
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    server.on('error', (error) => {
      const text = errorText(error);
      if (text !== this.#lastWhy) this.parts.log.warn({ port: this.#name, why: text }, 'cannot listen');
      this.#lastWhy = text;
      // Running out of descriptors is told here too, and leaves the server as it is.
      if (server.listening || this.#isClosed) return;
      const pauseMs = backoffMs(this.#attempt++, () => 1, firstPauseMs, longestPauseMs);
      this.#pause = this.parts.clock.after(pauseMs, () => this.#listen());
    });
    server.listen(this.address, () => {
      this.#attempt = 0;
      this.#lastWhy = '';
      if (this.#isClosed) server.close();
    });
  }

  #accept(socket: Socket): void {
    if (this.#isClosed) {
      socket.destroy();
      return;
    }
    const from = `${socket.remoteAddress}:${socket.remotePort}`;
    const old = this.#peer;
    const peer = socketPort(socket, {
      data: (bytes) => {
        if (this.#peer === peer) this.#state.take(bytes);
      },
      gone: (why) => {
        if (this.#peer !== peer) return;
        this.#peer = undefined;
        this.parts.log.info({ port: this.#name, from, why: errorText(why) }, 'line down');
        this.#state.set(false);
      },
    });
    this.#peer = peer;
    if (old) {
      this.parts.log.info({ port: this.#name, from }, 'a new peer takes the place of the old one');
      void old.close();
      this.#state.set(false);
    } else this.parts.log.info({ port: this.#name, from }, 'line up');
    this.#state.set(true);
  }
}

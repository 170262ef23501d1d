import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Network } from '@xiaolaba/device';
import { worldError } from '@xiaolaba/protocol';

/** Lets bytes pass only when the gateway's clock shows the world's time, so that it dates what comes rightly. */
export interface Gate {
  readonly isOpen: boolean;
  pass(call: () => void): void;
}

/** Where the gateway is to be reached now; it may move with a restart. */
export interface Uplink {
  readonly mqttPort: number;
  readonly url: string;
}

/** Broker connections of the whole fleet, counted so that their ends on both sides can be held against each other. */
export class ConnectionLedger {
  /** Sockets that are open on this side. */
  open = 0;
  /** Sessions that ended without a goodbye, for each of which the broker speaks a last will. */
  wills = 0;
  /** Called when one closes. */
  onClosed: () => void = () => {};
}

type Done = (error?: Error | null) => void;

/** A TCP connection whose bytes wait at the gate. */
class GatedSocket extends Socket {
  #session = false;
  #goodbye = false;

  constructor(
    private readonly gate: Gate,
    ledger: ConnectionLedger,
  ) {
    super();
    let connected = false;
    this.once('connect', () => {
      connected = true;
      ledger.open++;
    });
    this.once('close', () => {
      if (!connected) return;
      ledger.open--;
      if (this.#session && !this.#goodbye) ledger.wills++;
      ledger.onClosed();
    });
  }

  /** The broker's first packet is a CONNACK: 20 02, session flag, return code. */
  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (!this.#session && Buffer.isBuffer(chunk) && chunk[0] === 0x20 && chunk[3] === 0) this.#session = true;
    return super.push(chunk, encoding);
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    if (chunk[0] === 0xe0 && chunk.length === 2) this.#goodbye = true;
    if (this.gate.isOpen) super._write(chunk, encoding, done);
    else this.gate.pass(() => (this.destroyed ? done() : super._write(chunk, encoding, done)));
  }

  override _writev(chunks: { chunk: Buffer | string; encoding: BufferEncoding }[], done: Done): void {
    const bytes = chunks.map(({ chunk, encoding }) =>
      typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk,
    );
    this._write(Buffer.concat(bytes), bufferEncoding, done);
  }
}

/** How streams call the encoding of what is no string; its type leaves that out. */
const bufferEncoding = 'buffer' as BufferEncoding;

/** At most so many requests of the fleet at once: the line to the gateway is shared. */
export class RequestLane {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly most = 24) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}

export interface NetworkParts {
  readonly gate: Gate;
  readonly uplink: () => Uplink;
  readonly connections: ConnectionLedger;
  readonly lane: RequestLane;
}

/** The twin of a radio link: real TCP and HTTP underneath, until it is cut. */
export class TwinNetwork implements Network {
  readonly #sockets = new Set<Socket>();
  #requests = new AbortController();
  #up = true;

  constructor(private readonly parts: NetworkParts) {}

  get up(): boolean {
    return this.#up;
  }

  openBroker(): Duplex {
    const { gate, connections, uplink } = this.parts;
    const socket = new GatedSocket(gate, connections);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    if (this.#up) gate.pass(() => socket.connect(uplink().mqttPort, '127.0.0.1'));
    else setImmediate(() => socket.destroy(worldError('link-down', 'no network')));
    return socket;
  }

  async fetch(path: string, init?: RequestInit): Promise<Response> {
    if (!this.#up) throw worldError('link-down', 'no network');
    const { gate, lane, uplink } = this.parts;
    if (!gate.isOpen) await new Promise<void>((resolve) => gate.pass(resolve));
    const signals = [this.#requests.signal, ...(init?.signal ? [init.signal] : [])];
    return await lane.run(() => fetch(new URL(path, uplink().url), { ...init, signal: AbortSignal.any(signals) }));
  }

  /** Nothing gets through any more, and what was open breaks. */
  cut(): void {
    this.#up = false;
    this.#requests.abort(worldError('link-down', 'the link was cut'));
    this.#requests = new AbortController();
    for (const socket of this.#sockets) socket.destroy();
  }

  restore(): void {
    this.#up = true;
  }
}

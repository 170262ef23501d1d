import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import type { Ticket } from './admission.js';
import type { FramingGuard } from './framing-guard.js';
import type { ConnectionEvent } from './types.js';

/** One connection from its first byte to its end. */
export interface Connection {
  readonly id: string;
  readonly conn: Duplex;
  readonly ticket: Ticket;
  readonly guard: FramingGuard;
  readonly client: Client;
  /** Empty until the log-in succeeds. */
  device: string;
  space: string;
  will?: WillPacket;
  epoch?: string;
  open: boolean;
  /** Taken up by the engine: until then it has not replaced an earlier connection. */
  registered: boolean;
  refusals: number;
  readonly filters: Set<string>;
  /** QoS 0 messages that the handler holds. */
  handling: number;
  /** Settles when every QoS 1 message before the next one has; absent while there is none. */
  tail?: Promise<unknown>;
  /** QoS 1 packets written and not acknowledged. */
  unacknowledged: number;
}

interface WillPacket {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos?: number | undefined;
  readonly retain?: boolean | undefined;
}

/**
 * Which connection speaks for a device. The engine's own table goes wrong when a client dies between logging in and
 * being registered, so the events, the takeover and the will rest on this one.
 */
export class Connections {
  /** Registered with the engine. */
  readonly #live = new Map<string, Connection>();
  /** Logged in last, registered or not. */
  readonly #latest = new Map<string, Connection>();
  readonly #connected = new Set<string>();
  readonly #listeners: ((event: ConnectionEvent) => void)[] = [];

  constructor(
    private readonly clock: { now(): number },
    private readonly fault: (code: string, error: unknown) => void,
  ) {}

  get connected(): ReadonlySet<string> {
    return this.#connected;
  }

  get size(): number {
    return this.#live.size;
  }

  live(): Iterable<Connection> {
    return this.#live.values();
  }

  listen(listener: (event: ConnectionEvent) => void): void {
    this.#listeners.push(listener);
  }

  loggedIn(connection: Connection): void {
    this.#latest.set(connection.device, connection);
  }

  registered(connection: Connection): void {
    if (!connection.open) return;
    const before = this.#live.get(connection.device);
    if (before === connection) return;
    connection.registered = true;
    if (before !== undefined) {
      this.#emit(before, 'disconnected');
      before.conn.destroy();
    }
    this.#live.set(connection.device, connection);
    this.#connected.add(connection.device);
    this.#emit(connection, 'connected');
  }

  closed(connection: Connection): void {
    const { device } = connection;
    if (this.#live.get(device) === connection) {
      this.#live.delete(device);
      this.#connected.delete(device);
      this.#emit(connection, 'disconnected');
    }
    if (this.#latest.get(device) !== connection) return;
    const live = this.#live.get(device);
    if (live === undefined) this.#latest.delete(device);
    else this.#latest.set(device, live);
  }

  /**
   * Whether the will of this connection says something true: its epoch is the one that speaks for the device. Once
   * another connection has logged in, an old connection's "offline" is about the past. The engine may ask a moment
   * after the connection has closed.
   */
  speaksFor(connection: Connection): boolean {
    return connection.registered && (this.#latest.get(connection.device) ?? connection) === connection;
  }

  /** Every connection of the device, one that is just logging in included. */
  of(device: string): readonly Connection[] {
    const found = new Set([this.#live.get(device), this.#latest.get(device)]);
    return [...found].filter((connection) => connection !== undefined);
  }

  #emit(connection: Connection, kind: ConnectionEvent['kind']): void {
    const { device, epoch } = connection;
    const event: ConnectionEvent = { device, kind, ...(epoch === undefined ? {} : { epoch }), at: this.clock.now() };
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.fault('connection-listener', error);
      }
    }
  }
}

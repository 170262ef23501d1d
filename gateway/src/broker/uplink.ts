import type { UpTopic } from '@xiaolaba/protocol';
import type { PublishPacket } from 'aedes';
import type { Connection, Connections } from './connections.js';
import type { BrokerLimits } from './limits.js';
import type { Refusals } from './refusals.js';
import type { UpHandler } from './types.js';

const bytesOf = (payload: Buffer | string): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload) : payload;

/** Hands what devices send to the handler, and keeps count. */
export class Uplink {
  #received = 0;
  #handling = 0;
  #closing = false;
  #idle: (() => void) | undefined;

  constructor(
    private readonly handler: UpHandler,
    private readonly limits: BrokerLimits,
    private readonly connections: Connections,
    private readonly refusals: Refusals,
  ) {}

  get received(): number {
    return this.#received;
  }

  get handling(): number {
    return this.#handling;
  }

  /** The promise to wait for before the engine goes on (and acknowledges), if any. */
  message(connection: Connection, name: UpTopic, packet: PublishPacket): Promise<unknown> | undefined {
    const work = this.#handle(connection, name, bytesOf(packet.payload), packet.retain);
    return packet.qos === 0 ? this.#unacknowledged(connection, name, work) : this.#ordered(connection, work);
  }

  /** A will that no longer speaks for its device is dropped, also when the gateway itself is going. */
  will(connection: Connection): Promise<unknown> | undefined {
    const { will } = connection;
    if (will === undefined || this.#closing) return;
    if (!this.connections.speaksFor(connection)) {
      this.refusals.count('stale-will', { device: connection.device, connection: connection.id });
      return;
    }
    return this.#handle(connection, 'status', bytesOf(will.payload), true);
  }

  /** From now on wills are dropped. Resolves when no handler is at work. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#handling > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
  }

  async #handle(connection: Connection, name: UpTopic, payload: Uint8Array, retained: boolean): Promise<void> {
    this.#handling++;
    try {
      await this.handler.message(connection.device, name, payload, { connection: connection.id, retained });
    } finally {
      this.#handling--;
      this.#received++;
      if (this.#handling === 0) this.#idle?.();
    }
  }

  /** QoS 0 does not wait, until the handler is behind by so many that the socket has to. */
  #unacknowledged(connection: Connection, name: UpTopic, work: Promise<void>): Promise<void> | undefined {
    connection.handling++;
    const settled = work.then(
      () => void connection.handling--,
      () => {
        connection.handling--;
        this.refusals.count('handler-failed', { device: connection.device, name });
      },
    );
    return connection.handling > this.limits.handling ? settled : undefined;
  }

  /** Handlers overlap, acknowledgements don't: they leave in the order of arrival (MQTT 3.1.1, 4.6). */
  #ordered(connection: Connection, work: Promise<void>): Promise<unknown> {
    const { tail } = connection;
    const ordered: Promise<unknown> = tail === undefined ? work : Promise.all([tail, work]);
    connection.tail = ordered;
    const clear = () => {
      if (connection.tail === ordered) delete connection.tail;
    };
    ordered.then(clear, clear);
    return ordered;
  }
}

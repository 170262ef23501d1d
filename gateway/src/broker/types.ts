import type { DownTopic, UpTopic } from '@xiaolaba/protocol';
import type { BrokerLimits } from './limits.js';
import type { BrokerPersistence } from './persistence.js';

export interface BrokerSettings {
  readonly host: string;
  /** MQTT over TCP; 0 takes any free port. */
  readonly port: number;
  /** MQTT over WebSocket at `/mqtt`, sub-protocol `mqtt`; 0 takes any free port, absent: no such listener. */
  readonly webSocketPort?: number;
  /** MQTT over TLS 1.2 or newer. PEM; 0 takes any free port. */
  readonly tls?: { readonly cert: Buffer | string; readonly key: Buffer | string; readonly port: number };
  readonly limits?: Partial<BrokerLimits>;
}

/** Who may come in. */
export interface DeviceGate {
  /** Called after the throttle and never with an id outside `idPattern`. A rejection refuses the log-in for now. */
  authenticate(device: string, secret: Buffer): Promise<'ok' | 'bad-credentials' | 'revoked'>;
}

/** Takes in what devices send. */
export interface UpHandler {
  /**
   * QoS 1 is acknowledged only after the promise resolves; a rejection closes the connection, so that the device sends
   * again. Calls of one connection start in the order of arrival and may overlap; acknowledgements keep that order.
   * `payload` is a view of the receive buffer: copy what must outlive the promise.
   */
  message(
    device: string,
    name: UpTopic,
    payload: Uint8Array,
    info: { readonly connection: string; readonly retained: boolean },
  ): Promise<void>;
}

export interface ConnectionEvent {
  readonly device: string;
  readonly kind: 'connected' | 'disconnected';
  /** Boot id from the connection's last will. */
  readonly epoch?: string;
  /** Milliseconds since the Unix epoch, by the injected clock. */
  readonly at: number;
}

export interface BrokerStats {
  /** Connections of devices that are logged in and registered. */
  readonly connections: number;
  /** Connections that have not logged in. */
  readonly pending: number;
  /** Up messages whose handler has settled, last wills included. */
  readonly received: number;
  /** Up messages whose handler has not settled. */
  readonly handling: number;
  /** Calls of `publish` that resolved. */
  readonly published: number;
  /** Calls of `publish` that have not settled. */
  readonly publishing: number;
  /** PUBLISH packets written to the sockets of devices, redeliveries included. */
  readonly delivered: number;
  /** PUBACKs from devices. */
  readonly acknowledged: number;
  /** QoS 1 packets written to connections that are still open, and not acknowledged yet. */
  readonly unacknowledged: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly retained: number;
  /** Messages waiting in sessions of devices that are away. */
  readonly queued: number;
  /** What was turned away, by code. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface Broker {
  readonly port: number;
  readonly webSocketPort?: number;
  readonly tlsPort?: number;
  /**
   * QoS 1; `assignment` and `stop` are retained. Waits behind earlier publishes for the device and resolves when the
   * engine has taken it: written to the device's socket, or kept, or nobody wants it.
   * @throws XiaolabaError `broker-queue-full`, `broker-closed`, `broker-publish-failed`, `broker-purged`, `broker-bad-topic`
   */
  publish(device: string, name: DownTopic, payload: string | Uint8Array): Promise<void>;
  /** Forgets the retained message without sending anything to the device. Waits its turn like `publish`. */
  clearRetained(device: string, name: DownTopic): Promise<void>;
  /** Closes the device's connections. The reason `revoked` also forgets its queue, retained messages and session. */
  disconnect(device: string, reason: string): void;
  /** Devices that are connected now. A live view. */
  connected(): ReadonlySet<string>;
  onConnection(listener: (event: ConnectionEvent) => void): void;
  stats(): BrokerStats;
  /** Stops accepting, lets handlers settle (for at most the hook limit), ends every connection. No will is sent. */
  close(): Promise<void>;
}

/** The part of a structured logger that the broker needs; pino fits. */
export interface BrokerLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface BrokerDependencies {
  readonly clock: { now(): number };
  readonly log: BrokerLog;
  /** Sessions and retained messages; in memory unless another store is given. */
  readonly persistence?: BrokerPersistence;
}

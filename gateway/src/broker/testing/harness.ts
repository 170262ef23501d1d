import { connect, type Socket } from 'node:net';
import type { UpTopic } from '@xiaolaba/protocol';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { generate, type Packet, type Parser, parser } from 'mqtt-packet';
import {
  type Broker,
  type BrokerDependencies,
  type BrokerSettings,
  type ConnectionEvent,
  type DeviceGate,
  startBroker,
} from '../index.js';

interface Received {
  readonly device: string;
  readonly name: UpTopic;
  readonly text: string;
  readonly connection: string;
  readonly retained: boolean;
}

export interface BenchOptions {
  readonly settings?: Partial<BrokerSettings>;
  readonly limits?: BrokerSettings['limits'];
  readonly gate?: DeviceGate['authenticate'];
  /** Runs before the message is noted; may wait or throw. */
  readonly onMessage?: (message: Received) => Promise<void> | void;
  readonly persistence?: BrokerDependencies['persistence'];
}

/** A real broker on free ports with everything that it reports, and the clients that a test opened. */
export interface Bench {
  readonly broker: Broker;
  readonly received: Received[];
  readonly events: ConnectionEvent[];
  client(device: string, options?: IClientOptions): Promise<MqttClient>;
  raw(port?: number): Promise<RawClient>;
  refused(code: string): number;
  close(): Promise<void>;
}

export const secret = 'open sesame';
const boot = 'b000007-0a1b2c3d';
export const willOf = (device: string, epoch = boot) => ({
  topic: `xlb/1/${device}/status`,
  payload: Buffer.from(JSON.stringify({ state: 'offline', boot: epoch })),
  qos: 1 as const,
  retain: true,
});

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const received: Received[] = [];
  const events: ConnectionEvent[] = [];
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const broker = await startBroker(
    { host: '127.0.0.1', port: 0, ...options.settings, ...(options.limits ? { limits: options.limits } : {}) },
    {
      authenticate:
        options.gate ?? (async (_device, given) => (given.toString() === secret ? 'ok' : 'bad-credentials')),
    },
    {
      async message(device, name, payload, info) {
        const message: Received = { device, name, text: Buffer.from(payload).toString(), ...info };
        await options.onMessage?.(message);
        received.push(message);
      },
    },
    {
      clock: { now: () => 1_700_000_000_000 },
      log: quiet,
      ...(options.persistence ? { persistence: options.persistence } : {}),
    },
  );
  broker.onConnection((event) => events.push(event));
  return {
    broker,
    received,
    events,
    async client(device, more = {}) {
      const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { ...credentials(device), ...more }, false);
      client.on('error', () => {});
      closers.push(() => client.endAsync(true));
      return client;
    },
    async raw(port = broker.port) {
      const raw = await RawClient.open(port);
      closers.push(() => raw.socket.destroy());
      return raw;
    },
    refused: (code) => broker.stats().refused[code] ?? 0,
    async close() {
      for (const closer of closers) await closer();
      await broker.close();
    },
  };
}

export const credentials = (device: string): IClientOptions => ({
  clientId: device,
  username: device,
  password: secret,
  reconnectPeriod: 0,
  protocolVersion: 4,
});

export const connectPacket = (device: string, more: object = {}): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: device,
    keepalive: 0,
    username: device,
    password: Buffer.from(secret),
    ...more,
  });

export const publishPacket = (topic: string, payload: string | Buffer, more: object = {}): Buffer =>
  generate({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false, ...more });

/** A packet with any bytes at all where a topic belongs. */
export function publishBytes(topic: Uint8Array, payload = Buffer.from('x')): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(topic.length);
  return Buffer.concat([Buffer.from([0x30, 2 + topic.length + payload.length]), length, topic, payload]);
}

export const subscribePacket = (filters: readonly string[], qos: 0 | 1 | 2 = 1): Buffer =>
  generate({ cmd: 'subscribe', messageId: 7, subscriptions: filters.map((topic) => ({ topic, qos })) });

/** A socket that says exactly what the test tells it to. */
class RawClient {
  readonly packets: Packet[] = [];
  closed = false;
  readonly #parser: Parser = parser();

  private constructor(readonly socket: Socket) {
    this.#parser.on('packet', (packet) => this.packets.push(packet));
    socket.on('data', (bytes) => this.#parser.parse(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  send(...parts: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  async packet(cmd: Packet['cmd']): Promise<Packet> {
    await until(() => this.packets.some((packet) => packet.cmd === cmd));
    const found = this.packets.find((packet) => packet.cmd === cmd);
    if (found === undefined) throw new Error(`no ${cmd}`);
    return found;
  }

  async login(device: string, more: object = {}): Promise<void> {
    this.send(connectPacket(device, more));
    await this.packet('connack');
  }

  async end(): Promise<void> {
    await until(() => this.closed);
  }
}

/** Waits for something that will be so; the limit only turns a hang into a failure. */
export async function until(condition: () => boolean, limitMs = 15_000): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > limitMs) throw new Error(`never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Collects what a client is sent. */
export function inbox(
  client: MqttClient,
): { topic: string; text: string; qos: number; retain: boolean; dup: boolean }[] {
  const messages: { topic: string; text: string; qos: number; retain: boolean; dup: boolean }[] = [];
  client.on('message', (topic, payload, { qos, retain, dup }) => {
    messages.push({ topic, text: payload.toString(), qos, retain, dup });
  });
  return messages;
}

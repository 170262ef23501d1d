import { createServer, type Server, type Socket } from 'node:net';
import { type DownTopic, downTopics, parseTopic, retainedTopics, topicOf, type UpTopic } from '@xiaolaba/protocol';
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { SeenRefusal } from './harness-events.js';
import type { Roster } from './roster.js';

export interface HarnessBrokerPorts {
  readonly roster: Roster;
  readonly isReachable: (device: string) => boolean;
  readonly connected: (device: string, on: boolean) => void;
  readonly message: (device: string, name: UpTopic, payload: Uint8Array) => void;
  readonly refused: (device: string, refusal: SeenRefusal) => void;
}

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
const badCredentials = 4;

/** A real broker with the real gateway's rules: who may come in, and what each may say and hear. */
export class HarnessBroker {
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Map<string, Client>();

  private constructor(
    private readonly aedes: Aedes,
    readonly server: Server,
    private readonly ports: HarnessBrokerPorts,
  ) {}

  static async start(ports: HarnessBrokerPorts): Promise<HarnessBroker> {
    const aedes = await Aedes.createBroker();
    const server = createServer();
    const broker = new HarnessBroker(aedes, server, ports);
    broker.#guard();
    server.on('connection', (socket) => {
      broker.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('close', () => broker.#sockets.delete(socket));
      aedes.handle(socket);
    });
    return broker;
  }

  isConnected(device: string): boolean {
    return this.#clients.has(device);
  }

  /** An empty payload clears what is retained, and nobody hears of it. */
  publish(device: string, name: DownTopic, payload: Uint8Array): Promise<void> {
    const { aedes } = this;
    const packet = { topic: topicOf(device, name), payload: Buffer.from(payload), retain: retainedTopics.has(name) };
    return new Promise((resolve, reject) => {
      aedes.publish({ cmd: 'publish', qos: 1, dup: false, ...packet }, (error) => (error ? reject(error) : resolve()));
    });
  }

  disconnect(device: string): void {
    this.#clients.get(device)?.conn.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #guard(): void {
    const { aedes, ports } = this;
    aedes.authenticate = (client, user, password, done) => {
      const { id } = client;
      if (!ports.isReachable(id)) return void client.conn.destroy();
      if (user === id && ports.roster.isSecretOf(id, password?.toString() ?? '')) return done(null, true);
      ports.refused(id, { code: 'bad-credentials', about: 'connect' });
      done(Object.assign(new Error('bad credentials'), { returnCode: badCredentials }) as AuthenticateError, null);
    };
    aedes.authorizePublish = (client, packet, done) => {
      const refusal = client ? this.#judge(client.id, packet) : undefined;
      if (!client || !refusal) return done(null);
      ports.refused(client.id, { code: refusal, about: packet.topic });
      done(refusal === 'foreign-topic' ? new Error(refusal) : null);
    };
    aedes.authorizeSubscribe = (client, subscription, done) => {
      const parsed = parseTopic(subscription.topic);
      if (parsed?.device === client.id && parsed.direction === 'down') return done(null, subscription);
      ports.refused(client.id, { code: 'foreign-filter', about: subscription.topic });
      done(null, null);
    };
    aedes.authorizeForward = (client, packet) =>
      packet.payload.length > 0 && downTopics.some((name) => topicOf(client.id, name) === packet.topic) ? packet : null;
    aedes.on('client', (client) => {
      this.#clients.set(client.id, client);
      ports.connected(client.id, true);
    });
    aedes.on('clientDisconnect', (client) => {
      if (this.#clients.get(client.id) !== client) return;
      this.#clients.delete(client.id);
      ports.connected(client.id, false);
    });
    aedes.on('clientError', (client) => client.conn.destroy());
    aedes.on('connectionError', (client) => client.conn.destroy());
  }

  /** Hands a message of the device's own on; says why where it is none. */
  #judge(device: string, packet: PublishPacket): string | undefined {
    const parsed = parseTopic(packet.topic);
    if (!packet.topic.startsWith(topicOf(device, 'x' as UpTopic).slice(0, -1))) return 'foreign-topic';
    if (parsed?.direction !== 'up') return parsed ? 'down-topic' : 'unknown-topic';
    const name = parsed.name as UpTopic;
    if (packet.qos !== (name === 'beat' ? 0 : 1)) return 'wrong-qos';
    if (packet.retain !== retainedTopics.has(name)) return 'wrong-retain';
    this.ports.message(device, name, Buffer.from(packet.payload));
    return undefined;
  }
}

import {
  type DownTopic,
  encodeMessage,
  parseTopic,
  type Status,
  topicOf,
  type UpTopic,
  worldError,
} from '@xiaolaba/protocol';
import { type IClientOptions, MqttClient } from 'mqtt';
import type { AgentLog } from '../agent-types.js';
import type { Life } from '../life.js';
import type { Cancel, Network } from '../ports/index.js';
import { Serial } from '../serial.js';
import { backoffMs } from './backoff.js';

export interface LinkHandler {
  /** The connection is up and subscribed: say hello, then send what waits. */
  opened(): Promise<void>;
  closed(): void;
  message(topic: DownTopic, payload: Uint8Array): Promise<void>;
}

export interface LinkOptions {
  readonly device: string;
  readonly secret: string;
  readonly boot: string;
  /** What it wants to hear; a gateway may know no more than these. */
  readonly topics: readonly DownTopic[];
  readonly random: () => number;
}

/**
 * How long the handshake may take, in real milliseconds: the device's own clock may stand still while
 * something is in flight, and a server that accepts and says nothing must not hold the device for good.
 */
const handshakeMs = 15_000;

/** The one MQTT 3.1.1 connection, made again whenever it breaks. */
export class Link {
  #client: MqttClient | undefined;
  #open = false;
  #stopped = false;
  #attempts = 0;
  #retry: Cancel | undefined;
  readonly #waiting = new Set<(error: Error) => void>();
  readonly #inbox = new Serial();
  readonly counters = { sent: 0, handled: 0 };

  constructor(
    private readonly life: Life,
    private readonly network: Network,
    private readonly options: LinkOptions,
    private readonly handler: LinkHandler,
    private readonly log: AgentLog,
  ) {}

  get open(): boolean {
    return this.#open;
  }

  start(): void {
    this.life.run('connect', () => this.#connect());
  }

  /** Resolves with the PUBACK (QoS 1) or when written (QoS 0). @throws XiaolabaError `link-closed` */
  publish(name: UpTopic, payload: Uint8Array, options: { qos: 0 | 1; retain?: boolean }): Promise<void> {
    const client = this.#client;
    if (!client || !this.#open || this.life.over) return Promise.reject(worldError('link-closed', 'no connection'));
    return this.#publish(client, name, payload, options);
  }

  #publish(
    client: MqttClient,
    name: UpTopic,
    payload: Uint8Array,
    options: { qos: 0 | 1; retain?: boolean },
  ): Promise<void> {
    this.counters.sent++;
    return this.#untilClosed((done) => {
      const { qos, retain = false } = options;
      client.publish(topicOf(this.options.device, name), Buffer.from(payload), { qos, retain }, done);
    });
  }

  /** Says goodbye and closes. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.();
    const client = this.#client;
    if (client && this.#open) {
      await this.#publish(client, 'status', this.#status('offline'), { qos: 1, retain: true }).catch(() => {});
      await new Promise<void>((resolve) => client.end(false, {}, () => resolve()));
    }
    this.destroy();
  }

  /** Drops the connection without a word. */
  destroy(): void {
    this.#stopped = true;
    this.#retry?.();
    const client = this.#client;
    this.#lost();
    client?.stream?.destroy();
    client?.end(true);
  }

  #untilClosed(begin: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        this.#waiting.delete(fail);
        reject(error);
      };
      this.#waiting.add(fail);
      begin((error) => {
        this.#waiting.delete(fail);
        if (error) reject(worldError('link-closed', error.message, {}, error));
        else resolve();
      });
    });
  }

  #status(state: Status['state']): Uint8Array {
    return encodeMessage({ state, boot: this.options.boot } satisfies Status);
  }

  #clientOptions(): IClientOptions {
    const { device, secret } = this.options;
    return {
      clientId: device,
      username: device,
      password: secret,
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      keepalive: 60,
      timerVariant: 'native',
      connectTimeout: handshakeMs,
      will: { topic: topicOf(device, 'status'), payload: Buffer.from(this.#status('offline')), qos: 1, retain: true },
    };
  }

  #connect(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const client = new MqttClient(() => this.network.openBroker(), this.#clientOptions());
      this.#client = client;
      let gone = false;
      const close = (): void => {
        if (gone) return;
        gone = true;
        client.end(true);
        client.stream?.destroy();
        resolve();
        this.life.run('link-closed', () => {
          if (this.#client !== client) return;
          this.#lost();
          if (!this.#stopped) this.#again();
        });
      };
      client.on('error', (error) => {
        this.log.debug({ error: error.message }, 'link error');
        close();
      });
      client.on('close', close);
      client.on('message', (topic, payload) => this.#receive(topic, payload));
      client.once('connect', () => {
        this.life.run('link-open', async () => {
          await this.#opened(client).catch((error: unknown) => {
            this.log.debug({ error }, 'link broke while opening');
            client.stream?.destroy();
          });
          resolve();
        });
      });
    });
  }

  async #opened(client: MqttClient): Promise<void> {
    const { device, topics } = this.options;
    await this.#publish(client, 'status', this.#status('online'), { qos: 1, retain: true });
    await this.#untilClosed((done) => {
      const filters = topics.map((name) => topicOf(device, name));
      client.subscribe(filters, { qos: 1 }, (error) => done(error));
    });
    if (this.#client !== client || this.life.over) return;
    this.#open = true;
    await this.handler.opened();
    this.#attempts = 0;
  }

  #receive(topic: string, payload: Uint8Array): void {
    const parsed = parseTopic(topic);
    if (parsed?.direction !== 'down' || parsed.device !== this.options.device) return;
    const name = parsed.name as DownTopic;
    this.life.run(`message-${name}`, () =>
      this.#inbox.run(async () => {
        try {
          await this.handler.message(name, payload);
        } finally {
          this.counters.handled++;
        }
      }),
    );
  }

  #lost(): void {
    const wasOpen = this.#open;
    this.#open = false;
    this.#client = undefined;
    for (const fail of [...this.#waiting]) fail(worldError('link-closed', 'the connection closed'));
    if (wasOpen && !this.life.over) this.handler.closed();
  }

  #again(): void {
    const wait = backoffMs(this.#attempts++, this.options.random);
    this.#retry = this.life.after(wait, 'connect', () => this.#connect());
  }
}

import {
  type Chunk,
  type DownTopic,
  decodeChunk,
  downTopics,
  encodeMessage,
  type Hello,
  type JournalRecord,
  type Profile,
  topicOf,
  type UpTopic,
} from '@xiaolaba/protocol';
import { connectAsync, type MqttClient } from 'mqtt';
import { until } from '../broker/testing/harness.js';
import { SignedDevice } from '../ingest/testing/signed-device.js';
import type { TestGateway } from './open-gateway.js';

interface Told {
  readonly topic: string;
  readonly payload: Buffer;
}

/** An enrolled device as a plain MQTT client: it says what the test tells it to. */
export class MqttDevice {
  readonly told: Told[] = [];
  readonly journal: SignedDevice;
  #written = 0;
  #client: MqttClient | undefined;

  private constructor(
    readonly id: string,
    readonly secret: string,
    journal: SignedDevice,
  ) {
    this.journal = journal;
  }

  static async enrol(gateway: TestGateway, id: string): Promise<MqttDevice> {
    const journal = new SignedDevice(id);
    const { secret } = await gateway.enrol(id, journal.key.bytes);
    return new MqttDevice(id, secret, journal);
  }

  get client(): MqttClient {
    if (!this.#client) throw new Error(`${this.id} is not connected`);
    return this.#client;
  }

  async connect(port: number): Promise<this> {
    const { id, secret, journal } = this;
    this.#client = await connectAsync(
      `mqtt://127.0.0.1:${port}`,
      {
        clientId: id,
        username: id,
        password: secret,
        reconnectPeriod: 0,
        protocolVersion: 4,
        will: {
          topic: topicOf(id, 'status'),
          payload: Buffer.from(JSON.stringify({ state: 'offline', boot: journal.boot })),
          qos: 1,
          retain: true,
        },
      },
      false,
    );
    this.#client.on('error', () => {});
    this.#client.on('message', (topic, payload) => this.told.push({ topic, payload }));
    for (const name of downTopics) await this.#client.subscribeAsync(topicOf(id, name), { qos: 1 });
    return this;
  }

  async close(): Promise<void> {
    await this.#client?.endAsync(true);
    this.#client = undefined;
  }

  async send(name: UpTopic, payload: unknown, qos: 0 | 1 = 1): Promise<void> {
    const bytes = payload instanceof Uint8Array ? payload : encodeMessage(payload);
    await this.client.publishAsync(topicOf(this.id, name), Buffer.from(bytes), { qos });
  }

  async hello(profile: Profile, at: number, more: Partial<Hello> = {}): Promise<void> {
    await this.send('hello', {
      v: 1,
      protocol: { min: 1, max: 1 },
      boot: this.journal.boot,
      at,
      profile,
      firmware: '0.1.0',
      outputs: ['audio'],
      sign: null,
      assignment: 0,
      unreported: 0,
      clock: 'trusted',
      ...more,
    });
  }

  /** Journals records, numbered as they come; a text is a line as it stands. */
  write(...records: readonly (JournalRecord | string)[]): void {
    for (const record of records) {
      const seq = ++this.#written;
      this.journal.write(typeof record === 'string' ? record : JSON.stringify({ ...record, seq }));
    }
  }

  async sendRecords(first: number, last: number): Promise<void> {
    await this.send('records', await this.journal.seal(this.journal.batch(first, last)));
  }

  /** What came on a topic, read as JSON. */
  received(name: DownTopic): unknown[] {
    return this.told
      .filter(({ topic }) => topic === topicOf(this.id, name))
      .map(({ payload }) => JSON.parse(payload.toString()) as unknown);
  }

  /** The pieces of blobs that came. */
  get chunks(): Chunk[] {
    return this.told
      .filter(({ topic }) => topic === topicOf(this.id, 'chunk'))
      .map(({ payload }) => decodeChunk(payload));
  }

  /** Waits for the next messages on a topic. */
  async awaits(name: DownTopic, count: number): Promise<unknown[]> {
    await until(() => this.received(name).length >= count);
    return this.received(name);
  }
}

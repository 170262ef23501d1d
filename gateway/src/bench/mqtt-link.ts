import { connect, type Socket } from 'node:net';
import { type Ack, downTopics, topicOf, worldError } from '@xiaolaba/protocol';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { BenchDevice } from './bench-device.js';

/** Real time within which a broker must answer, milliseconds. */
const answerMs = 30_000;
const willBoot = 'b000001-00000000';

/** One device's connection: a raw socket and a codec, so that the generator costs less than what it loads. */
export class MqttLink {
  /** Called with every PUBACK. */
  onPuback: (messageId: number) => void = () => undefined;
  /** Called with every high-water mark. */
  onAck: (ack: Ack) => void = () => undefined;
  onPong: () => void = () => undefined;
  onClosed: () => void = () => undefined;
  readonly #expected = new Map<Packet['cmd'], () => void>();
  closed = false;

  private constructor(
    readonly device: BenchDevice,
    private readonly socket: Socket,
  ) {
    const reader = parser();
    reader.on('packet', (packet: Packet) => this.#receive(packet));
    socket.setNoDelay(true);
    socket.on('data', (bytes) => reader.parse(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.onClosed();
    });
  }

  /** Connects, logs in and subscribes as a device does. @throws XiaolabaError `bench-refused`, `bench-stalled` */
  static async open(port: number, device: BenchDevice): Promise<MqttLink> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const link = new MqttLink(device, socket);
    const { id, secret } = device;
    await link.#exchange('connack', {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: id,
      keepalive: 60,
      username: id,
      password: Buffer.from(secret),
      will: {
        topic: topicOf(id, 'status'),
        payload: Buffer.from(JSON.stringify({ state: 'offline', boot: willBoot })),
        qos: 1,
        retain: true,
      },
    });
    await link.#exchange('suback', {
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: downTopics.map((name) => ({ topic: topicOf(id, name), qos: 1 })),
    });
    return link;
  }

  /** @returns false where the socket would rather be waited for */
  write(bytes: Buffer): boolean {
    return this.socket.write(bytes);
  }

  /** Ends without a last will. */
  async close(): Promise<void> {
    if (this.closed) return;
    const ended = new Promise<void>((resolve) => {
      this.socket.once('close', () => resolve());
    });
    this.socket.end(generate({ cmd: 'disconnect' }));
    const timer = setTimeout(() => this.socket.destroy(), 2_000);
    await ended;
    clearTimeout(timer);
  }

  #receive(packet: Packet): void {
    switch (packet.cmd) {
      case 'puback':
        this.onPuback(packet.messageId ?? 0);
        return;
      case 'pingresp':
        this.onPong();
        return;
      case 'publish': {
        if (packet.qos === 1) this.socket.write(generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }));
        if (packet.topic.endsWith('/ack')) this.onAck(JSON.parse(packet.payload.toString()) as Ack);
        return;
      }
      case 'connack':
        if (packet.returnCode !== 0) this.socket.destroy();
        else this.#answered('connack');
        return;
      default:
        this.#answered(packet.cmd);
    }
  }

  #answered(cmd: Packet['cmd']): void {
    this.#expected.get(cmd)?.();
    this.#expected.delete(cmd);
  }

  async #exchange(answer: Packet['cmd'], packet: Packet): Promise<void> {
    await within(
      new Promise<void>((resolve, reject) => {
        this.#expected.set(answer, resolve);
        this.socket.once('close', () => reject(worldError('bench-refused', `no ${answer} for ${this.device.id}`)));
        this.socket.write(generate(packet));
      }),
    );
  }
}

/** @throws XiaolabaError `bench-stalled` when the promise takes longer than a broker may */
export async function within<T>(promise: Promise<T>, milliseconds = answerMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(worldError('bench-stalled', 'no answer in time')), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

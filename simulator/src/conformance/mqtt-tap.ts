import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type DownTopic, parseTopic, topicOf, type UpTopic } from '@xiaolaba/protocol';

/** One MQTT 3.1.1 packet: the first byte (type and flags), and all behind the length. */
interface Packet {
  readonly head: number;
  readonly body: Buffer;
}

/** Cuts a byte stream into packets (MQTT 3.1.1, section 2.2). */
class PacketSplitter {
  #held: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): Packet[] {
    this.#held = Buffer.concat([this.#held, bytes]);
    const packets: Packet[] = [];
    for (let packet = this.#next(); packet; packet = this.#next()) packets.push(packet);
    return packets;
  }

  #next(): Packet | undefined {
    let length = 0;
    for (let at = 1; at <= 4; at++) {
      const digit = this.#held[at];
      if (digit === undefined) return;
      length += (digit & 0x7f) * 128 ** (at - 1);
      if (digit & 0x80) continue;
      const start = at + 1;
      if (this.#held.length < start + length) return;
      const packet = { head: this.#held[0] ?? 0, body: this.#held.subarray(start, start + length) };
      this.#held = this.#held.subarray(start + length);
      return packet;
    }
    return;
  }
}

function bytesOf({ head, body }: Packet): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([head, ...length]), body]);
}

const publishType = 3;
const qosOf = (head: number): number => (head >> 1) & 3;

interface Publish {
  readonly topic: string;
  /** Topic, and packet identifier where there is one: all before the payload. */
  readonly front: Buffer;
  readonly payload: Buffer;
}

function publishOf({ head, body }: Packet): Publish | undefined {
  if (head >> 4 !== publishType) return;
  const topicEnd = 2 + body.readUInt16BE(0);
  const frontEnd = topicEnd + (qosOf(head) > 0 ? 2 : 0);
  return {
    topic: body.subarray(2, topicEnd).toString(),
    front: body.subarray(0, frontEnd),
    payload: body.subarray(frontEnd),
  };
}

/** The other end takes a message that goes no further for delivered. */
const acknowledgementOf = (head: number, { front }: Publish): Buffer | undefined =>
  qosOf(head) > 0 ? bytesOf({ head: 0x40, body: front.subarray(-2) }) : undefined;

export interface TapRules {
  /** What goes on to the gateway instead; `undefined` for nothing. */
  up?(name: UpTopic, payload: Uint8Array, tap: MqttTap): Promise<Uint8Array | undefined>;
  /** What goes on to the device instead; `undefined` for nothing. */
  down?(name: DownTopic, payload: Uint8Array, tap: MqttTap): Promise<Uint8Array | undefined>;
}

/** Somebody in the middle of an endpoint's MQTT connection, who reads and changes what passes. */
export class MqttTap extends Duplex {
  readonly #socket: Socket;
  readonly #up = new PacketSplitter();
  readonly #down = new PacketSplitter();
  #upTurn: Promise<void> = Promise.resolve();
  #downTurn: Promise<void> = Promise.resolve();

  constructor(
    address: { readonly host: string; readonly port: number },
    private readonly device: string,
    private readonly rules: TapRules,
  ) {
    super();
    this.#socket = connect({ ...address, noDelay: true });
    this.#socket.on('data', (bytes: Buffer) => {
      for (const packet of this.#down.push(bytes)) this.#downTurn = this.#downTurn.then(() => this.#passDown(packet));
    });
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.on('close', () => this.destroy());
  }

  /** A message of the tap's own to the device. */
  toDevice(name: DownTopic, payload: Uint8Array): void {
    this.#give(bytesOf({ head: publishType << 4, body: this.#message(name, payload) }));
  }

  /** A message of the tap's own to the gateway, as from the device. */
  toGateway(name: UpTopic, payload: Uint8Array): void {
    this.#socket.write(bytesOf({ head: publishType << 4, body: this.#message(name, payload) }));
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const packet of this.#up.push(bytes)) this.#upTurn = this.#upTurn.then(() => this.#passUp(packet));
    done();
  }

  override _read(): void {}

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #message(name: UpTopic | DownTopic, payload: Uint8Array): Buffer {
    const topic = Buffer.from(topicOf(this.device, name));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(topic.length);
    return Buffer.concat([length, topic, payload]);
  }

  async #passUp(packet: Packet): Promise<void> {
    const publish = publishOf(packet);
    const parsed = publish && parseTopic(publish.topic);
    let passed: Packet | undefined = packet;
    if (publish && parsed?.direction === 'up') {
      const payload = this.rules.up
        ? await this.rules.up(parsed.name as UpTopic, publish.payload, this)
        : publish.payload;
      passed = payload && { head: packet.head, body: Buffer.concat([publish.front, payload]) };
      if (!passed) this.#give(acknowledgementOf(packet.head, publish));
    }
    if (passed && !this.#socket.destroyed) this.#socket.write(bytesOf(passed));
  }

  async #passDown(packet: Packet): Promise<void> {
    const publish = publishOf(packet);
    const parsed = publish && parseTopic(publish.topic);
    let passed: Packet | undefined = packet;
    if (publish && parsed?.direction === 'down') {
      const payload = this.rules.down
        ? await this.rules.down(parsed.name as DownTopic, publish.payload, this)
        : publish.payload;
      passed = payload && { head: packet.head, body: Buffer.concat([publish.front, payload]) };
      const acknowledgement = passed ? undefined : acknowledgementOf(packet.head, publish);
      if (acknowledgement && !this.#socket.destroyed) this.#socket.write(acknowledgement);
    }
    if (passed) this.#give(bytesOf(passed));
  }

  #give(bytes: Buffer | undefined): void {
    if (bytes && !this.destroyed) this.push(bytes);
  }
}

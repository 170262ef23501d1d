import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type Assignment,
  type Beat,
  type BlobRef,
  type Calendar,
  type Chunk,
  type DownTopic,
  decodeMessage,
  defaultPolicy,
  encodeChunk,
  encodeMessage,
  type Hello,
  type JournalRecord,
  journalRecordSchema,
  maxChunkBytes,
  openEnvelope,
  type Progress,
  parseTopic,
  type RecordBatch,
  type Release,
  recordBatchSchema,
  type StopOrder,
  sealEnvelope,
  topicOf,
  type Want,
} from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair, sha256, verify } from '@xiaolaba/protocol/node';
import { Aedes } from 'aedes';
import type { DeviceIdentity } from '../agent-types.js';
import type { Network } from '../ports/index.js';

export const emptyCalendar: Calendar = {
  v: 1,
  id: 'test',
  from: '2026-01-01',
  to: '2026-12-31',
  holidays: [],
  makeupWorkdays: [],
  schoolTerms: [],
};

/** Just enough of a gateway to talk to one device: a real broker, real HTTP, real signatures. */
export class TestGateway implements Network {
  readonly blobs = new Map<string, Uint8Array>();
  readonly hellos: Hello[] = [];
  readonly beats: Beat[] = [];
  readonly progress: Progress[] = [];
  readonly statuses: string[] = [];
  readonly batches: RecordBatch[] = [];
  /** By boot and number, as a gateway keeps them. */
  readonly records = new Map<string, JournalRecord>();
  readonly requests: { path: string; range: string | undefined }[] = [];
  readonly wants: Want[] = [];
  /** Bytes of blobs sent in chunks. */
  chunkBytes = 0;
  readonly counters = { received: 0, sent: 0 };
  /** Called when a message has come or is sent. */
  onCounted: () => void = () => {};
  /** Called before a batch is acknowledged. */
  onBatch: (batch: RecordBatch) => void = () => {};
  acknowledges = true;
  online = true;
  /** What becomes of the next wants, one each; then they are served. */
  readonly wantsMeet: ('later' | 'silence' | 'spoilt' | 'twice')[] = [];
  /** After so many bytes of this blob (over MQTT: at the end of the chunk that holds the last) the connection breaks, once. */
  breakBlob: { readonly sha256: string; readonly after: number } | undefined;
  /** Over HTTP no answer comes for these. */
  readonly unreachable = new Set<string>();
  /** After so many bytes of this blob nothing more comes over HTTP, once, and the connection stays open. */
  stallBlob: { readonly sha256: string; readonly after: number } | undefined;

  #sockets = new Set<Socket>();
  private constructor(
    private readonly broker: Aedes,
    private readonly server: Server,
    private readonly http: HttpServer,
    readonly keys: KeyPair,
    readonly approver: KeyPair,
  ) {}

  static async start(keys = generateKeyPair(), approver = generateKeyPair()): Promise<TestGateway> {
    const broker = await Aedes.createBroker();
    const server = createServer((socket) => broker.handle(socket));
    const http = createHttpServer();
    const gateway = new TestGateway(broker, server, http, keys, approver);
    broker.authorizePublish = (_client, packet, done) => {
      gateway.#received(packet.topic, Buffer.from(packet.payload)).then(
        () => done(null),
        (error) => done(error as Error),
      );
    };
    http.on('request', (request, response) => {
      const path = request.url ?? '';
      const { range } = request.headers;
      gateway.requests.push({ path, range });
      const blob = gateway.blobs.get(path.replace('/blobs/', ''));
      if (!blob) return void response.writeHead(404).end();
      if (gateway.unreachable.has(path.replace('/blobs/', ''))) return void response.destroy();
      const from = range ? Number(/bytes=(\d+)-/.exec(range)?.[1]) : 0;
      const body = blob.subarray(from);
      const headers: Record<string, string> = { 'content-length': String(body.length) };
      if (from > 0) headers['content-range'] = `bytes ${from}-${blob.length - 1}/${blob.length}`;
      response.writeHead(from > 0 ? 206 : 200, headers);
      const stalled = gateway.stallBlob;
      if (stalled && path.endsWith(stalled.sha256)) {
        gateway.stallBlob = undefined;
        return void response.write(body.subarray(0, stalled.after));
      }
      const broken = gateway.breakBlob;
      if (!broken || !path.endsWith(broken.sha256)) return void response.end(body);
      const part = body.subarray(0, broken.after);
      gateway.breakBlob = undefined;
      response.write(part, () => setTimeout(() => response.destroy(), 20));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.broker.close(() => resolve()));
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.http.closeAllConnections();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
  }

  /** Where another process finds it. */
  get addresses(): { readonly http: string; readonly mqtt: string } {
    const port = (server: Server | HttpServer): number => (server.address() as AddressInfo).port;
    return { http: `http://127.0.0.1:${port(this.http)}`, mqtt: `mqtt://127.0.0.1:${port(this.server)}` };
  }

  openBroker(): Duplex {
    const socket = connect((this.server.address() as AddressInfo).port, '127.0.0.1');
    if (!this.online) socket.destroy(new Error('no link'));
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    if (!this.online) return Promise.reject(new TypeError('no link'));
    return fetch(`http://127.0.0.1:${(this.http.address() as AddressInfo).port}${path}`, init);
  }

  /** Cuts or restores the link. */
  setOnline(online: boolean): void {
    this.online = online;
    if (!online) for (const socket of this.#sockets) socket.destroy();
  }

  identity(over: Partial<DeviceIdentity> = {}): DeviceIdentity {
    return {
      device: 'ls-0001',
      profile: 'loudspeaker',
      place: 'site/estate-01',
      secret: 'secret',
      keys: generateKeyPair(),
      approvers: [this.approver.publicKey],
      gateway: this.keys.publicKey,
      ...over,
    };
  }

  addBlob(bytes: Uint8Array): BlobRef {
    const hash = sha256(bytes);
    this.blobs.set(hash, bytes);
    return { sha256: hash, bytes: bytes.length };
  }

  async addRelease(release: Release, signer: KeyPair = this.approver): Promise<Assignment['releases'][number]> {
    const envelope = await sealEnvelope('release', encodeMessage(release), [signer.signer]);
    return { ...this.addBlob(envelope), urgent: false };
  }

  assignment(identity: DeviceIdentity, at: number, over: Partial<Assignment>): Assignment {
    return {
      v: 1,
      device: identity.device,
      version: 1,
      issuedAt: at,
      effectiveFrom: at,
      expiresAt: at + 30 * 86_400_000,
      place: identity.place,
      policy: defaultPolicy,
      releases: [],
      calendar: this.addBlob(encodeMessage(emptyCalendar)),
      ...over,
    };
  }

  async assign(assignment: Assignment, signer: KeyPair = this.keys): Promise<void> {
    const envelope = await sealEnvelope('assignment', encodeMessage(assignment), [signer.signer]);
    await this.send(assignment.device, 'assignment', envelope, true);
  }

  async order(device: string, order: StopOrder, signer: KeyPair = this.approver): Promise<void> {
    await this.send(device, 'stop', await sealEnvelope('stop', encodeMessage(order), [signer.signer]), true);
  }

  send(
    device: string,
    topic: 'assignment' | 'stop' | 'key-list' | 'command' | 'ack',
    payload: Uint8Array,
    retain = false,
  ): Promise<void> {
    const connected = Object.keys(this.#clients()).includes(device);
    if (connected) {
      this.counters.sent++;
      this.onCounted();
    }
    return this.#push(device, topic, payload, retain);
  }

  #push(device: string, topic: DownTopic, payload: Uint8Array, retain: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.broker.publish(
        { cmd: 'publish', topic: topicOf(device, topic), payload: Buffer.from(payload), qos: 1, retain, dup: false },
        (error) => (error ? reject(error) : resolve()),
      );
    });
  }

  /** Records in the order of boots and numbers. */
  get all(): JournalRecord[] {
    return [...this.records.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
  }

  get plays(): Extract<JournalRecord, { kind: 'play' }>[] {
    return this.all.flatMap((record) => (record.kind === 'play' ? [record] : []));
  }

  #clients(): Record<string, unknown> {
    return (this.broker as unknown as { clients: Record<string, unknown> }).clients;
  }

  async #received(topic: string, payload: Buffer): Promise<void> {
    const parsed = parseTopic(topic);
    if (!parsed) return;
    this.counters.received++;
    this.onCounted();
    const { name, device } = parsed;
    const body: unknown = JSON.parse(payload.toString());
    if (name === 'hello') this.hellos.push(body as Hello);
    else if (name === 'beat') this.beats.push(body as Beat);
    else if (name === 'progress') this.progress.push(body as Progress);
    else if (name === 'status') this.statuses.push((body as { state: string }).state);
    else if (name === 'want') void this.#serve(device, body as Want);
    else if (name === 'records') await this.#take(device, payload);
  }

  /** One chunk after the other, each when the one before is acknowledged. */
  async #serve(device: string, want: Want): Promise<void> {
    this.wants.push(want);
    const meets = this.wantsMeet.shift();
    if (meets === 'silence') return;
    const { sha256, from, most } = want;
    const broken = this.breakBlob?.sha256 === sha256 ? this.breakBlob : undefined;
    const chunks: Chunk[] = meets === 'later' ? [{ kind: 'later', sha256, offset: from }] : this.#chunks(want);
    const sent = chunks.filter((chunk) => !broken || chunk.offset < broken.after);
    if (broken && from + most >= broken.after) this.breakBlob = undefined;
    const payloads = sent.flatMap((chunk) =>
      Array<Buffer>(meets === 'twice' ? 2 : 1).fill(Buffer.from(encodeChunk(chunk))),
    );
    const [first] = payloads;
    if (meets === 'spoilt' && first) first[100] = (first[100] ?? 0) ^ 1;
    // Counted at once, or the world would take a rest between two of them.
    this.counters.sent += payloads.length;
    for (const payload of payloads) {
      const acknowledged = new Promise((resolve) => this.broker.once('ack', resolve));
      await this.#push(device, 'chunk', payload, false);
      await acknowledged;
    }
    for (const chunk of sent) if (chunk.kind === 'bytes') this.chunkBytes += chunk.bytes.length;
    if (broken && !this.breakBlob) for (const socket of this.#sockets) socket.destroy();
  }

  #chunks({ sha256, from, most }: Want): Chunk[] {
    const blob = this.blobs.get(sha256);
    if (!blob) return [{ kind: 'missing', sha256, offset: from }];
    const size = blob.length;
    if (from >= size) return [{ kind: 'past-end', sha256, size, offset: from }];
    const chunks: Chunk[] = [];
    const end = Math.min(from + most, size);
    for (let offset = from; offset < end; offset += maxChunkBytes) {
      const bytes = blob.subarray(offset, Math.min(offset + maxChunkBytes, end));
      chunks.push({ kind: 'bytes', sha256, size, offset, bytes });
    }
    return chunks;
  }

  /** Takes in what a device has reported. */
  keep(batch: RecordBatch): void {
    this.batches.push(batch);
    this.onBatch(batch);
    for (const line of batch.lines) {
      const record = journalRecordSchema.parse(JSON.parse(line));
      this.records.set(`${batch.boot}/${String(record.seq).padStart(8, '0')}`, record);
    }
  }

  deviceKeys: KeyPair | undefined;

  async #take(device: string, envelope: Buffer): Promise<void> {
    if (!this.deviceKeys) throw new Error('no device key');
    const { payload } = openEnvelope('records', envelope, [this.deviceKeys.publicKey], verify);
    const batch = decodeMessage(recordBatchSchema, payload);
    this.keep(batch);
    const upTo = batch.first + batch.lines.length - 1;
    if (this.acknowledges)
      setImmediate(() => void this.send(device, 'ack', encodeMessage({ v: 1, boot: batch.boot, upTo })));
  }
}

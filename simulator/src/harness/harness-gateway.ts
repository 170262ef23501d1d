import type { AddressInfo, Server } from 'node:net';
import type { DeviceIdentity } from '@xiaolaba/device';
import {
  type Assignment,
  type BlobRef,
  beatSchema,
  type Calendar,
  type Command,
  type DownTopic,
  decodeMessage,
  defaultPolicy,
  encodeChunk,
  encodeMessage,
  errorCode,
  helloSchema,
  type Profile,
  progressSchema,
  type ReadRecord,
  type Release,
  type StopOrder,
  sealEnvelope,
  statusSchema,
  type UpTopic,
  type Want,
  wantSchema,
} from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { BlobShelf } from './blob-shelf.js';
import { enrolmentServer } from './enrolment-server.js';
import { HarnessBroker } from './harness-broker.js';
import type { HarnessEvent } from './harness-events.js';
import { RecordKeeper } from './record-keeper.js';
import { Roster } from './roster.js';

export interface HarnessOptions {
  /** Address to listen on; `0.0.0.0` for devices on the network. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const everyDay: Calendar = {
  v: 1,
  id: 'harness',
  from: '2026-01-01',
  to: '2099-12-31',
  holidays: [],
  makeupWorkdays: [],
  schoolTerms: [],
};
const assignmentLifeMs = 30 * 86_400_000;

/**
 * A gateway for one bench: a real broker, real HTTP and real signatures, with the keys of an approver beside its own
 * so that it can play a good one, a hijacked one and a foreign one. For nothing that is broadcast.
 */
export class HarnessGateway {
  readonly gatewayKey: KeyPair = generateKeyPair();
  readonly approver: KeyPair = generateKeyPair();
  /** Whether records are acknowledged as they come; `setAcknowledges` is for one device. */
  acknowledges = true;
  readonly #roster = new Roster(this.gatewayKey, this.approver);
  readonly #shelf = new BlobShelf();
  readonly #keepers = new Map<string, RecordKeeper>();
  readonly #versions = new Map<string, number>();
  readonly #orders = new Map<string, number>();
  readonly #unreachable = new Set<string>();
  readonly #unacknowledged = new Set<string>();
  readonly #listeners = new Set<(event: HarnessEvent) => void>();
  #broker: HarnessBroker | undefined;
  #httpServer: Server | undefined;
  #http = '';
  #mqtt = '';

  private constructor(private readonly options: HarnessOptions) {}

  /** @throws the listener's error (`EADDRINUSE`, …) when a port can't be had; nothing is left open then. */
  static async start(options: HarnessOptions): Promise<HarnessGateway> {
    const gateway = new HarnessGateway(options);
    await gateway.#open();
    return gateway;
  }

  /** `http://host:port` */
  get http(): string {
    return this.#http;
  }

  /** `mqtt://host:port` */
  get mqtt(): string {
    return this.#mqtt;
  }

  /** A one-time code with which this device may enrol. A device that is enrolled keeps its secret until then. */
  claim(device: string, profile: Profile, place: string): string {
    return this.#roster.claim(device, profile, place);
  }

  /** An identity that needs no enrolment, for a simulated device. */
  identityOf(device: string, profile: Profile, place: string): DeviceIdentity {
    this.#keepers.delete(device);
    return this.#roster.identity(device, profile, place);
  }

  isConnected(device: string): boolean {
    return this.#broker?.isConnected(device) ?? false;
  }

  addBlob(bytes: Uint8Array): BlobRef {
    return this.#shelf.add(bytes);
  }

  /** Serves other bytes under a name than the ones it stands for. */
  spoilBlob(sha256: string, bytes: Uint8Array): void {
    this.#shelf.spoil(sha256, bytes);
  }

  /** The bytes that a name stands for, whatever is served under it. */
  blob(sha256: string): Uint8Array | undefined {
    return this.#shelf.original(sha256);
  }

  /** The bytes that are served under a name. */
  served(sha256: string): Uint8Array | undefined {
    return this.#shelf.served(sha256);
  }

  /** The next download of this blob breaks off after so many bytes, once. */
  breakBlob(sha256: string, afterBytes: number): void {
    this.#shelf.breakOff(sha256, afterBytes);
  }

  async addRelease(release: Release, signer: KeyPair = this.approver): Promise<Assignment['releases'][number]> {
    const envelope = await sealEnvelope('release', encodeMessage(release), [signer.signer]);
    return { ...this.addBlob(envelope), urgent: false };
  }

  /** What `assign` would send. `version` counts up unless it is given. */
  assignmentFor(device: string, over: Partial<Assignment>): Assignment {
    const now = this.options.now();
    const version = over.version ?? this.nextVersion(device);
    this.#versions.set(device, Math.max(this.#versions.get(device) ?? 0, version));
    return {
      v: 1,
      device,
      version,
      issuedAt: now,
      effectiveFrom: now,
      expiresAt: now + assignmentLifeMs,
      place: this.#roster.get(device).place,
      policy: defaultPolicy,
      releases: [],
      calendar: this.addBlob(encodeMessage(everyDay)),
      ...over,
    };
  }

  /** One above the highest that there has been for this device. */
  nextVersion(device: string): number {
    return (this.#versions.get(device) ?? 0) + 1;
  }

  async assign(device: string, over: Partial<Assignment>, signer: KeyPair = this.gatewayKey): Promise<Assignment> {
    const assignment = this.assignmentFor(device, over);
    await this.send(device, 'assignment', await sealEnvelope('assignment', encodeMessage(assignment), [signer.signer]));
    return assignment;
  }

  /** One above the highest stop order that this device was sent. */
  nextOrder(device: string): number {
    return (this.#orders.get(device) ?? 0) + 1;
  }

  async order(device: string, order: StopOrder, signer: KeyPair = this.approver): Promise<void> {
    this.#orders.set(device, Math.max(this.#orders.get(device) ?? 0, order.version));
    await this.send(device, 'stop', await sealEnvelope('stop', encodeMessage(order), [signer.signer]));
  }

  async command(device: string, command: Command): Promise<void> {
    await this.send(device, 'command', encodeMessage(command));
  }

  /** Any bytes on a down topic. */
  async send(device: string, topic: DownTopic, payload: Uint8Array): Promise<void> {
    this.#tell({ kind: 'down', device, at: this.options.now(), body: { topic, bytes: payload.length } });
    await this.#broker?.publish(device, topic, payload);
  }

  /** Forgets the retained messages; the device hears nothing of it. */
  async clear(device: string): Promise<void> {
    await this.#broker?.publish(device, 'assignment', new Uint8Array());
    await this.#broker?.publish(device, 'stop', new Uint8Array());
  }

  /** Records of a device in the order of boots and numbers. */
  recordsOf(device: string): readonly ReadRecord[] {
    return this.#keepers.get(device)?.all ?? [];
  }

  onEvent(call: (event: HarnessEvent) => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /** Breaks the connection; the device may come back at once. */
  disconnect(device: string): void {
    this.#broker?.disconnect(device);
  }

  /** Cuts a device off, or lets it in again. */
  setReachable(device: string, isReachable: boolean): void {
    if (isReachable) this.#unreachable.delete(device);
    else this.#unreachable.add(device);
    if (!isReachable) this.disconnect(device);
  }

  setAcknowledges(device: string, acknowledges: boolean): void {
    if (acknowledges) this.#unacknowledged.delete(device);
    else this.#unacknowledged.add(device);
  }

  async acknowledge(device: string, boot: string, upTo: number): Promise<void> {
    await this.#broker?.publish(device, 'ack', encodeMessage({ v: 1, boot, upTo }));
  }

  async stop(): Promise<void> {
    await this.#broker?.stop();
    await closed(this.#httpServer);
  }

  async #open(): Promise<void> {
    const { host, httpPort, mqttPort } = this.options;
    const shared = {
      roster: this.#roster,
      isReachable: (device: string) => !this.#unreachable.has(device),
      refused: (device: string, body: { readonly code: string; readonly about: string }) =>
        this.#tell({ kind: 'refused', device, at: this.options.now(), body }),
    };
    const http = enrolmentServer({
      ...shared,
      shelf: this.#shelf,
      enrolled: (device) => this.#enrolled(device),
      asked: (device, body) => this.#tell({ kind: 'blob', device, at: this.options.now(), body }),
    });
    const broker = await HarnessBroker.start({
      ...shared,
      connected: (device, on) =>
        this.#tell({ kind: on ? 'connect' : 'disconnect', device, at: this.options.now(), body: null }),
      message: (device, name, payload) => this.#received(device, name, payload),
    });
    this.#broker = broker;
    try {
      this.#http = `http://${shown(host)}:${await listen(http, httpPort, host)}`;
      this.#httpServer = http;
      this.#mqtt = `mqtt://${shown(host)}:${await listen(broker.server, mqttPort, host)}`;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  #enrolled(device: string): void {
    const { profile, place } = this.#roster.get(device);
    this.#keepers.delete(device);
    this.disconnect(device);
    this.#tell({ kind: 'enrolled', device, at: this.options.now(), body: { profile, place } });
  }

  #received(device: string, name: UpTopic, payload: Uint8Array): void {
    const head = { device, at: this.options.now() };
    try {
      if (name === 'hello') this.#tell({ ...head, kind: 'hello', body: decodeMessage(helloSchema, payload) });
      else if (name === 'beat') this.#tell({ ...head, kind: 'beat', body: decodeMessage(beatSchema, payload) });
      else if (name === 'progress')
        this.#tell({ ...head, kind: 'progress', body: decodeMessage(progressSchema, payload) });
      else if (name === 'status') this.#tell({ ...head, kind: 'status', body: decodeMessage(statusSchema, payload) });
      else if (name === 'records') this.#records(device, payload);
      else this.#wanted(device, decodeMessage(wantSchema, payload));
    } catch (error) {
      this.#tell({ ...head, kind: 'refused', body: { code: errorCode(error), about: name } });
    }
  }

  #records(device: string, envelope: Uint8Array): void {
    const { key } = this.#roster.get(device);
    if (!key) return;
    let keeper = this.#keepers.get(device);
    if (!keeper) {
      keeper = new RecordKeeper(device, key);
      this.#keepers.set(device, keeper);
    }
    const body = keeper.take(envelope);
    this.#tell({ kind: 'records', device, at: this.options.now(), body });
    if (!this.acknowledges || this.#unacknowledged.has(device) || body.chain === 'broken') return;
    // After the PUBACK, as from a gateway that commits first.
    setImmediate(() => void this.acknowledge(device, body.batch.boot, body.read.next - 1).catch(() => {}));
  }

  /** Over MQTT, for a device without HTTP. */
  #wanted(device: string, want: Want): void {
    const { chunks, breaks } = this.#shelf.window(want);
    const { sha256, from } = want;
    const kind = chunks[0]?.kind;
    const status = kind === 'missing' ? 404 : kind === 'past-end' ? 416 : 200;
    this.#tell({
      kind: 'blob',
      device,
      at: this.options.now(),
      body: { sha256, from, range: undefined, status, over: 'mqtt' },
    });
    const send = async (): Promise<void> => {
      for (const chunk of chunks) await this.#broker?.publish(device, 'chunk', encodeChunk(chunk));
      if (breaks) setTimeout(() => this.disconnect(device), 20);
    };
    void send().catch(() => {});
  }

  #tell(event: HarnessEvent): void {
    for (const call of this.#listeners) call(event);
  }
}

const shown = (host: string): string => (host === '0.0.0.0' || host === '::' ? 'localhost' : host);

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function closed(server: Server | undefined): Promise<void> {
  if (!server?.listening) return Promise.resolve();
  (server as { closeAllConnections?: () => void }).closeAllConnections?.();
  return new Promise((resolve) => server.close(() => resolve()));
}

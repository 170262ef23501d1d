import { Readable } from 'node:stream';
import type { AedesPublishPacket, Subscription } from 'aedes';
import { deviceOfTopic, deviceSpace, isOwnFilter, mayHear } from './access.js';
import type { BrokerLimits } from './limits.js';
import type { BrokerPersistence, PacketReference, SessionClient, StoredSubscription } from './persistence.js';

interface Session {
  readonly filters: Map<string, Subscription>;
  readonly outgoing: AedesPublishPacket[];
  outgoingBytes: number;
}

/**
 * Sessions and retained messages in memory. The gateway publishes its retained assignments again when it starts, so
 * nothing here needs to outlive the process.
 *
 * Every filter lies within one device's space, so each question is answered by looking at that one device: the cost
 * of a subscription does not grow with the number of devices. The engine stores every filter of a SUBSCRIBE, refused
 * ones included, hence the check here as well.
 */
export class SessionStore implements BrokerPersistence {
  readonly #sessions = new Map<string, Session>();
  readonly #retained = new Map<string, Map<string, AedesPublishPacket>>();
  readonly #incoming = new Map<string, Map<number, AedesPublishPacket>>();
  readonly #wills = new Map<string, object>();
  #queued = 0;
  #retainedCount = 0;

  constructor(
    private readonly limits: Pick<BrokerLimits, 'offlineMessages' | 'offlineBytes'>,
    private readonly dropped: (device: string, topic: string) => void,
  ) {}

  async setup(): Promise<void> {}

  async storeRetained(packet: AedesPublishPacket): Promise<void> {
    const device = deviceOfTopic(packet.topic);
    if (device === undefined || !mayHear(deviceSpace(device), packet.topic)) return;
    if (packet.payload.length === 0) return this.clearRetained(packet.topic);
    let topics = this.#retained.get(device);
    if (topics === undefined) {
      topics = new Map();
      this.#retained.set(device, topics);
    }
    if (!topics.has(packet.topic)) this.#retainedCount++;
    topics.set(packet.topic, { ...packet });
  }

  clearRetained(topic: string): void {
    const device = deviceOfTopic(topic);
    const topics = device === undefined ? undefined : this.#retained.get(device);
    if (device === undefined || topics === undefined) return;
    if (topics.delete(topic)) this.#retainedCount--;
    if (topics.size === 0) this.#retained.delete(device);
  }

  createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter]);
  }

  /** A message that several of the filters match comes once. */
  createRetainedStreamCombi(filters: readonly string[]): Readable {
    const found = new Map<string, AedesPublishPacket>();
    for (const filter of filters) {
      const device = deviceOfTopic(filter);
      const topics = device === undefined ? undefined : this.#retained.get(device);
      if (device === undefined || topics === undefined || !isOwnFilter(deviceSpace(device), filter)) continue;
      const exact = topics.get(filter);
      if (exact) found.set(filter, exact);
      else if (isWildcard(filter)) for (const [topic, packet] of topics) found.set(topic, packet);
    }
    return Readable.from([...found.values()]);
  }

  async addSubscriptions(client: SessionClient, subscriptions: readonly Subscription[]): Promise<void> {
    const space = deviceSpace(client.id);
    for (const subscription of subscriptions) {
      if (isOwnFilter(space, subscription.topic))
        this.#session(client.id).filters.set(subscription.topic, { topic: subscription.topic, qos: subscription.qos });
    }
  }

  async removeSubscriptions(client: SessionClient, filters: readonly string[]): Promise<void> {
    const session = this.#sessions.get(client.id);
    for (const filter of filters) session?.filters.delete(filter);
  }

  async subscriptionsByClient(client: SessionClient): Promise<Subscription[]> {
    return [...(this.#sessions.get(client.id)?.filters.values() ?? [])].map((filter) => ({ ...filter }));
  }

  /** The one session that may hear the topic, if it asked to at QoS 1 or 2; QoS 0 is not kept for who is away. */
  async subscriptionsByTopic(topic: string): Promise<StoredSubscription[]> {
    const device = deviceOfTopic(topic);
    const session = device === undefined ? undefined : this.#sessions.get(device);
    if (device === undefined || session === undefined) return [];
    let qos = 0;
    for (const filter of session.filters.values())
      if (filter.topic === topic || isWildcard(filter.topic)) qos = Math.max(qos, filter.qos);
    return qos > 0 ? [{ clientId: device, topic, qos }] : [];
  }

  /** A clean session begins: nothing of an earlier one remains (MQTT 3.1.1, 3.1.2.4). */
  async cleanSubscriptions(client: SessionClient): Promise<void> {
    this.#forgetSession(client.id);
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    let subsCount = 0;
    for (const session of this.#sessions.values()) subsCount += session.filters.size;
    return { subsCount, clientsCount: this.#sessions.size };
  }

  async outgoingEnqueue(subscription: { readonly clientId: string }, packet: AedesPublishPacket): Promise<void> {
    this.#enqueue(subscription.clientId, packet);
  }

  async outgoingEnqueueCombi(
    subscriptions: readonly { readonly clientId: string }[],
    packet: AedesPublishPacket,
  ): Promise<void> {
    for (const { clientId } of subscriptions) this.#enqueue(clientId, packet);
  }

  /** A packet that is no longer there was dropped by the cap; it is still sent to whoever is connected. */
  async outgoingUpdate(client: SessionClient, packet: PacketReference): Promise<void> {
    const outgoing = this.#sessions.get(client.id)?.outgoing ?? [];
    const stored =
      packet.brokerCounter === undefined
        ? outgoing.find((other) => other.messageId === packet.messageId)
        : outgoing.find((other) => other.brokerId === packet.brokerId && other.brokerCounter === packet.brokerCounter);
    if (stored !== undefined && packet.messageId !== undefined) stored.messageId = packet.messageId;
  }

  /** Without an identifier the engine means a delivery it skipped as a duplicate: the queued packet must stay. */
  async outgoingClearMessageId(
    client: SessionClient,
    packet: PacketReference,
  ): Promise<AedesPublishPacket | undefined> {
    const session = this.#sessions.get(client.id);
    if (session === undefined || packet.messageId === undefined) return;
    const at = session.outgoing.findIndex((other) => other.messageId === packet.messageId);
    return at < 0 ? undefined : this.#removeOutgoing(session, at);
  }

  /** What was sent before is marked as a repetition (MQTT 3.1.1, 3.3.1.1). */
  outgoingStream(client: SessionClient): Readable {
    const outgoing = this.#sessions.get(client.id)?.outgoing ?? [];
    return Readable.from(outgoing.map((packet) => ({ ...packet, dup: packet.messageId !== undefined })));
  }

  async incomingStorePacket(client: SessionClient, packet: AedesPublishPacket): Promise<void> {
    let packets = this.#incoming.get(client.id);
    if (packets === undefined) {
      packets = new Map();
      this.#incoming.set(client.id, packets);
    }
    // Only its identifier matters: a QoS 2 message is refused, so its content is not kept.
    packets.set(packet.messageId ?? 0, { ...packet, payload: Buffer.alloc(0) });
  }

  async incomingGetPacket(client: SessionClient, packet: PacketReference): Promise<AedesPublishPacket> {
    const stored = this.#incoming.get(client.id)?.get(packet.messageId ?? 0);
    if (stored === undefined) throw new Error('no such packet');
    return stored;
  }

  async incomingDelPacket(client: SessionClient, packet: PacketReference): Promise<void> {
    if (!this.#incoming.get(client.id)?.delete(packet.messageId ?? 0)) throw new Error('no such packet');
  }

  async cleanIncoming(client: SessionClient): Promise<void> {
    this.#incoming.delete(client.id);
  }

  async putWill(client: SessionClient, packet: object): Promise<void> {
    this.#wills.set(client.id, packet);
  }

  async getWill(client: SessionClient): Promise<object | undefined> {
    return this.#wills.get(client.id);
  }

  async delWill(client: SessionClient): Promise<object | undefined> {
    const will = this.#wills.get(client.id);
    this.#wills.delete(client.id);
    return will;
  }

  /** Wills of other brokers that died; this store serves one. */
  streamWill(): Readable {
    return Readable.from([]);
  }

  getClientList(topic: string): Readable {
    return Readable.from([...this.#sessions].filter(([, { filters }]) => filters.has(topic)).map(([id]) => id));
  }

  async destroy(): Promise<void> {
    this.#sessions.clear();
    this.#retained.clear();
    this.#incoming.clear();
    this.#wills.clear();
    this.#queued = 0;
    this.#retainedCount = 0;
  }

  purge(device: string): void {
    this.#forgetSession(device);
    this.#retainedCount -= this.#retained.get(device)?.size ?? 0;
    this.#retained.delete(device);
    this.#incoming.delete(device);
    this.#wills.delete(device);
  }

  counts(): { readonly retained: number; readonly queued: number } {
    return { retained: this.#retainedCount, queued: this.#queued };
  }

  #session(device: string): Session {
    let session = this.#sessions.get(device);
    if (session === undefined) {
      session = { filters: new Map(), outgoing: [], outgoingBytes: 0 };
      this.#sessions.set(device, session);
    }
    return session;
  }

  #forgetSession(device: string): void {
    this.#queued -= this.#sessions.get(device)?.outgoing.length ?? 0;
    this.#sessions.delete(device);
  }

  #enqueue(device: string, packet: AedesPublishPacket): void {
    const session = this.#sessions.get(device);
    if (session === undefined || !mayHear(deviceSpace(device), packet.topic)) return;
    session.outgoing.push({ ...packet });
    session.outgoingBytes += packet.payload.length;
    this.#queued++;
    while (
      session.outgoing.length > this.limits.offlineMessages ||
      (session.outgoing.length > 1 && session.outgoingBytes > this.limits.offlineBytes)
    ) {
      const oldest = this.#removeOutgoing(session, 0);
      if (oldest !== undefined) this.dropped(device, oldest.topic);
    }
  }

  #removeOutgoing(session: Session, at: number): AedesPublishPacket | undefined {
    const [packet] = session.outgoing.splice(at, 1);
    if (packet === undefined) return;
    session.outgoingBytes -= packet.payload.length;
    this.#queued--;
    return packet;
  }
}

const isWildcard = (filter: string): boolean => filter.endsWith('/+') || filter.endsWith('/#');

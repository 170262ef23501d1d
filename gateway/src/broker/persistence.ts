import type { Readable } from 'node:stream';
import type { AedesPublishPacket, Subscription } from 'aedes';

export interface SessionClient {
  readonly id: string;
}
export interface StoredSubscription {
  readonly clientId: string;
  readonly topic: string;
  readonly qos: number;
}
/** What identifies a stored packet: the engine's counter before it is sent, the packet identifier after. */
export interface PacketReference {
  readonly cmd?: string;
  readonly brokerId?: string;
  readonly brokerCounter?: number;
  messageId?: number | undefined;
}

/** What aedes 1.x asks of its persistence (aedes-persistence 11, promise flavour). */
export interface BrokerPersistence {
  setup(broker: unknown): Promise<void>;
  storeRetained(packet: AedesPublishPacket): Promise<void>;
  createRetainedStream(filter: string): Readable;
  createRetainedStreamCombi(filters: readonly string[]): Readable;
  addSubscriptions(client: SessionClient, subscriptions: readonly Subscription[]): Promise<void>;
  removeSubscriptions(client: SessionClient, filters: readonly string[]): Promise<void>;
  subscriptionsByClient(client: SessionClient): Promise<Subscription[]>;
  subscriptionsByTopic(topic: string): Promise<StoredSubscription[]>;
  cleanSubscriptions(client: SessionClient): Promise<void>;
  countOffline(): Promise<{ subsCount: number; clientsCount: number }>;
  outgoingEnqueue(subscription: { readonly clientId: string }, packet: AedesPublishPacket): Promise<void>;
  outgoingEnqueueCombi(
    subscriptions: readonly { readonly clientId: string }[],
    packet: AedesPublishPacket,
  ): Promise<void>;
  outgoingUpdate(client: SessionClient, packet: PacketReference): Promise<void>;
  outgoingClearMessageId(client: SessionClient, packet: PacketReference): Promise<AedesPublishPacket | undefined>;
  outgoingStream(client: SessionClient): Readable;
  incomingStorePacket(client: SessionClient, packet: AedesPublishPacket): Promise<void>;
  incomingGetPacket(client: SessionClient, packet: PacketReference): Promise<AedesPublishPacket>;
  incomingDelPacket(client: SessionClient, packet: PacketReference): Promise<void>;
  cleanIncoming(client: SessionClient): Promise<void>;
  putWill(client: SessionClient, packet: object): Promise<void>;
  getWill(client: SessionClient): Promise<object | undefined>;
  delWill(client: SessionClient): Promise<object | undefined>;
  streamWill(brokers?: object): Readable;
  getClientList(topic: string): Readable;
  destroy(): Promise<void>;

  /** Forgets everything of one device. */
  purge(device: string): void;
  clearRetained(topic: string): void;
  counts(): { readonly retained: number; readonly queued: number };
}

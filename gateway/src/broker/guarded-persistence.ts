import { Readable } from 'node:stream';
import type { BrokerPersistence } from './persistence.js';

/** A client that a failing store leaves in doubt is closed; it connects again and starts from what is stored. */
export type PersistenceFault = (method: string, device: string | undefined, error: unknown) => void;

const idOf = (client: unknown): string | undefined =>
  typeof client === 'object' && client !== null && 'id' in client && typeof client.id === 'string'
    ? client.id
    : undefined;

/**
 * Keeps a failing store from ending the process or from being taken for success. The engine chains further steps to
 * some of these promises and to the streams without handling their failure: there the failure is reported, the
 * client is closed, and the engine gets an empty answer. Elsewhere it gets the rejection, which it handles.
 */
export function guardPersistence(store: BrokerPersistence, fault: PersistenceFault): BrokerPersistence {
  /** Reports, then rejects. */
  const strict = async <T>(method: string, client: unknown, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      fault(method, idOf(client), error);
      throw error;
    }
  };
  /** Reports, then answers `instead`. */
  const mild = async <T>(method: string, client: unknown, instead: T, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      fault(method, idOf(client), error);
      return instead;
    }
  };
  const stream = (method: string, client: unknown, work: () => Readable): Readable => {
    try {
      const source = work();
      source.on('error', (error) => fault(method, idOf(client), error));
      return source;
    } catch (error) {
      fault(method, idOf(client), error);
      return Readable.from([]);
    }
  };
  return {
    // The engine checks that this very function is declared `async`.
    setup: async (broker) => store.setup(broker),
    storeRetained: (packet) => strict('storeRetained', undefined, () => store.storeRetained(packet)),
    createRetainedStream: (filter) =>
      stream('createRetainedStream', undefined, () => store.createRetainedStream(filter)),
    createRetainedStreamCombi: (filters) =>
      stream('createRetainedStreamCombi', undefined, () => store.createRetainedStreamCombi(filters)),
    addSubscriptions: (client, subscriptions) =>
      strict('addSubscriptions', client, () => store.addSubscriptions(client, subscriptions)),
    removeSubscriptions: (client, filters) =>
      strict('removeSubscriptions', client, () => store.removeSubscriptions(client, filters)),
    subscriptionsByClient: (client) =>
      strict('subscriptionsByClient', client, () => store.subscriptionsByClient(client)),
    subscriptionsByTopic: (topic) => strict('subscriptionsByTopic', undefined, () => store.subscriptionsByTopic(topic)),
    cleanSubscriptions: (client) => strict('cleanSubscriptions', client, () => store.cleanSubscriptions(client)),
    countOffline: () => strict('countOffline', undefined, () => store.countOffline()),
    outgoingEnqueue: (subscription, packet) =>
      strict('outgoingEnqueue', undefined, () => store.outgoingEnqueue(subscription, packet)),
    outgoingEnqueueCombi: (subscriptions, packet) =>
      strict('outgoingEnqueueCombi', undefined, () => store.outgoingEnqueueCombi(subscriptions, packet)),
    outgoingUpdate: (client, packet) => strict('outgoingUpdate', client, () => store.outgoingUpdate(client, packet)),
    outgoingClearMessageId: (client, packet) =>
      mild('outgoingClearMessageId', client, undefined, () => store.outgoingClearMessageId(client, packet)),
    outgoingStream: (client) => stream('outgoingStream', client, () => store.outgoingStream(client)),
    incomingStorePacket: (client, packet) =>
      strict('incomingStorePacket', client, () => store.incomingStorePacket(client, packet)),
    // "Not found" is an answer that the engine expects as a rejection, so these two pass as they are.
    incomingGetPacket: async (client, packet) => store.incomingGetPacket(client, packet),
    incomingDelPacket: async (client, packet) => store.incomingDelPacket(client, packet),
    cleanIncoming: (client) => mild('cleanIncoming', client, undefined, () => store.cleanIncoming(client)),
    putWill: (client, packet) => strict('putWill', client, () => store.putWill(client, packet)),
    getWill: (client) => mild('getWill', client, undefined, () => store.getWill(client)),
    delWill: (client) => mild('delWill', client, undefined, () => store.delWill(client)),
    streamWill: (brokers) => stream('streamWill', undefined, () => store.streamWill(brokers)),
    getClientList: (topic) => stream('getClientList', undefined, () => store.getClientList(topic)),
    destroy: () => mild('destroy', undefined, undefined, () => store.destroy()),
    purge: (device) => store.purge(device),
    clearRetained: (topic) => store.clearRetained(topic),
    counts: () => store.counts(),
  };
}

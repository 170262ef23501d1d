/** Bounds that keep one client, one address or one careless line of code from costing everybody else. */
export interface BrokerLimits {
  /** Open connections over all listeners. Above this, a new one is closed unanswered. */
  readonly connections: number;
  /** Open connections from one address (IPv6: one /64). Wide, because a carrier puts a whole county behind one. */
  readonly connectionsPerAddress: number;
  /** Connections that have not logged in yet, over all listeners. */
  readonly pending: number;
  /** Milliseconds of real time from accepting a connection to its whole CONNECT. */
  readonly connectMs: number;
  /** Bytes of a CONNECT, fixed header excluded. */
  readonly connectBytes: number;
  /** Bytes of any later packet, fixed header excluded. */
  readonly packetBytes: number;
  /** Bytes of a SUBSCRIBE or UNSUBSCRIBE, fixed header excluded. */
  readonly subscribeBytes: number;
  /** Subscriptions of one connection. */
  readonly subscriptions: number;
  /** Refused messages and filters of one connection, after which it is closed. */
  readonly refusalsPerConnection: number;
  /** Milliseconds that a hook (log-in, a handler, …) may take before it counts as failed. */
  readonly hookMs: number;
  /** Milliseconds that a subscriber may leave its socket full. */
  readonly drainMs: number;
  /** Packets that a client may send ahead of its CONNACK. */
  readonly queueLimit: number;
  /** QoS 0 messages of one connection that the handler may hold at once; more wait in the socket. */
  readonly handling: number;
  /** Messages kept for one device that is away; the oldest makes room. */
  readonly offlineMessages: number;
  /** Bytes of payload kept for one device that is away. */
  readonly offlineBytes: number;
  /** Publishes that may wait for one device. */
  readonly publishQueue: number;
  /** Log-in attempts from one address: how many at once, and how many more each second. */
  readonly attemptsPerAddress: { readonly burst: number; readonly perSecond: number };
  /** Failed log-ins from one address. */
  readonly failuresPerAddress: { readonly burst: number; readonly perSecond: number };
  /** Failed log-ins for one account. */
  readonly failuresPerAccount: { readonly burst: number; readonly perSecond: number };
}

export const defaultLimits: BrokerLimits = {
  connections: 20_000,
  connectionsPerAddress: 12_000,
  pending: 4_000,
  connectMs: 5_000,
  connectBytes: 4_096,
  packetBytes: 256 * 1_024,
  subscribeBytes: 4_096,
  subscriptions: 8,
  refusalsPerConnection: 64,
  hookMs: 3_000,
  drainMs: 3_000,
  queueLimit: 42,
  handling: 64,
  offlineMessages: 200,
  offlineBytes: 1_024 * 1_024,
  publishQueue: 1_000,
  attemptsPerAddress: { burst: 12_000, perSecond: 1_000 },
  failuresPerAddress: { burst: 20, perSecond: 1 },
  failuresPerAccount: { burst: 5, perSecond: 0.1 },
};

/** What one of the benched brokers does when told. */
export type ServerOrders = {
  readonly start: (where: { readonly dataDirectory: string }) => Promise<{ readonly port: number }>;
  /** Messages from clients that have been dealt with so far. */
  readonly taken: () => number;
  readonly memory: () => Promise<MemoryUse>;
  /** Finishes what has begun and closes the store; the process stays. */
  readonly stop: () => Promise<void>;
};

/** Bytes, after a full collection. */
export interface MemoryUse {
  readonly rss: number;
  readonly heap: number;
}

/** What the load generator does when told. */
export type LoadOrders = {
  /** Logs devices in, as real ones do: last will, subscriptions. */
  readonly connect: (to: ConnectOrder) => Promise<void>;
  readonly disconnect: () => Promise<void>;
  /** Publishes beats for so long, and resolves when the broker has answered behind the last one. */
  readonly beats: (order: {
    readonly milliseconds: number;
  }) => Promise<{ readonly sent: number; readonly bytes: number }>;
  /** Signs batches ahead of time, so that signing is not what is measured. */
  readonly prepare: (order: PrepareOrder) => Promise<{ readonly bytes: number }>;
  readonly records: (order: RecordsOrder) => Promise<RecordsSent>;
};

export interface ConnectOrder {
  readonly port: number;
  /** JSON list of `BenchDevice`. */
  readonly devices: string;
  readonly from: number;
  readonly count: number;
}

export interface PrepareOrder {
  readonly boot: string;
  /** First instant that a record speaks of, milliseconds. */
  readonly at: number;
  readonly recordsPerBatch: number;
  readonly batchesPerDevice: number;
}

export interface RecordsOrder {
  readonly batchesPerDevice: number;
  /** Besides the PUBACK, wait for the gateway's own high-water mark before the next batch. */
  readonly awaitHighWater: boolean;
}

export interface RecordsSent {
  readonly milliseconds: number;
  readonly messages: number;
  /** Sum over the devices of the highest record acknowledged by an `ack`; 0 where none is awaited. */
  readonly acknowledged: number;
}

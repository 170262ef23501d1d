import type { Duplex } from 'node:stream';

/** The way to the gateway; a simulated link can be cut beneath it. */
export interface Network {
  /** A new byte stream to the broker, not yet connected; errors and `close` come as stream events. */
  openBroker(): Duplex;
  /** HTTP against the gateway: `path` begins with `/`. Rejects where there is no link. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

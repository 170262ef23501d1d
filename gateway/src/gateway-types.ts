import type { Logger } from 'pino';
import type { PasswordHasher } from './accounts/index.js';

/** Time as the gateway has it; a simulated world steers it. */
export interface GatewayClock {
  /** Milliseconds since the epoch. */
  now(): number;
  after(milliseconds: number, call: () => void): () => void;
}

export interface GatewayDeps {
  readonly clock: GatewayClock;
  /** The time of those who log in, milliseconds since 1970, where the clock is not theirs: sessions, links and codes go by it. */
  readonly peopleNow?: () => number;
  readonly log: Logger;
  /** node-cron looks every real minute what is due; where time is steered, whoever steers it calls `runJobs`. */
  readonly jobs?: 'by-cron' | 'by-caller';
  /** Computes password hashes; argon2id where it is not given. */
  readonly hasher?: PasswordHasher;
  /** Told of every route of the API. */
  readonly onRoute?: (method: string, url: string) => void;
  /** Where the built console lies; found beside the gateway where it is not given. */
  readonly consoleDirectory?: string;
}

/** Conservation counters: with nothing in flight, as many handled here as devices sent, and as many handled by devices as pushed here. */
export interface GatewayCounters {
  /** Messages from devices that have been dealt with, stored and (QoS 1) acknowledged, or refused. */
  readonly handled: number;
  /** Messages handed to the connection of a device. */
  readonly pushed: number;
}

export interface Gateway {
  readonly httpPort: number;
  readonly mqttPort: number;
  /** `http://host:port` of the console and the API. */
  readonly url: string;
  /** Bearer token of the local administrator, for calls that change something. */
  readonly token: string;
  /** One-time link that makes the first administrator, while there is no account. A secret: for the console alone, never for a log. */
  readonly firstLogin: string | undefined;
  counters(): GatewayCounters;
  /** Resolves when nothing waits: no commit, no publish, no assignment being made. */
  settled(): Promise<void>;
  /** Runs the jobs that are due by the clock and have not run (node-cron calls this by the real clock). */
  runJobs(): Promise<void>;
  /** Stops taking in, finishes what has begun, closes the store. */
  stop(): Promise<void>;
}

import type { Profile, PublicKey, RootKeys, SitePolicy } from '@xiaolaba/protocol';
import type { KeyPair } from '@xiaolaba/protocol/node';
import type { Activity, Clock, Network, Peripherals, Storage } from './ports/index.js';
import type { FileWay } from './profiles/profiles.js';

/** What a device knows of itself; put there when it was enrolled. */
export interface DeviceIdentity {
  readonly device: string;
  readonly profile: Profile;
  /** Its place as an approver signs audiences: `site/…`, `route/…`, `fleet/…`. */
  readonly place: string;
  /** MQTT password, base64url of 256 random bits. */
  readonly secret: string;
  /** Signs its records. */
  readonly keys: KeyPair;
  /** Who signs the key list that says whose releases it plays. Never told by the gateway. */
  readonly root?: RootKeys;
  /** Without root keys: whose releases it plays, for good. Empty with them. */
  readonly approvers: readonly PublicKey[];
  /** Whose assignments it takes. */
  readonly gateway: PublicKey;
}

/** What the owner of the place allows at most; an assignment can only be stricter. */
export interface LocalLimits {
  readonly quietHours?: SitePolicy['quietHours'];
  readonly volumeCap?: number;
}

export interface AgentSettings {
  readonly identity: DeviceIdentity;
  readonly firmware: string;
  readonly sign?: { readonly columns: number; readonly rows: number; readonly charset: 'gb2312' | 'gbk' | 'unicode' };
  readonly limits: LocalLimits;
  /** Seconds between beats: 60 on mains, 300 on a battery. */
  readonly beatSeconds: number;
  /** Bytes that the blob cache may take. */
  readonly cacheBytes: number;
  /** How files come; as the profile has it unless it is said. */
  readonly files?: FileWay;
  /** For jitter and boot ids. */
  readonly random: () => number;
}

export interface AgentPorts {
  readonly clock: Clock;
  readonly activity: Activity;
  readonly storage: Storage;
  readonly network: Network;
  readonly peripherals: Peripherals;
  readonly log: AgentLog;
}

export interface AgentLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface Agent {
  /** Begins (or goes on) from what storage holds; resolves when the player runs, link or no link. */
  start(): Promise<void>;
  /** Ends cleanly: closes the play in flight, reports what it can. */
  stop(): Promise<void>;
  /** Like pulling the plug: nothing is written or sent any more. */
  cut(): void;
  readonly counters: AgentCounters;
  /** `undefined` before it has started. */
  readonly vitals: Vitals | undefined;
}

/** Signs of life, for a watchdog. */
export interface Vitals {
  /** Since a regular beat last came round and storage answered, monotonic milliseconds. */
  readonly sinceBeatMs: number;
  /** By how much the player's next step, or the end of what is on, is overdue, milliseconds. */
  readonly playerLateMs: number;
}

/** Conservation counters: a world with none in flight has as many handled by the gateway as sent here, and the reverse. */
export interface AgentCounters {
  /** Messages handed to an open broker connection. */
  readonly sent: number;
  /** Messages from the gateway that have been dealt with, whether accepted or refused. */
  readonly handled: number;
}

import type { AgentLog } from '../agent-types.js';
import type { Clock, Lock, PositionSource, SignOutput, SoundOutput } from '../ports/index.js';

/**
 * The cable to a module: a serial port, a TCP connection, a pseudo-terminal, or memory. It may come and go; whoever
 * makes it plugs it in again behind the driver's back.
 */
export interface ByteLine {
  readonly isUp: boolean;
  /** What comes in, in whatever pieces. */
  onData(call: (bytes: Uint8Array) => void): void;
  /** It is plugged in again, or gone. Several may listen. */
  onState(call: (isUp: boolean) => void): void;
  /** Resolves when the bytes have been handed to the line. @throws XiaolabaError (world) `line-down` */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** One word for what is wrong with a module. */
export type HealthReason =
  /** The cable is out, or the port can't be opened. */
  | 'unplugged'
  /** The cable is in, and nothing answers in time. */
  | 'no-answer'
  /** Something answers that is no module of this kind, or of a generation that isn't supported. */
  | 'wrong-module'
  /** The module's own card or disk is out. */
  | 'no-card'
  /** The module says that it has failed. */
  | 'fault'
  /** It has just been switched on. */
  | 'starting';

/** `undefined`: it works. */
export type Health = HealthReason | undefined;

/**
 * What a module answered when it was asked for everything it can tell. `code` is a message of the command
 * `device check`; `details` go into it.
 */
export interface Finding {
  readonly ok: boolean;
  readonly code: FindingCode;
  readonly details?: Readonly<Record<string, string | number>>;
}

export type FindingCode =
  /** details: `module` */
  | 'answers'
  | 'unplugged'
  | 'no-answer'
  /** details: `got` (hex of the first bytes) */
  | 'wrong-module'
  | 'card-present'
  | 'no-card'
  /** details: `count` */
  | 'files'
  /** details: `value`, `of` */
  | 'volume'
  | 'idle'
  | 'busy'
  /** details: `text` */
  | 'version'
  /** details: `seconds` by which the module's clock is off */
  | 'clock'
  /** details: `value`, `of` */
  | 'brightness'
  /** details: `satellites` */
  | 'fix'
  | 'no-fix'
  /** details: `value`, `unit` */
  | 'reading'
  /** details: `percent` */
  | 'battery'
  /** details: `percent` */
  | 'signal'
  /** It takes orders but has no way of answering: whether it works must be seen or heard. details: `module` */
  | 'mute-module';

/** A module under our command. It begins to bring it up when it is made, by itself, again and again if need be. */
export interface ModuleDriver {
  readonly health: Health;
  /** Calls at every change. */
  onHealth(call: (health: Health) => void): void;
  /** Asks everything that the module can tell without disturbing what it does. Never rejects; takes seconds at most. */
  probe(): Promise<readonly Finding[]>;
  /** Leaves the module silent or dark, as far as it can be reached, and closes the line. */
  close(): Promise<void>;
}

export interface SoundDriver extends ModuleDriver {
  readonly sound: SoundOutput;
}
export interface SignDriver extends ModuleDriver {
  readonly sign: SignOutput;
  /** What is to be seen now as far as the driver knows, and since when it is confirmed by the module (wall clock). */
  readonly showing: { readonly text: string; readonly confirmedAt: number | undefined } | undefined;
}
export interface PositionDriver extends ModuleDriver {
  readonly position: PositionSource;
}
export interface LockDriver extends ModuleDriver {
  readonly lock: Lock;
}

/** What every driver gets besides its own options. Time only ever comes from this clock. */
export interface DriverParts {
  readonly line: ByteLine;
  readonly clock: Clock;
  readonly log: AgentLog;
}

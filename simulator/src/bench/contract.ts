/**
 * What the bench tells its page, and takes from it. `GET /api/state` answers a BenchState; `GET /api/events` is a
 * stream of server-sent events: `state` (BenchState, after every change, at most ten a second), `level` (LevelReading,
 * ten a second while there is a sensor), `frame` (SerialFrame), `record` (SeenRecord), `note` (BenchNote).
 * Orders are POSTs with a JSON body (BenchOrder) to `/api/order`; 204, or 4xx with `{ code, message }`.
 * `GET /audio/<sha256>` answers the file of an item.
 */

import type { SignScene } from '../peripherals/modules/module-twin.js';
import type { Beat, ClockState, PanelState, Position, Profile } from './contract-types.js';

export type { Beat, ClockState, PanelState, Position, Profile, SignScene };

export type PartId = 'sound' | 'sign' | 'board' | 'position' | 'lock' | 'terminal';

/** One module at the end of its cable. */
export interface BenchModule {
  readonly part: PartId;
  /** `dfplayer`, `onbon-bx5k`, `firmata`, `alsa` …; what else could be wired there. */
  readonly kind: string;
  readonly kinds: readonly string[];
  /** Where it is: `simulated`, `/dev/ttyUSB0`, `tcp://…`. */
  readonly port: string;
  readonly plugged: boolean;
  /** What its driver says: `null` where it works. */
  readonly health: string | null;
}

export interface BenchSound {
  readonly item: string;
  readonly title: string;
  readonly dialect: string;
  readonly words: string | null;
  readonly sha256: string;
  /** Wall clock of the bench, milliseconds. */
  readonly since: number;
  readonly durationMs: number;
  /** Per cent of full scale, as the device set it. */
  readonly volume: number;
  /** Loudness of the file, LUFS; and its envelope, 0 to 1, in equal steps. */
  readonly lufs: number | null;
  readonly envelope: readonly number[];
}

/** One item of the bench's release that can be played at a touch. */
export interface BenchItem {
  readonly id: string;
  readonly title: string;
  readonly output: 'audio' | 'text';
  readonly dialect: string | null;
  readonly text: string | null;
  readonly words: string | null;
  readonly sha256: string | null;
  readonly durationMs: number | null;
}

export const benchFaults = [
  'unplug-sound',
  'unplug-sign',
  'unplug-board',
  'unplug-position',
  'kill-amplifier',
  'mute-microphone',
  'drop-link',
  'jump-clock',
  'corrupt-flash',
  'fill-disk',
  'cut-power',
  'open-case',
  'village-microphone',
  'quiet-hours',
] as const;
export type BenchFault = (typeof benchFaults)[number];

/** A device as the gateway sees it. */
export interface SeenDevice {
  readonly id: string;
  /** Simulated on this machine, or real and on the network. */
  readonly real: boolean;
  readonly profile: Profile | null;
  readonly online: boolean;
  readonly lastBeatAt: number | null;
  readonly beat: Beat | null;
  /** Version of the assignment, how far it has come, and why it was refused. */
  readonly assignment: { readonly version: number; readonly stage: string; readonly reason: string | null } | null;
}

/** One record that the gateway has taken in, told as the ledger would. */
export interface SeenRecord {
  readonly device: string;
  readonly at: number;
  readonly kind: 'play' | 'boot' | 'active' | 'clock' | 'event';
  /** Of a play. */
  readonly item: string | null;
  readonly output: 'audio' | 'text' | null;
  readonly result: 'completed' | 'cut' | 'refused' | null;
  readonly cause: string | null;
  readonly evidence: 'claimed' | 'heard' | 'contradicted' | null;
  readonly playedMs: number | null;
  readonly expectedMs: number | null;
  /** Of an event: `test-button`, `tamper` …, and what it says. */
  readonly event: string | null;
  readonly detail: string | null;
}

export interface BenchState {
  readonly profile: Profile;
  readonly profiles: readonly Profile[];
  readonly device: string;
  readonly place: string;
  readonly firmware: string;
  readonly powered: boolean;
  /** The wall clock of the bench, and the device's own, when this was written. */
  readonly now: number;
  readonly deviceNow: number;
  readonly clock: ClockState;
  readonly modules: readonly BenchModule[];
  readonly items: readonly BenchItem[];
  readonly sign: SignScene | null;
  /** Where the device's full-screen page is, where the sign is a screen. */
  readonly screen: string | null;
  /** By how much the twins' monotonic clock is behind the bench's wall clock: `since` + this is wall clock. */
  readonly monotonicOffset: number;
  readonly sound: BenchSound | null;
  readonly amplifier: { readonly on: boolean; readonly awake: boolean; readonly alive: boolean } | null;
  /** Per cent of full scale above which the device doesn't go. */
  readonly volumeCap: number;
  /** Of a bike; `null` where there is none. */
  readonly lock: { readonly locked: boolean } | null;
  readonly led: PanelState;
  readonly storage: { readonly usedBytes: number; readonly freeBytes: number };
  /** Where a moving device is, and the stops of its line. */
  readonly route: {
    readonly position: Position | null;
    readonly site: string | null;
    readonly stops: readonly {
      readonly id: string;
      readonly name: string;
      readonly position: Position;
      readonly radius: number;
    }[];
    readonly line: readonly Position[];
  } | null;
  readonly faults: readonly { readonly id: BenchFault; readonly on: boolean }[];
  readonly stopped: boolean;
  readonly seen: readonly SeenDevice[];
  readonly records: readonly SeenRecord[];
  /** How a real device joins: where, with which code, and whose signature it shall trust (text of the key file). */
  readonly join: {
    readonly http: string;
    readonly mqtt: string;
    readonly device: string;
    readonly code: string;
    readonly approverKey: string;
  };
  /** Serial ports of this machine. */
  readonly ports: readonly string[];
}

export interface LevelReading {
  readonly at: number;
  readonly value: number | null;
  readonly heardAt: number;
  readonly unit: 'dB' | 'mA' | 'raw';
}

/** One frame that passed on a cable, decoded. */
export interface SerialFrame {
  readonly at: number;
  readonly part: PartId;
  readonly protocol: string;
  readonly direction: 'to-module' | 'to-host';
  readonly hex: string;
  /** The frame as the codec reads it; `null` with an `error` where it can't. */
  readonly frame: { readonly kind: string } | null;
  readonly error: string | null;
}

/** Something for the technician to read, by its code in the page's catalogue. */
export interface BenchNote {
  readonly at: number;
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>>;
}

export type BenchOrder =
  | { readonly kind: 'profile'; readonly profile: Profile }
  | { readonly kind: 'module'; readonly part: PartId; readonly module: string; readonly port: string }
  | { readonly kind: 'play'; readonly item: string }
  | { readonly kind: 'fault'; readonly fault: BenchFault; readonly on: boolean }
  | { readonly kind: 'press'; readonly button: 'test' | 'unlock' | 'lock' }
  | { readonly kind: 'identify' }
  | { readonly kind: 'stop'; readonly on: boolean }
  | { readonly kind: 'volume-cap'; readonly percent: number }
  /** Sends a moving device on its way to a stop, or off the map. */
  | { readonly kind: 'drive'; readonly stop: string };

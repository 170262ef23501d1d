import {
  type Agent,
  type AgentLog,
  createAgent,
  type DeviceIdentity,
  type LocalLimits,
  profileTraits,
} from '@xiaolaba/device';
import type { Position, Profile } from '@xiaolaba/protocol';
import { Acoustics, type AcousticsTraits } from './peripherals/acoustics.js';
import { type ContentPool, TwinFlash } from './peripherals/flash.js';
import { type NetworkParts, TwinNetwork } from './peripherals/network.js';
import { TwinLed, TwinLock, TwinPosition, TwinSwitch } from './peripherals/senses.js';
import { TwinSign } from './peripherals/sign.js';
import { type SoundNames, TwinSound } from './peripherals/sound.js';
import { PoweredClock, WallClock } from './time/device-clock.js';
import type { Flight, Flights } from './time/flights.js';
import type { WorldTime } from './time/world-time.js';
import { DeviceFacts } from './world/facts.js';
import { stream } from './world/random.js';

/** What of a content entry the twin is built from. */
export interface TwinEntry {
  readonly id: string;
  readonly profile: Profile;
  readonly place: string;
  readonly sign?: { readonly columns: number; readonly rows: number; readonly charset: 'gb2312' | 'gbk' | 'unicode' };
}

export interface TwinWorld {
  readonly time: WorldTime;
  readonly flights: Flights;
  readonly pool: ContentPool;
  readonly names: SoundNames;
  readonly network: NetworkParts;
  readonly seed: number;
  readonly log: AgentLog;
  /** An agent let something fall: in a rehearsal that is a defect. */
  readonly thrown: (device: string, name: string, error: unknown) => void;
  /** The device has done something: its counters may have changed. */
  readonly touched: (twin: TwinDevice) => void;
}

export const firmware = '0.1.0-twin';
/** A microphone beside a horn (dB), a current sensor in a bus amplifier (mA); a bike lock has neither. */
const acoustics: Readonly<Record<Profile, AcousticsTraits>> = {
  loudspeaker: { wakeMs: 800, sensor: { rest: [44, 2.5], sounding: [78, 2], heardAt: 60 } },
  'bus-screen': { wakeMs: 200, sensor: { rest: [18, 3], sounding: [420, 30], heardAt: 150 } },
  'booth-sign': {},
  'bike-lock': {},
};
const hasSign: ReadonlySet<Profile> = new Set(['bus-screen', 'booth-sign']);
const hasSound: ReadonlySet<Profile> = new Set(['loudspeaker', 'bus-screen', 'bike-lock']);

interface Powered {
  readonly agent: Agent;
  readonly clock: PoweredClock;
  readonly flight: Flight;
  readonly sound: TwinSound | undefined;
}

/** One endpoint: the real agent on twins of everything it is wired to. */
export class TwinDevice {
  readonly facts = new DeviceFacts();
  readonly wall: WallClock;
  readonly flash: TwinFlash;
  readonly network: TwinNetwork;
  readonly acoustics: Acoustics;
  readonly sign: TwinSign | undefined;
  readonly position = new TwinPosition();
  readonly lock = new TwinLock();
  readonly override = new TwinSwitch();
  readonly testButton = new TwinSwitch();
  readonly led = new TwinLed();
  #identity: DeviceIdentity | undefined;
  #powered: Powered | undefined;
  #limits: LocalLimits = {};
  #boots = 0;
  #sent = 0;
  #handled = 0;

  constructor(
    readonly entry: TwinEntry,
    private readonly world: TwinWorld,
  ) {
    const { time, pool, network, seed } = world;
    this.wall = new WallClock(time);
    this.flash = new TwinFlash(pool, time, this.facts);
    this.network = new TwinNetwork(network);
    this.acoustics = new Acoustics(acoustics[entry.profile], time, this.facts, stream(seed, entry.id, 'level'));
    this.sign = hasSign.has(entry.profile) ? new TwinSign(time, this.facts) : undefined;
  }

  get id(): string {
    return this.entry.id;
  }

  get powered(): boolean {
    return this.#powered !== undefined;
  }

  /** Messages handed to the broker over all boots. */
  get sent(): number {
    return this.#sent + (this.#powered?.agent.counters.sent ?? 0);
  }

  get handled(): number {
    return this.#handled + (this.#powered?.agent.counters.handled ?? 0);
  }

  /** What enrolment gave it; needed before the first power-on. */
  enrolled(identity: DeviceIdentity): void {
    this.#identity = identity;
  }

  /** What the owner of the place allows; takes effect with the next boot. */
  setLimits(limits: LocalLimits): void {
    this.#limits = limits;
  }

  get limits(): LocalLimits {
    return this.#limits;
  }

  powerOn(): void {
    const identity = this.#identity;
    if (this.#powered || !identity) return;
    const { time, flights, names, seed, log, thrown, touched } = this.world;
    this.facts.off.end(time.now());
    const flight = flights.open(this.id, () => touched(this));
    const clock = new PoweredClock(time, this.wall, flight, (name, error) => thrown(this.id, name, error));
    const { profile, sign } = this.entry;
    const sound = hasSound.has(profile) ? new TwinSound(time, flight, this.acoustics, names) : undefined;
    const random = stream(seed, this.id, 'agent', String(++this.#boots));
    const agent = createAgent(
      {
        identity,
        firmware,
        ...(sign ? { sign } : {}),
        limits: this.#limits,
        beatSeconds: profileTraits[profile].beatSeconds,
        cacheBytes: profileTraits[profile].cacheBytes,
        random: () => random.next(),
      },
      {
        clock,
        activity: clock,
        storage: this.flash,
        network: this.network,
        log,
        peripherals: {
          led: this.led,
          ...(sound ? { sound } : {}),
          ...(this.sign ? { sign: this.sign } : {}),
          ...(this.acoustics.relay ? { amplifier: this.acoustics.relay } : {}),
          ...(this.acoustics.sensor ? { level: this.acoustics.sensor } : {}),
          ...(profile === 'loudspeaker' ? { testButton: this.testButton, override: this.override } : {}),
          ...(this.moves ? { position: this.position } : {}),
          ...(profile === 'bike-lock' ? { lock: this.lock } : {}),
          close: async () => {},
        },
      },
    );
    this.#powered = { agent, clock, flight, sound };
    clock.run('boot', () => agent.start());
  }

  /** The plug is pulled: between two instants, so that nothing is in flight. `torn`: in the middle of a write. */
  powerOff(torn: boolean): void {
    const powered = this.#powered;
    if (!powered) return;
    this.#powered = undefined;
    this.facts.off.begin(this.world.time.now());
    this.network.cut();
    powered.agent.cut();
    powered.clock.off();
    powered.sound?.powerOff();
    this.acoustics.powerOff();
    this.sign?.powerOff();
    for (const part of [this.position, this.lock, this.override, this.testButton]) part.powerOff();
    this.#sent += powered.agent.counters.sent;
    this.#handled += powered.agent.counters.handled;
    this.world.flights.close(powered.flight);
    this.world.touched(this);
    if (torn) this.flash.tear();
    if (!this.facts.linkDown.isOpen) this.network.restore();
  }

  /** Power off and on again at once; the link comes back with it. */
  reboot(): void {
    this.powerOff(false);
    this.powerOn();
  }

  /** Ends the agent as its owner would, saying goodbye. */
  async shutDown(): Promise<void> {
    const powered = this.#powered;
    if (powered) await powered.agent.stop();
  }

  linkDown(): void {
    this.facts.linkDown.begin(this.world.time.now());
    this.network.cut();
  }

  linkUp(): void {
    this.facts.linkDown.end(this.world.time.now());
    this.network.restore();
  }

  fix(position: Position): void {
    this.position.fix(position);
  }

  get moves(): boolean {
    return !this.entry.place.startsWith('site/');
  }
}

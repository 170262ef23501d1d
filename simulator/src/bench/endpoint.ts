import {
  type Agent,
  type AgentLog,
  createAgent,
  type DeviceIdentity,
  type Peripherals,
  profileTraits,
} from '@xiaolaba/device';
import type { Profile } from '@xiaolaba/protocol';
import { BenchClock } from './bench-clock.js';
import type { BenchContent, SpokenItem } from './bench-content.js';
import { BenchNetwork } from './bench-network.js';
import { BenchStorage } from './bench-storage.js';
import type { BenchFault, BenchSound, PanelState, PartId, SerialFrame } from './contract.js';
import { Ears } from './ears.js';
import { Line } from './line.js';
import { type BenchPart, makePart } from './parts.js';
import type { Emitted, PartWiring } from './wiring.js';

export const benchFirmware = '0.1.0-bench';
/** Often, so that what the gateway sees follows what is seen on the bench. */
const beatSeconds = 10;
/** A clock that somebody set wrongly by this much, milliseconds. */
const jumpMs = 3 * 3_600_000;

export interface EndpointOptions {
  readonly identity: DeviceIdentity;
  readonly content: BenchContent;
  readonly wiring: readonly PartWiring[];
  /** A folder of its own. */
  readonly directory: string;
  readonly address: { readonly http: string; readonly mqtt: string };
  readonly changed: () => void;
  readonly frame: (frame: SerialFrame) => void;
  readonly log: AgentLog;
}

/** One endpoint on the bench: the real agent, on real drivers, at the end of whose cables are twins (or real modules). */
export class Endpoint {
  readonly clock: BenchClock;
  readonly storage: BenchStorage;
  readonly network: BenchNetwork;
  readonly ears: Ears;
  readonly line: Line | undefined;
  readonly #faults = new Set<BenchFault>();
  #parts: readonly BenchPart[] = [];
  #agent: Agent | undefined;
  #led: PanelState = 'off';
  #sound: BenchSound | undefined;
  #locked = true;

  constructor(private readonly options: EndpointOptions) {
    const { identity, directory, address, log } = options;
    this.clock = new BenchClock((name, error) => log.error({ name, error: String(error) }, 'unexpected error'));
    this.storage = new BenchStorage(directory);
    this.network = new BenchNetwork(address);
    const hasAmplifier = options.wiring.some(({ part }) => part === 'board');
    this.ears = new Ears(
      () => this.clock.monotonic(),
      () => hasAmplifier,
    );
    this.line = identity.profile === 'bus-screen' ? new Line(this.clock, options.changed) : undefined;
  }

  get profile(): Profile {
    return this.options.identity.profile;
  }

  get parts(): readonly BenchPart[] {
    return this.#parts;
  }

  get isPowered(): boolean {
    return this.#agent !== undefined;
  }

  get led(): PanelState {
    return this.isPowered ? this.#led : 'off';
  }

  get sound(): BenchSound | undefined {
    return this.#sound;
  }

  get isLocked(): boolean {
    return this.#locked;
  }

  has(fault: BenchFault): boolean {
    return this.#faults.has(fault);
  }

  async powerOn(): Promise<void> {
    if (this.#agent) return;
    const { identity, wiring, content, frame, changed, log } = this.options;
    this.#parts = await Promise.all(
      wiring.map((wired) =>
        makePart(wired, {
          clock: this.clock,
          log,
          content,
          ears: this.ears,
          line: this.line,
          frame: (part, direction, protocol, seen) => frame({ at: Date.now(), part, protocol, direction, ...seen }),
          changed,
          emits: (emitted) => this.#emits(emitted),
        }),
      ),
    );
    for (const part of this.#parts) part.driver?.onHealth(() => changed());
    const traits = profileTraits[identity.profile];
    const sign = this.#parts.find(({ part }) => part === 'sign')?.size;
    const agent = createAgent(
      {
        identity,
        firmware: benchFirmware,
        ...(sign ? { sign } : {}),
        limits: {},
        beatSeconds,
        cacheBytes: traits.cacheBytes,
        random: Math.random,
      },
      {
        clock: this.clock,
        activity: this.clock,
        storage: this.storage,
        network: this.network,
        peripherals: this.#peripherals(),
        log,
      },
    );
    this.#agent = agent;
    for (const fault of this.#faults) this.#apply(fault, true);
    for (const part of this.#parts) part.setPowered(true);
    await agent.start();
    changed();
  }

  /** Pulls the plug: of the device and of all that hangs on it. */
  async powerOff(): Promise<void> {
    const agent = this.#agent;
    if (!agent) return;
    this.#agent = undefined;
    agent.cut();
    for (const part of this.#parts) part.setPowered(false);
    this.ears.switch(false);
    this.#emits(undefined);
    await Promise.all(this.#parts.map((part) => part.close()));
    this.options.changed();
  }

  async setFault(fault: BenchFault, on: boolean): Promise<void> {
    if (on) this.#faults.add(fault);
    else this.#faults.delete(fault);
    if (fault === 'cut-power') await (on ? this.powerOff() : this.powerOn());
    else if (fault === 'corrupt-flash') {
      if (on) await this.storage.corrupt();
    } else this.#apply(fault, on);
    this.options.changed();
  }

  press(button: 'test' | 'unlock' | 'lock'): void {
    if (button === 'test') {
      this.#part('board')?.press?.('test');
      return;
    }
    this.#locked = button === 'lock';
    this.#part('lock')?.press?.(button);
    this.options.changed();
  }

  #apply(fault: BenchFault, on: boolean): void {
    const unplugged = /^unplug-(.*)$/.exec(fault)?.[1] as PartId | undefined;
    if (unplugged) this.#part(unplugged)?.setPlugged(!on);
    else if (fault === 'kill-amplifier') this.ears.isAlive = !on;
    else if (fault === 'mute-microphone') this.ears.isMuted = on;
    else if (fault === 'drop-link') this.network.setUp(!on);
    else if (fault === 'jump-clock') this.clock.offsetMs = on ? jumpMs : 0;
    else if (fault === 'fill-disk') this.storage.isFull = on;
    else if (fault === 'open-case') this.#part('board')?.press?.(on ? 'case-open' : 'case-closed');
    else if (fault === 'village-microphone') {
      this.ears.isOverridden = on;
      this.#part('board')?.press?.(on ? 'override-on' : 'override-off');
    }
  }

  #part(id: PartId): BenchPart | undefined {
    return this.#parts.find(({ part }) => part === id);
  }

  #peripherals(): Peripherals {
    const wired: Peripherals = Object.assign({}, ...this.#parts.map(({ peripherals }) => peripherals));
    const led = wired.led;
    return {
      ...wired,
      led: {
        show: (state) => {
          this.#led = state;
          led?.show(state);
          this.options.changed();
        },
      },
      health: {
        onChange: (call) => {
          for (const { part, driver } of this.#parts) {
            const tell = (): void => call(part, driver?.health === 'starting' ? undefined : driver?.health);
            if (driver?.health) tell();
            driver?.onHealth(tell);
          }
        },
      },
      close: async () => {
        await Promise.all(this.#parts.map((part) => part.close()));
      },
    };
  }

  #emits(emitted: Emitted | undefined): void {
    this.ears.emission = emitted;
    this.#sound = emitted?.item && soundOf(emitted, emitted.item, Date.now() - this.clock.monotonic());
    this.options.changed();
  }
}

const soundOf = (emitted: Emitted, item: SpokenItem, offset: number): BenchSound => ({
  item: item.id,
  title: item.title,
  dialect: item.dialect,
  words: emitted.words ?? item.words,
  sha256: item.rendition.sha256,
  since: Math.round(emitted.since + offset),
  durationMs: emitted.durationMs,
  volume: Math.round(emitted.volume * 100),
  lufs: item.lufs,
  envelope: emitted.envelope,
});

import type { Position } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import { createAgent } from '../agent.js';
import type { Agent, AgentLog, AgentSettings, DeviceIdentity } from '../agent-types.js';
import type { AmplifierRelay, LevelSensor, Peripherals, Sound, SoundEnd, Storage, Switch } from '../ports/index.js';
import type { TestGateway } from './test-gateway.js';
import { TestStorage } from './test-storage.js';
import type { TestWorld } from './test-world.js';

export interface Heard {
  readonly at: number;
  readonly sha256: string;
  readonly fromMs: number;
  readonly volume: number;
  readonly bytes: number;
}

class TestSwitch implements Switch {
  #call: (pressed: boolean) => void = () => {};
  onChange(call: (pressed: boolean) => void): void {
    this.#call = call;
  }
  set(pressed: boolean): void {
    this.#call(pressed);
  }
}

/** An endpoint with everything wired, whose parts can be watched and broken. */
export class TestDevice {
  readonly storage = new TestStorage();
  /** What the agent gets for its storage. */
  medium: Storage = this.storage;
  readonly heard: Heard[] = [];
  readonly shown: { at: number; text: string | undefined }[] = [];
  readonly relay: { at: number; on: boolean }[] = [];
  readonly leds: string[] = [];
  readonly override = new TestSwitch();
  readonly testButton = new TestSwitch();
  soundFails: 'bad-file' | 'output' | 'not-held' | undefined;
  signFails = false;
  level: number | undefined = 70;
  #fix: (position: Position) => void = () => {};
  #lock: (event: 'unlock' | 'lock') => void = () => {};
  agent: Agent | undefined;

  constructor(
    readonly world: TestWorld,
    readonly gateway: TestGateway,
    readonly identity: DeviceIdentity,
    readonly settings: Partial<AgentSettings> = {},
  ) {
    gateway.deviceKeys = identity.keys;
  }

  async start(): Promise<Agent> {
    const { world, gateway, identity, medium: storage } = this;
    const log: AgentLog = { debug() {}, info() {}, warn() {}, error() {} };
    const agent = createAgent(
      {
        identity,
        firmware: '0.1.0',
        limits: {},
        beatSeconds: 60,
        cacheBytes: 1 << 24,
        random: () => 0.5,
        ...this.settings,
      },
      { clock: world, activity: world, storage, network: gateway, peripherals: this.#peripherals(), log },
    );
    const before = { sent: gateway.counters.sent, received: gateway.counters.received };
    this.agent = agent;
    world.conserved = () =>
      !gateway.online ||
      (gateway.counters.received - before.received >= agent.counters.sent &&
        agent.counters.handled >= gateway.counters.sent - before.sent);
    world.run('start', () => agent.start());
    await world.settle();
    return agent;
  }

  fix(position: Position): void {
    this.#fix(position);
  }

  lock(event: 'unlock' | 'lock'): void {
    this.#lock(event);
  }

  #peripherals(): Peripherals {
    const level: LevelSensor = { heardAt: 50, read: () => this.level };
    const amplifier: AmplifierRelay = {
      wakeMs: 2_000,
      set: async (on) => void this.relay.push({ at: this.world.now(), on }),
    };
    return {
      sound: { play: (sound, signal) => this.#play(sound, signal) },
      sign: {
        show: async (text) => {
          if (this.signFails) throw new Error('no answer');
          this.shown.push({ at: this.world.now(), text });
        },
        clear: async () => void this.shown.push({ at: this.world.now(), text: undefined }),
      },
      amplifier,
      level,
      led: { show: (state) => void this.leds.push(state) },
      testButton: this.testButton,
      override: this.override,
      position: {
        current: () => undefined,
        onFix: (call) => {
          this.#fix = call;
        },
      },
      lock: {
        onEvent: (call) => {
          this.#lock = call;
        },
      },
      close: async () => {},
    };
  }

  async #play(sound: Sound, signal: AbortSignal): Promise<SoundEnd> {
    if (this.soundFails) return { playedMs: 0, ended: 'failed', reason: this.soundFails };
    const { sha256: name, fromMs, volume, bytes } = sound;
    if (sha256(bytes) !== name) throw new Error('a file was taken that is not what was announced');
    this.heard.push({ at: this.world.now(), sha256: name, fromMs, volume, bytes: bytes.length });
    const from = this.world.monotonic();
    await this.world.sleep(sound.durationMs - sound.fromMs, signal);
    return { playedMs: this.world.monotonic() - from, ended: signal.aborted ? 'aborted' : 'finished' };
  }
}

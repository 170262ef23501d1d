import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type Agent,
  type AgentLog,
  createAgent,
  type DeviceIdentity,
  enrol,
  enrolRequest,
  identityFrom,
  type Network,
  type Peripherals,
  profileTraits,
  type Sound,
  type SoundEnd,
  type Storage,
} from '@xiaolaba/device';
import { type EnrolRequest, type Position, type Profile, profileOutputs } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import type { HarnessGateway } from '../harness/harness-gateway.js';
import { TwinLock, TwinPosition } from '../peripherals/senses.js';
import { CaughtActivity, type StoppableClock } from './clocks.js';
import { MemoryStorage } from './memory-storage.js';
import { MqttTap, type TapRules } from './mqtt-tap.js';

export const firmware = '0.1.0-conformance';
/** Beats are this much closer together than on the street, so that a run needn't wait for them. Seconds. */
export const simulatedBeatSeconds = 10;

const silentLog: AgentLog = { debug() {}, info() {}, warn() {}, error() {} };
const sign = { columns: 192, rows: 16, charset: 'gb2312' } as const;

/** What is held against the checklist. */
export interface Subject {
  readonly device: string;
  readonly profile: Profile;
  readonly place: string;
  /** Seconds between its beats. */
  readonly beatSeconds: number;
  /** What only a simulated one lets be done to it. */
  readonly simulated?: SimulatedEndpoint;
}

type FetchFrom = Network['fetch'];

/** Where somebody may step between our own code and what it is wired to. */
export interface EndpointHooks {
  identity?(identity: DeviceIdentity, harness: HarnessGateway): DeviceIdentity;
  enrolled?(fetchFrom: FetchFrom, request: EnrolRequest): Promise<void>;
  beatSeconds?(usual: number): number;
  storage?(storage: Storage): Storage;
  peripherals?(parts: Peripherals, options: EndpointOptions): Peripherals;
  /** For each connection anew. */
  tap?(endpoint: SimulatedEndpoint, options: EndpointOptions): TapRules;
  fetch?(path: string, init: RequestInit | undefined, next: FetchFrom, harness: HarnessGateway): Promise<Response>;
  attach?(endpoint: SimulatedEndpoint, options: EndpointOptions): void;
}

export interface EndpointOptions {
  readonly harness: HarnessGateway;
  readonly clock: StoppableClock;
  readonly device: string;
  readonly profile: Profile;
  readonly place: string;
  /** What stands between our own code and the world, where something is to go wrong. */
  readonly defect?: EndpointHooks;
}

/** Our own device code on simple parts in memory, on a real connection to a harness. */
export class SimulatedEndpoint implements Subject {
  readonly device: string;
  readonly profile: Profile;
  readonly place: string;
  readonly beatSeconds: number;
  readonly activity = new CaughtActivity();
  readonly shown: string[] = [];
  readonly #storage: Storage;
  readonly #sockets = new Set<Duplex>();
  readonly #requests = new Set<AbortController>();
  #lock = new TwinLock();
  #position = new TwinPosition();
  #identity: DeviceIdentity | undefined;
  #agent: Agent | undefined;

  constructor(private readonly options: EndpointOptions) {
    const { device, profile, place, defect } = options;
    this.device = device;
    this.profile = profile;
    this.place = place;
    this.beatSeconds = simulatedBeatSeconds;
    const storage = new MemoryStorage();
    this.#storage = defect?.storage?.(storage) ?? storage;
    defect?.attach?.(this, options);
  }

  get simulated(): SimulatedEndpoint {
    return this;
  }

  get storage(): Storage {
    return this.#storage;
  }

  get keys(): KeyPair | undefined {
    return this.#identity?.keys;
  }

  /** Enrols with a claim code over HTTP, as a device is set up in the workshop. */
  async enrol(code: string): Promise<void> {
    const { harness, defect } = this.options;
    const keys = generateKeyPair();
    const fetchFrom = (path: string, init?: RequestInit): Promise<Response> => fetch(`${harness.http}${path}`, init);
    const request = enrolRequest(this.device, code, keys);
    const answer = await enrol(fetchFrom, request);
    await defect?.enrolled?.(fetchFrom, request);
    const identity = identityFrom(answer, this.profile, keys, [harness.approver.publicKey]);
    this.#identity = defect?.identity?.(identity, harness) ?? identity;
  }

  async powerOn(): Promise<void> {
    const identity = this.#identity;
    if (!identity || this.#agent) return;
    const { clock, defect } = this.options;
    const { beatSeconds, profile } = this;
    const agent = createAgent(
      {
        identity,
        firmware,
        ...(profileOutputs[profile].includes('text') ? { sign } : {}),
        limits: {},
        beatSeconds: defect?.beatSeconds?.(beatSeconds) ?? beatSeconds,
        cacheBytes: profileTraits[profile].cacheBytes,
        random: Math.random,
      },
      {
        clock,
        activity: this.activity,
        storage: this.#storage,
        network: this.#network(),
        peripherals: this.#peripherals(),
        log: silentLog,
      },
    );
    this.#agent = agent;
    await agent.start();
  }

  /** The plug is pulled, and put in again. */
  async powerCycle(): Promise<void> {
    this.powerOff();
    await this.powerOn();
  }

  powerOff(): void {
    this.#agent?.cut();
    this.#agent = undefined;
    for (const socket of this.#sockets) socket.destroy();
    for (const request of this.#requests) request.abort();
  }

  unlock(): void {
    this.#lock.handle('unlock');
  }

  fix(position: Position): void {
    this.#position.fix(position);
  }

  #network(): Network {
    const { harness, defect } = this.options;
    const { hostname: host, port } = new URL(harness.mqtt);
    const address = { host, port: Number(port) };
    const reach = async (path: string, init?: RequestInit): Promise<Response> => {
      const abort = new AbortController();
      this.#requests.add(abort);
      const signals = [abort.signal, ...(init?.signal ? [init.signal] : [])];
      return await fetch(`${harness.http}${path}`, { ...init, signal: AbortSignal.any(signals) });
    };
    return {
      openBroker: () => {
        const rules = defect?.tap?.(this, this.options);
        const socket: Duplex = rules
          ? new MqttTap(address, this.device, rules)
          : (connect({ ...address, noDelay: true }) satisfies Socket);
        this.#sockets.add(socket);
        socket.once('close', () => this.#sockets.delete(socket));
        return socket;
      },
      fetch: (path, init) => (defect?.fetch ? defect.fetch(path, init, reach, harness) : reach(path, init)),
    };
  }

  #peripherals(): Peripherals {
    const { profile } = this;
    const { defect } = this.options;
    const outputs = profileOutputs[profile];
    this.#lock = new TwinLock();
    this.#position = new TwinPosition();
    let sounding = false;
    const play = async (sound: Sound, signal: AbortSignal): Promise<SoundEnd> => {
      sounding = true;
      try {
        return await this.#play(sound, signal);
      } finally {
        sounding = false;
      }
    };
    const parts: Peripherals = {
      ...(outputs.includes('audio')
        ? { sound: { play }, level: { heardAt: 50, read: () => (sounding ? 70 : 40) } }
        : {}),
      ...(outputs.includes('text')
        ? { sign: { show: async (text) => void this.shown.push(text), clear: async () => {} } }
        : {}),
      ...(profile === 'bike-lock' ? { lock: this.#lock } : {}),
      ...(profile === 'bike-lock' || profile === 'bus-screen' ? { position: this.#position } : {}),
      close: async () => {},
    };
    return defect?.peripherals?.(parts, this.options) ?? parts;
  }

  async #play(sound: Sound, signal: AbortSignal): Promise<SoundEnd> {
    const { clock } = this.options;
    const from = clock.monotonic();
    await clock.sleep(sound.durationMs - sound.fromMs, signal);
    const playedMs = Math.min(clock.monotonic() - from, sound.durationMs - sound.fromMs);
    return { playedMs, ended: signal.aborted ? 'aborted' : 'finished' };
  }
}

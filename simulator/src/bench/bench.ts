import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentLog } from '@xiaolaba/device';
import { serialPorts } from '@xiaolaba/device/adapters';
import {
  type Assignment,
  type ClockState,
  callerError,
  clockOf,
  defaultPolicy,
  minutesOf,
  type Profile,
  profiles,
  toBase64,
} from '@xiaolaba/protocol';
import type { HarnessEvent } from '../harness/harness-events.js';
import { HarnessGateway } from '../harness/harness-gateway.js';
import { type BenchContent, benchContent } from './bench-content.js';
import { benchZone, playRelease, standingRelease } from './bench-releases.js';
import {
  type BenchFault,
  type BenchItem,
  type BenchOrder,
  type BenchState,
  benchFaults,
  type LevelReading,
  type SeenRecord,
  type SerialFrame,
} from './contract.js';
import { benchFirmware, Endpoint } from './endpoint.js';

import { Seen } from './seen.js';
import { kindsOf, type PartWiring, usualWiring } from './wiring.js';

export interface BenchOptions {
  readonly profile: Profile;
  /** Where voiced files are kept from one time to the next. */
  readonly cacheDirectory: string;
  /** Address on which real devices may join. */
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly log: AgentLog;
}

export type BenchEvent =
  | { readonly kind: 'state' }
  | { readonly kind: 'level'; readonly body: LevelReading }
  | { readonly kind: 'frame'; readonly body: SerialFrame }
  | { readonly kind: 'record'; readonly body: SeenRecord };

const device = 'bench-01';
const realDevice = 'bench-real-01';
const places: Readonly<Record<Profile, string>> = {
  loudspeaker: 'site/bench-village',
  'bus-screen': 'route/bench-line',
  'bike-lock': 'fleet/bench-bikes',
  'booth-sign': 'site/bench-booth',
};
/** What the page calls these places. */
const placeNames: Readonly<Record<Profile, string>> = {
  loudspeaker: '示例村广场',
  'bus-screen': '示例 1 路公交',
  'bike-lock': '示例共享单车',
  'booth-sign': '示例反诈宣传亭',
};
/** How often the meter is read, milliseconds. */
const levelMs = 100;
const lastReleases = 2;

/** One simulated endpoint, the gateway that it talks to, and a real device beside it if one joins. */
export class Bench {
  readonly #seen = new Seen((id) => id !== device);
  readonly #listeners = new Set<(event: BenchEvent) => void>();
  #endpoint: Endpoint | undefined;
  #content: BenchContent = { spoken: [], texts: [] };
  #wiring: readonly PartWiring[] = [];
  #profile: Profile;
  #standing: Assignment['releases'] = [];
  #played: Assignment['releases'] = [];
  #turn = 0;
  #volumeCap = 100;
  #quiet = false;
  #stopVersion = 0;
  #stopped = false;
  #code = '';
  #meter: NodeJS.Timeout | undefined;
  #ports: readonly string[] = [];
  #used = 0;
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: BenchOptions,
    private readonly gateway: HarnessGateway,
    private readonly directory: string,
  ) {
    this.#profile = options.profile;
  }

  /** @throws XiaolabaError of the library; `EADDRINUSE` where a port is taken */
  static async start(options: BenchOptions): Promise<Bench> {
    const { host, httpPort, mqttPort } = options;
    const gateway = await HarnessGateway.start({ host, httpPort, mqttPort, now: Date.now });
    const directory = await mkdtemp(join(tmpdir(), 'xiaolaba-bench-'));
    const bench = new Bench(options, gateway, directory);
    gateway.onEvent((event) => bench.#saw(event));
    try {
      await bench.#furnish(options.profile, usualWiring(options.profile));
    } catch (error) {
      await bench.stop();
      throw error;
    }
    bench.#meter = setInterval(() => bench.#read(), levelMs);
    return bench;
  }

  onEvent(call: (event: BenchEvent) => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /** The file of an item. */
  audio(sha256: string): { readonly bytes: Uint8Array; readonly format: string } | undefined {
    const item = this.#content.spoken.find(({ rendition }) => rendition.sha256 === sha256);
    return item && { bytes: item.content, format: item.rendition.format };
  }

  async stop(): Promise<void> {
    clearInterval(this.#meter);
    await this.#busy;
    await this.#clear();
    await this.gateway.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /**
   * Does what the technician says; one order after the other.
   * @throws XiaolabaError (caller) `order-unknown-item`, `order-unknown-stop`, `order-unknown-module`
   */
  order(order: BenchOrder): Promise<void> {
    const result = this.#busy.then(() => this.#obey(order));
    this.#busy = result.catch(() => {});
    return result;
  }

  async #obey(order: BenchOrder): Promise<void> {
    const endpoint = this.#endpoint;
    switch (order.kind) {
      case 'profile':
        return await this.#furnish(order.profile, usualWiring(order.profile));
      case 'module':
        return await this.#rewire(order.part, order.module, order.port);
      case 'play':
        return await this.#play(order.item);
      case 'fault':
        return await this.#fault(order.fault, order.on);
      case 'press':
        return endpoint?.press(order.button);
      case 'identify':
        return await this.#toAll((id) =>
          this.gateway.command(id, { v: 1, kind: 'identify', id: `bench-${Date.now()}` }),
        );
      case 'stop':
        return await this.#stop(order.on);
      case 'volume-cap':
        this.#volumeCap = order.percent;
        return await this.#assign();
      case 'drive':
        if (!endpoint?.line?.driveTo(order.stop)) throw callerError('order-unknown-stop', `no stop ${order.stop}`, {});
    }
  }

  /** A new endpoint with nothing held from the one before. */
  async #furnish(profile: Profile, wiring: readonly PartWiring[]): Promise<void> {
    await this.#clear();
    this.#profile = profile;
    this.#wiring = wiring;
    this.#content = await benchContent(profile, this.options.cacheDirectory);
    this.#volumeCap = 100;
    this.#quiet = false;
    this.#stopped = false;
    this.#played = [];
    for (const { content } of this.#content.spoken) this.gateway.addBlob(content);
    for (const { film } of this.#content.texts) if (film) this.gateway.addBlob(film.content);
    const standing = standingRelease(this.#content, { profile, place: places[profile] }, Date.now());
    this.#standing = standing ? [await this.gateway.addRelease(standing)] : [];
    this.#code = this.gateway.claim(realDevice, profile, places[profile]);
    this.#ports = await serialPorts();
    await this.#switchOn();
    await this.#assign();
  }

  async #switchOn(): Promise<void> {
    const directory = join(this.directory, randomBytes(6).toString('hex'));
    await mkdir(directory);
    const { http, mqtt } = this.gateway;
    this.#endpoint = new Endpoint({
      identity: this.gateway.identityOf(device, this.#profile, places[this.#profile]),
      content: this.#content,
      wiring: this.#wiring,
      directory,
      address: { http, mqtt },
      log: this.options.log,
      changed: () => this.#changed(),
      frame: (body) => this.#tell({ kind: 'frame', body }),
    });
    await this.#endpoint.powerOn();
  }

  async #clear(): Promise<void> {
    await this.#endpoint?.powerOff();
    this.#endpoint?.line?.close();
    this.#endpoint = undefined;
    await this.#toAll((id) => this.gateway.clear(id));
    this.#seen.forget();
  }

  /** Another module at the end of a cable: the endpoint restarts with it, as it would outside. */
  async #rewire(part: string, module: string, port: string): Promise<void> {
    if (!this.#wiring.some((wired) => wired.part === part && kindsOf(this.#profile, wired.part).includes(module)))
      throw callerError('order-unknown-module', `no ${module} as ${part}`, { part, module });
    const wiring = this.#wiring.map((wired) => (wired.part === part ? { ...wired, kind: module, port } : wired));
    this.#wiring = wiring;
    // What was being tried on the other module isn't taken up on this one.
    this.#played = [];
    await this.#endpoint?.powerOff();
    this.#endpoint?.line?.close();
    await this.#switchOn();
    await this.#assign();
  }

  async #play(item: string): Promise<void> {
    const { spoken, texts } = this.#content;
    if (![...spoken, ...texts].some(({ id }) => id === item))
      throw callerError('order-unknown-item', `no item ${item}`, { item });
    const where = { profile: this.#profile, place: places[this.#profile] };
    const release = playRelease(this.#content, item, where, ++this.#turn, Date.now());
    this.#played = [...this.#played, await this.gateway.addRelease(release)].slice(-lastReleases);
    await this.#assign();
  }

  async #fault(fault: BenchFault, on: boolean): Promise<void> {
    if (fault === 'quiet-hours') {
      this.#quiet = on;
      await this.#assign();
    } else await this.#endpoint?.setFault(fault, on);
    this.#changed();
  }

  async #stop(on: boolean): Promise<void> {
    this.#stopped = on;
    const order = {
      v: 1,
      version: ++this.#stopVersion,
      issuedAt: Date.now(),
      scope: 'everywhere',
      state: on ? 'stop' : 'lifted',
      reason: 'bench',
    } as const;
    await this.#toAll((id) => this.gateway.order(id, order));
    this.#changed();
  }

  async #assign(): Promise<void> {
    const route = this.#endpoint?.line && this.gateway.addBlob(this.#endpoint.line.blob);
    await this.#toAll((id) =>
      this.gateway.assign(id, {
        releases: [...this.#standing, ...this.#played],
        ...(route ? { route } : {}),
        policy: {
          ...defaultPolicy,
          zone: benchZone,
          dialects: ['cmn', 'yue'],
          quietHours: this.#quiet ? aroundNow(Date.now()) : null,
          volumeCap: this.#volumeCap,
        },
      }),
    );
  }

  async #toAll(call: (id: string) => Promise<unknown>): Promise<void> {
    await call(device);
    if (this.#seen.devices.some(({ id }) => id === realDevice)) await call(realDevice);
  }

  #saw(event: HarnessEvent): void {
    for (const body of this.#seen.take(event)) this.#tell({ kind: 'record', body });
    if (event.kind === 'hello' && event.device === realDevice) void this.#assign().catch(() => {});
    this.#changed();
  }

  #read(): void {
    const endpoint = this.#endpoint;
    if (!endpoint?.isPowered || !this.#wiring.some(({ part }) => part === 'board')) return;
    this.#tell({ kind: 'level', body: endpoint.ears.reading(Date.now()) });
  }

  #changed(): void {
    void this.#endpoint?.storage.used().then((bytes) => {
      this.#used = bytes;
    });
    this.#tell({ kind: 'state' });
  }

  #tell(event: BenchEvent): void {
    for (const call of this.#listeners) call(event);
  }

  get state(): BenchState {
    const endpoint = this.#endpoint;
    const { http, mqtt, approver } = this.gateway;
    const sign = endpoint?.parts.find(({ scene }) => scene !== undefined);
    const seen = this.#seen.devices.find(({ id }) => id === device);
    const clock: ClockState = seen?.beat?.clock ?? 'unsynchronised';
    const used = this.#used;
    return {
      profile: this.#profile,
      profiles,
      device,
      place: placeNames[this.#profile],
      firmware: benchFirmware,
      powered: endpoint?.isPowered ?? false,
      now: Date.now(),
      deviceNow: endpoint?.clock.now() ?? Date.now(),
      clock,
      modules: (endpoint?.parts ?? []).map(({ part, kind, port, isPlugged, driver, health }) => ({
        part,
        kind,
        kinds: kindsOf(this.#profile, part),
        port,
        plugged: isPlugged(),
        health: (driver ? driver.health : health?.()) ?? null,
      })),
      items: itemsOf(this.#content),
      sign: sign?.scene?.() ?? null,
      screen: endpoint?.parts.find(({ url }) => url !== undefined)?.url ?? null,
      monotonicOffset: endpoint ? Date.now() - endpoint.clock.monotonic() : 0,
      sound: endpoint?.sound ?? null,
      amplifier:
        this.#wiring.some(({ part }) => part === 'board') && endpoint
          ? { on: endpoint.ears.isOn, awake: endpoint.ears.isAwake, alive: endpoint.ears.isAlive }
          : null,
      led: endpoint?.led ?? 'off',
      storage: { usedBytes: used, freeBytes: endpoint?.storage.isFull ? 0 : (endpoint?.storage.capacity ?? 0) },
      route: endpoint?.line
        ? {
            position: endpoint.line.position,
            site: seen?.beat?.site ?? null,
            stops: endpoint.line.stops,
            line: endpoint.line.stops.map(({ position }) => position),
          }
        : null,
      lock: this.#profile === 'bike-lock' ? { locked: endpoint?.isLocked ?? true } : null,
      volumeCap: this.#volumeCap,
      faults: benchFaults.map((id) => ({ id, on: id === 'quiet-hours' ? this.#quiet : (endpoint?.has(id) ?? false) })),
      stopped: this.#stopped,
      seen: this.#seen.devices,
      records: this.#seen.records,
      join: { http, mqtt, device: realDevice, code: this.#code, approverKey: toBase64(approver.publicKey.bytes) },
      ports: this.#ports,
    };
  }
}

const itemsOf = ({ spoken, texts }: BenchContent): BenchItem[] => [
  ...spoken.map(({ id, title, dialect, words, rendition }) => ({
    id,
    title,
    output: 'audio' as const,
    dialect,
    text: null,
    words,
    sha256: rendition.sha256,
    durationMs: rendition.durationMs,
  })),
  ...texts.map(({ id, title, text }) => ({
    id,
    title,
    output: 'text' as const,
    dialect: null,
    text,
    words: null,
    sha256: null,
    durationMs: null,
  })),
];

/** Quiet hours that hold now and for some hours to come. */
function aroundNow(now: number): { readonly from: string; readonly to: string } {
  const minute = minutesOf(clockOf(now, benchZone).slice(0, 5));
  const clock = (minutes: number): string => {
    const within = ((minutes % 1440) + 1440) % 1440;
    return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`;
  };
  return { from: clock(minute - 60), to: clock(minute + 360) };
}

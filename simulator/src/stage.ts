import { mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AgentLog } from '@xiaolaba/device';
import { type Content, loadContent } from '@xiaolaba/gateway';
import {
  callerError,
  type NamedRelease,
  profileOutputs,
  quietSpans,
  renditionsFor,
  type Span,
  toBase64,
} from '@xiaolaba/protocol';
import type { KeyPair } from '@xiaolaba/protocol/node';
import { VirtualDistrict } from './district.js';
import { type Fault, type FaultTargets, scheduleFaults, scheduleRepairs } from './faults/faults.js';
import { lasts, mendedOn, seedOfDay } from './faults/standing.js';
import { GatewayApi } from './host/gateway-api.js';
import { SteeredGateway } from './host/steered-gateway.js';
import type { Scenario, Scene } from './scenarios/index.js';
import { approveAll, enrolFleet, importContent, type SetupReport } from './setup.js';
import { Stepper } from './time/stepper.js';
import { expectedOf, type TruthInput, type Witnessed } from './truth.js';

/** Devices are switched on one after the other within this, milliseconds. */
const powerOnMs = 60_000;
/** A technician comes before the day begins. */
const mendedBeforeMs = 30 * 60_000;
/** What the gateway gives devices to fetch a release before it is expected of them. */
const deliveryMs = 120_000;

export interface StageOptions {
  readonly contentDirectory: string;
  /** Local day on which the world begins. */
  readonly day: string;
  readonly seed: number;
  /** When it begins, as an instant. */
  readonly start: number;
  readonly dataDirectory: string;
  readonly cacheDirectory: string;
  readonly approver: KeyPair;
  /** 0 takes any free port. */
  readonly httpPort: number;
  readonly log?: AgentLog;
  /** Where the built console lies; the one that is built beside the gateway where it is not given. */
  readonly consoleDirectory?: string;
  /** Who watches would rather see the world stand still for a while than end: told each time that it does. */
  readonly onWaiting?: (what: string) => void;
}

export interface Thrown {
  readonly device: string;
  readonly name: string;
  readonly message: string;
}

const silent: AgentLog = { debug() {}, info() {}, warn() {}, error() {} };

/** @throws XiaolabaError `content-refused` with the problems */
export async function readContent(directory: string): Promise<Content> {
  const { content, problems } = await loadContent(directory);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (content && errors.length === 0) return content;
  throw callerError('content-refused', `${directory}: ${errors.length} errors`, {
    directory,
    problems: errors.slice(0, 20).map(({ file, line, code }) => `${file}:${line ?? ''} ${code}`),
  });
}

/** A world and a gateway that share one time: set up, then moved on by whoever holds it. */
export class Stage {
  readonly district: VirtualDistrict;
  readonly gateway: SteeredGateway;
  readonly stepper: Stepper;
  readonly api: GatewayApi;
  readonly thrown: Thrown[] = [];
  releases: readonly NamedRelease[] = [];
  /** Faults that outlast the day on which they came. */
  #standing: readonly Fault[] = [];

  constructor(
    readonly content: Content,
    readonly options: StageOptions,
  ) {
    const { day, seed, start, approver, httpPort, consoleDirectory, onWaiting } = options;
    const dataDirectory = resolve(options.dataDirectory);
    const cacheDirectory = resolve(options.cacheDirectory);
    let now = (): number => start;
    this.gateway = new SteeredGateway(
      {
        dataDirectory,
        ...(consoleDirectory === undefined ? {} : { consoleDirectory }),
        settings: {
          http: { host: '127.0.0.1', port: httpPort },
          mqtt: { host: '127.0.0.1', port: 0 },
          approvers: [{ name: 'demo', key: toBase64(approver.publicKey.bytes) }],
          cacheDirectory,
          openReading: true,
          // A measured day has its releases everywhere from the start.
          rollout: { fromPlaces: 0 },
        },
      },
      () => now(),
    );
    this.district = new VirtualDistrict(
      {
        content,
        day,
        seed,
        start,
        log: options.log ?? silent,
        thrown: (device, name, error) => {
          const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
          this.thrown.push({ device, name, message });
        },
      },
      (worldNow) => {
        now = worldNow;
        return this.gateway;
      },
    );
    const { time, flights, fleet } = this.district;
    this.stepper = new Stepper(time, flights, fleet, this.gateway, onWaiting ? { onWaiting } : {});
    this.api = new GatewayApi(
      () => this.gateway.uplink().url,
      () => this.gateway.uplink().token,
    );
  }

  /** Starts the gateway and brings content, devices and releases to it. @throws XiaolabaError of the gateway */
  async setUp(report: SetupReport): Promise<void> {
    const { contentDirectory, approver } = this.options;
    await this.#shareBlobs();
    await this.gateway.start();
    await importContent(this.api, contentDirectory, report);
    // Approved first, a fleet gets everything with its first assignment instead of one for every release.
    this.releases = await approveAll(this.api, approver, report);
    await enrolFleet(this.api, this.district.fleet, approver, report);
    await this.stepper.settle();
  }

  /** Devices are switched on one after the other, vehicles stand at their terminals. */
  setOut(until: number): void {
    const { time, fleet } = this.district;
    let index = 0;
    for (const twin of fleet.all()) {
      const wait = Math.floor((index++ * powerOnMs) / fleet.size / 1000) * 1000;
      time.at(time.now() + wait, 'world', () => twin.powerOn());
    }
    this.district.setOut(until);
    time.at(time.now() + powerOnMs, 'world', () => {
      for (const line of this.district.lines.values()) line.locate();
    });
  }

  /**
   * The traffic of a day, and what goes wrong on it. Of what an earlier day left broken, some is mended before it
   * begins; the rest of its troubles are its own.
   */
  scheduleDay(day: string, span: Span, scenario: Scenario): void {
    const { district, options } = this;
    const { time } = district;
    const targets: FaultTargets = {
      time,
      device: (id) => district.fleet.get(id),
      line: (route) => {
        const line = district.lines.get(route);
        if (!line) throw new RangeError(`no route ${route}`);
        return line;
      },
    };
    district.scheduleDay(day);
    const { mended, left } = mendedOn(day, options.seed, this.#standing);
    scheduleRepairs(mended, Math.max(time.now(), span.from - mendedBeforeMs), targets);
    const seed = day === options.day ? options.seed : seedOfDay(options.seed, day);
    const faulty = new Set(this.#standing.map(({ device }) => device));
    const faults = scenario({ ...this.#scene(this.truthInput(day, span)), seed, faulty });
    scheduleFaults(faults, targets);
    this.#standing = [...left, ...faults.filter(lasts)];
  }

  truthInput(day: string, span: Span): TruthInput {
    const { district, content, options } = this;
    const devices = [...district.fleet.all()].map((twin): Witnessed => {
      const { profile, place } = twin.entry;
      const { quietHours, volumeCap } = twin.limits;
      const forbidden = volumeCap === 0 ? [span] : quietHours ? quietSpans(quietHours, day, district.zone) : [];
      const { id, facts } = twin;
      return {
        id,
        profile,
        place,
        outputs: profileOutputs[profile],
        policy: district.policyOf(place),
        forbidden,
        facts,
      };
    });
    return {
      day,
      span,
      calendar: content.calendar,
      releases: this.releases.map((one) => ({ ...one, effectiveFrom: options.start + deliveryMs })),
      devices,
      routes: content.routes.map(({ id, stops }) => ({ id, stops: stops.map(({ site }) => site) })),
      callsBetween: (route, site, from, to) => district.calls(day, route, site, from, to) > 0,
    };
  }

  /** The gateway's own files begin anew, but what was rendered once is found again: blobs are named by their content. */
  async #shareBlobs(): Promise<void> {
    const { dataDirectory, cacheDirectory } = this.options;
    const shared = join(cacheDirectory, 'blobs');
    await mkdir(shared, { recursive: true });
    await mkdir(dataDirectory, { recursive: true });
    await symlink(resolve(shared), join(dataDirectory, 'blobs'), 'dir');
  }

  /** Pulls every plug and ends the gateway properly. */
  async close(): Promise<void> {
    for (const twin of this.district.fleet.all()) twin.powerOff(false);
    await this.gateway.stop().catch(() => this.gateway.kill9());
  }

  #scene(input: TruthInput): Omit<Scene, 'seed' | 'faulty'> {
    const byId = new Map(input.devices.map((device) => [device.id, device]));
    const expected = new Map<string, ReturnType<typeof expectedOf>>();
    return {
      span: input.span,
      // On a later day nothing new goes out; what is without a link then has everything already.
      publishedAt: Math.max(this.options.start, this.district.time.now()),
      devices: input.devices.map(({ id, profile, place }) => ({ id, profile, place })),
      routes: input.routes.map(({ id }) => id),
      expected(id) {
        const device = byId.get(id);
        const known = expected.get(id) ?? (device ? expectedOf(device, input) : []);
        expected.set(id, known);
        return known;
      },
      files(id) {
        const device = byId.get(id);
        if (!device) return [];
        const { profile, place } = device;
        const mine = input.releases.filter(({ release: { audience } }) => {
          return audience.profiles.includes(profile) && audience.places.includes(place);
        });
        return mine.flatMap(({ release }) => renditionsFor(release, profile).map(({ sha256 }) => sha256)).sort();
      },
    };
  }
}

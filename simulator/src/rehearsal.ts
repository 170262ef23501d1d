import { join } from 'node:path';
import type { AgentLog } from '@xiaolaba/device';
import { type Content, loadContent } from '@xiaolaba/gateway';
import {
  callerError,
  instantOf,
  type NamedRelease,
  quietSpans,
  renditionsFor,
  type Span,
  toBase64,
} from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { outputsOf, VirtualDistrict } from './district.js';
import { scheduleFaults } from './faults/faults.js';
import { GatewayApi } from './host/gateway-api.js';
import { SteeredGateway } from './host/steered-gateway.js';
import { type Scene, scenarios } from './scenarios/index.js';
import { digestOf, type LedgerEntry, ledgerLine, type Score, score, truthLine } from './score.js';
import { approveAll, enrolFleet, importContent, type SetupReport } from './setup.js';
import { Stepper } from './time/stepper.js';
import { expectedOf, type TrueSlot, type TruthInput, truthOf, type Witnessed } from './truth.js';

const minute = 60_000;
/** The world begins so long before the judged part of the day: time to fetch, and for the first buses to leave. */
const leadMs = 35 * minute;
/** After the judged part: time to report. */
const trailMs = 12 * minute;
/** Devices are switched on one after the other within this. */
const powerOnMs = 60_000;
/** A place is covered when this share of what was expected there is verified. */
const coveredShare = 0.8;
/** What the gateway gives devices to fetch a release before it is expected of them. */
export const deliveryMs = 120_000;

export interface RehearsalProgress {
  readonly phase: 'set-up' | 'day' | 'ledger';
  readonly setup?: Parameters<SetupReport>[0];
  /** The world's time. */
  readonly at: number;
  /** Times real time, over the day so far. */
  readonly speed: number;
}

/** What happens to the gateway itself at an instant of the day. */
export interface Intervention {
  readonly at: number;
  run(controls: RehearsalControls): Promise<void>;
}

export interface RehearsalControls {
  readonly district: VirtualDistrict;
  readonly gateway: SteeredGateway;
  readonly api: GatewayApi;
  /** Lets the world go on to an instant, whether or not the gateway runs. */
  runUntil(instant: number): Promise<void>;
  kill9(): Promise<void>;
  restart(): Promise<void>;
}

export interface RehearsalOptions {
  readonly contentDirectory: string;
  /** Local day, YYYY-MM-DD. */
  readonly day: string;
  readonly seed: number;
  /** Name of a scenario. */
  readonly faults: string;
  /** Local clock times of the judged part of the day. */
  readonly from: string;
  readonly to: string;
  /** Empty at the start; the gateway's data goes there. */
  readonly dataDirectory: string;
  /** Rendered audio; kept between runs. */
  readonly cacheDirectory: string;
  readonly log?: AgentLog;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RehearsalProgress) => void;
  readonly interventions?: readonly Intervention[];
}

export interface RehearsalResult {
  readonly devices: number;
  readonly slots: number;
  readonly verified: number;
  readonly coverage: {
    readonly estates: { readonly covered: number; readonly of: number };
    readonly stops: { readonly covered: number; readonly of: number };
  };
  readonly misses: Readonly<Record<string, number>>;
  readonly truth: Score['causes'];
  /** Real seconds, set-up included; and how many times faster than the day itself. */
  readonly seconds: number;
  readonly speedup: number;
  readonly setupSeconds: number;
  readonly hashes: { readonly truth: string; readonly ledger: string };
  readonly disagreements: Score['disagreements'];
  /** Errors that agents let fall. */
  readonly thrown: readonly { readonly device: string; readonly name: string; readonly message: string }[];
  readonly work: { readonly instants: number; readonly exchanges: number; readonly messages: number };
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

/**
 * Runs a whole broadcast day: real agents, real broker, real blobs, by a clock that waits for nobody and for everybody.
 * @throws XiaolabaError `content-refused`, `scenario-unknown`, `world-stuck`; those of the gateway
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalResult> {
  const began = performance.now();
  const { day, seed, signal, onProgress } = options;
  const scenario = scenarios.get(options.faults);
  if (!scenario) throw callerError('scenario-unknown', options.faults, { name: options.faults });
  const content = await readContent(options.contentDirectory);
  const { zone } = content.district;
  const span: Span = { from: instantOf(day, options.from, zone), to: instantOf(day, options.to, zone) };
  const start = span.from - leadMs;
  const thrown: { device: string; name: string; message: string }[] = [];
  const approver = generateKeyPair();
  let now = (): number => start;
  const gateway = new SteeredGateway(
    {
      dataDirectory: options.dataDirectory,
      settings: {
        http: { host: '127.0.0.1', port: 0 },
        mqtt: { host: '127.0.0.1', port: 0 },
        approvers: [{ name: 'demo', key: toBase64(approver.publicKey.bytes) }],
        cacheDirectory: options.cacheDirectory,
      },
    },
    () => now(),
  );
  const district = new VirtualDistrict(
    {
      content,
      day,
      seed,
      start,
      log: options.log ?? silent,
      thrown: (device, name, error) => {
        thrown.push({ device, name, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      },
    },
    (worldNow) => {
      now = worldNow;
      return gateway;
    },
  );
  const { time, fleet, flights } = district;
  const stepper = new Stepper(time, flights, fleet, gateway);
  const api = new GatewayApi(
    () => gateway.uplink().url,
    () => gateway.uplink().token,
  );
  try {
    await gateway.start();
    const report: SetupReport = (setup) => onProgress?.({ phase: 'set-up', setup, at: start, speed: 0 });
    await importContent(api, options.contentDirectory, report);
    await enrolFleet(api, fleet, approver, report);
    const releases = await approveAll(api, approver, report);
    await stepper.settle();
    const setupSeconds = (performance.now() - began) / 1000;

    const truthInput = truthInputOf(district, releases, span, day, start);
    const faults = scenario(sceneOf(truthInput, district, seed, start));
    scheduleFaults(faults, {
      time,
      device: (id) => fleet.get(id),
      line: (route) => {
        const line = district.lines.get(route);
        if (!line) throw new RangeError(`no route ${route}`);
        return line;
      },
    });
    let index = 0;
    for (const twin of fleet.all()) {
      time.at(start + Math.floor((index++ * powerOnMs) / fleet.size / 1000) * 1000, 'world', () => twin.powerOn());
    }
    district.setInMotion(span.to);

    const dayBegan = performance.now();
    let shownAt = dayBegan;
    const onInstant = (at: number): void => {
      const real = performance.now();
      if (real - shownAt < 1000) return;
      shownAt = real;
      onProgress?.({ phase: 'day', at, speed: (at - start) / (real - dayBegan) });
    };
    const runUntil = (instant: number): Promise<void> => stepper.runUntil(instant, signal, onInstant);
    const controls: RehearsalControls = {
      district,
      gateway,
      api,
      runUntil,
      async kill9() {
        await gateway.kill9();
        await stepper.settle();
      },
      async restart() {
        stepper.rebase();
        await gateway.start();
      },
    };
    for (const intervention of options.interventions ?? []) {
      await runUntil(intervention.at);
      await intervention.run(controls);
    }
    await runUntil(span.to + trailMs);
    signal?.throwIfAborted();

    onProgress?.({ phase: 'ledger', at: time.now(), speed: (time.now() - start) / (performance.now() - dayBegan) });
    await api.post(`/api/days/${day}/close`, {});
    const ledger = await api.json<LedgerEntry[]>(`/api/ledger/${day}`);
    const truth = truthOf(truthInputOf(district, releases, span, day, start));
    const result = judged(truth, ledger, span, content);
    const seconds = (performance.now() - began) / 1000;
    return {
      devices: fleet.size,
      ...result,
      seconds: round(seconds),
      speedup: round((span.to - span.from) / 1000 / seconds),
      setupSeconds: round(setupSeconds),
      thrown,
      work: { ...stepper.counts, messages: fleet.sent() },
    };
  } finally {
    for (const twin of fleet.all()) twin.powerOff(false);
    await gateway.stop().catch(() => gateway.kill9());
  }
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Slots of the ledger that lie wholly in the judged part of the day; an arrival slot counts by its end. */
function inSpan(entry: LedgerEntry, span: Span): boolean {
  if (entry.trigger === 'stop-arrival') return entry.endAt <= span.to && entry.endAt > span.from;
  return (entry.startAt ?? entry.dueAt) >= span.from && entry.endAt <= span.to;
}

function judged(truth: readonly TrueSlot[], all: readonly LedgerEntry[], span: Span, content: Content) {
  const ledger = all.filter((entry) => inSpan(entry, span));
  const misses: Record<string, number> = {};
  for (const { status, cause } of ledger) {
    if (status === 'missed' || status === 'partly') misses[cause ?? 'unknown'] = (misses[cause ?? 'unknown'] ?? 0) + 1;
  }
  const verified = ledger.filter(({ status }) => status === 'verified');
  const counts = new Map<string, { verified: number; of: number }>();
  for (const { place, status } of ledger) {
    const count = counts.get(place) ?? { verified: 0, of: 0 };
    counts.set(place, { verified: count.verified + (status === 'verified' ? 1 : 0), of: count.of + 1 });
  }
  const covered = (kind: string) => {
    const sites = content.sites.flatMap((site) => (site.kind === kind ? (counts.get(`site/${site.id}`) ?? []) : []));
    return { covered: sites.filter((count) => count.verified >= coveredShare * count.of).length, of: sites.length };
  };
  const { causes, disagreements } = score(truth, ledger);
  return {
    slots: ledger.length,
    verified: verified.length,
    coverage: { estates: covered('estate'), stops: covered('stop') },
    misses,
    truth: causes,
    hashes: { truth: digestOf(truth.map(truthLine)), ledger: digestOf(ledger.map(ledgerLine)) },
    disagreements,
  };
}

function truthInputOf(
  district: VirtualDistrict,
  releases: readonly NamedRelease[],
  span: Span,
  day: string,
  publishedAt: number,
): TruthInput {
  const { content, fleet, zone } = district;
  const devices = [...fleet.all()].map((twin): Witnessed => {
    const { profile, place } = twin.entry;
    const { quietHours, volumeCap } = twin.limits;
    const forbidden = volumeCap === 0 ? [span] : quietHours ? quietSpans(quietHours, day, zone) : [];
    const outputs = outputsOf[profile];
    return { id: twin.id, profile, place, outputs, policy: district.policyOf(place), forbidden, facts: twin.facts };
  });
  return {
    day,
    span,
    calendar: content.calendar,
    releases: releases.map((one) => ({ ...one, effectiveFrom: publishedAt + deliveryMs })),
    devices,
    routes: content.routes.map(({ id, stops }) => ({ id, stops: stops.map(({ site }) => site) })),
    callsBetween: (route, site, from, to) => district.calls(route, site, from, to) > 0,
  };
}

function sceneOf(input: TruthInput, district: VirtualDistrict, seed: number, publishedAt: number): Scene {
  const byId = new Map(input.devices.map((device) => [device.id, device]));
  const expected = new Map<string, ReturnType<typeof expectedOf>>();
  return {
    seed,
    span: input.span,
    publishedAt,
    devices: input.devices.map(({ id, profile, place }) => ({ id, profile, place })),
    routes: district.content.routes.map(({ id }) => id),
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

/** Where a checkout keeps rendered audio between runs. */
export const defaultCacheDirectory = (): string => join(process.cwd(), '.xiaolaba', 'cache');

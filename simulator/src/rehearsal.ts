import type { AgentLog } from '@xiaolaba/device';
import type { Content } from '@xiaolaba/gateway';
import { addDays, callerError, instantOf, type Span } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { coveredShare, type Foretold, heldAgainst, inSpan, type Prediction } from './foretold.js';
import { scenarios } from './scenarios/index.js';
import { digestOf, type LedgerEntry, ledgerLine, type Score, score, truthLine } from './score.js';
import type { SetupReport } from './setup.js';
import { readContent, Stage, type Thrown } from './stage.js';
import { type TrueSlot, truthOf } from './truth.js';

const minute = 60_000;
/** The world begins so long before the judged part of the day: time to fetch, and for the first buses to leave. */
const leadMs = 35 * minute;
/** After the judged part: time to report. */
const trailMs = 12 * minute;

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
  readonly stage: Stage;
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
  /** So many days are lived through before, for the gateway to learn from; then it foretells the day. */
  readonly history?: number;
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
  /** Where there was a history to learn from. */
  readonly prediction?: Foretold;
  readonly hashes: { readonly truth: string; readonly ledger: string };
  readonly disagreements: Score['disagreements'];
  /** Errors that agents let fall. */
  readonly thrown: readonly Thrown[];
  readonly work: { readonly instants: number; readonly exchanges: number; readonly messages: number };
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
  const history = options.history ?? 0;
  const spanOf = (one: string): Span => ({
    from: instantOf(one, options.from, zone),
    to: instantOf(one, options.to, zone),
  });
  const span = spanOf(day);
  const first = addDays(day, -history);
  const start = spanOf(first).from - leadMs;
  const stage = new Stage(content, {
    contentDirectory: options.contentDirectory,
    day: first,
    seed,
    start,
    dataDirectory: options.dataDirectory,
    cacheDirectory: options.cacheDirectory,
    approver: generateKeyPair(),
    httpPort: 0,
    ...(options.log ? { log: options.log } : {}),
  });
  const { stepper, gateway, api, district } = stage;
  try {
    await stage.setUp((setup) => onProgress?.({ phase: 'set-up', setup, at: start, speed: 0 }));
    signal?.throwIfAborted();
    const setupSeconds = (performance.now() - began) / 1000;
    stage.scheduleDay(first, spanOf(first), scenario);
    stage.setOut(span.to);

    const dayBegan = performance.now();
    const speed = (at: number): number => (at - start) / (performance.now() - dayBegan);
    let shownAt = dayBegan;
    const onInstant = (at: number): void => {
      const real = performance.now();
      if (real - shownAt < 1000) return;
      shownAt = real;
      onProgress?.({ phase: 'day', at, speed: speed(at) });
    };
    const runUntil = async (instant: number): Promise<void> => {
      await stepper.runUntil(instant, signal, onInstant);
      signal?.throwIfAborted();
    };
    const controls: RehearsalControls = {
      stage,
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
    let foretold: Prediction | undefined;
    for (let past = first; past < day; past = addDays(past, 1)) {
      const next = addDays(past, 1);
      await runUntil(spanOf(past).to + trailMs);
      // Before anything of the next day is drawn: nobody can know what is not yet so.
      if (next === day) {
        const hours = new URLSearchParams({ from: options.from, to: options.to });
        foretold = await api.json<Prediction>(`/api/days/${day}/prediction?${hours}`);
      }
      stage.scheduleDay(next, spanOf(next), scenario);
    }
    for (const intervention of options.interventions ?? []) {
      await runUntil(intervention.at);
      await intervention.run(controls);
    }
    await runUntil(span.to + trailMs);

    const { time } = district;
    onProgress?.({ phase: 'ledger', at: time.now(), speed: speed(time.now()) });
    await api.post(`/api/days/${day}/close`, {});
    const ledger = await api.json<LedgerEntry[]>(`/api/ledger/${day}`);
    const truth = truthOf(stage.truthInput(day, span));
    const result = judged(truth, ledger, span, content);
    const seconds = (performance.now() - began) / 1000;
    return {
      devices: district.fleet.size,
      ...result,
      ...(foretold ? { prediction: heldAgainst(foretold, ledger, span) } : {}),
      seconds: round(seconds),
      speedup: round((span.to - span.from) / 1000 / seconds),
      setupSeconds: round(setupSeconds),
      thrown: stage.thrown,
      work: { ...stepper.counts, messages: district.fleet.sent() },
    };
  } finally {
    await stage.close();
  }
}

const round = (value: number): number => Math.round(value * 10) / 10;

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

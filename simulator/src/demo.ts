import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addDays, dayOf, fromBase64, instantOf, isWorkday, type Span, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair, keyPairFrom } from '@xiaolaba/protocol/node';
import { scenarios } from './scenarios/index.js';
import type { SetupReport } from './setup.js';
import { readContent, Stage } from './stage.js';

const minute = 60_000;
/** Set-up and the first fetches lie before the moment at which people begin to watch. */
const leadMs = 35 * minute;

export interface DemoOptions {
  readonly contentDirectory: string;
  /** Keeps the demo key between starts; the day itself begins afresh. */
  readonly directory: string;
  /** Keeps rendered audio between starts. */
  readonly cacheDirectory: string;
  /** Local day; the next workday by today's date where absent. */
  readonly day?: string;
  readonly seed: number;
  readonly faults: string;
  readonly port: number;
  /** Seconds of the world for one of ours. */
  readonly speed: number;
  readonly signal: AbortSignal;
  readonly onSetup: SetupReport;
  readonly onReady: (url: string, firstLogin: string | undefined) => void;
  /** Once for every hour of the world. */
  readonly onHour: (at: number) => void;
  /** The machine is too busy for the world to go on, or something in it hangs: what it waits for. */
  readonly onWaiting: (what: string) => void;
}

/** The demo approver's key: made once, kept with the demo, and good for nothing else. */
async function demoKey(directory: string): Promise<KeyPair> {
  const path = join(directory, 'demo-approver.key');
  const known = await readFile(path, 'utf8').catch(() => undefined);
  const seed = known === undefined ? undefined : fromBase64(known.trim());
  if (seed?.length === 32) return keyPairFrom(seed);
  const pair = generateKeyPair();
  await writeFile(path, `${toBase64(pair.seed)}\n`, { mode: 0o600 });
  return pair;
}

/**
 * Runs the virtual district for people to watch, from early morning, day after day, until the signal aborts.
 * @throws XiaolabaError as `rehearse`
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { directory, cacheDirectory, contentDirectory, seed, speed, signal } = options;
  const content = await readContent(contentDirectory);
  const { zone } = content.district;
  let day = options.day ?? dayOf(Date.now(), zone);
  while (options.day === undefined && !isWorkday(content.calendar, day)) day = addDays(day, 1);
  const watched = instantOf(day, '06:30', zone);
  const start = watched - leadMs;
  await mkdir(directory, { recursive: true });
  const dataDirectory = join(directory, 'gateway');
  await rm(dataDirectory, { recursive: true, force: true });
  const stage = new Stage(content, {
    contentDirectory,
    day,
    seed,
    start,
    dataDirectory,
    cacheDirectory,
    approver: await demoKey(directory),
    httpPort: options.port,
    onWaiting: options.onWaiting,
  });
  try {
    await stage.setUp(options.onSetup);
    if (signal.aborted) return;
    stage.setOut(Number.POSITIVE_INFINITY);
    scheduleDays(stage, day, options.faults);
    // The console is worth looking at from here on: the fleet is just coming on line.
    const { url, firstLogin } = stage.gateway.uplink();
    options.onReady(url, firstLogin);
    await stage.stepper.runUntil(watched, signal);
    if (signal.aborted) return;
    await pace(stage, watched, speed, signal, options.onHour);
  } finally {
    await stage.close();
  }
}

/** Each day's traffic and troubles, put on the calendar when it begins. */
function scheduleDays(stage: Stage, first: string, faults: string): void {
  const { time, zone } = stage.district;
  const scenario = scenarios.get(faults) ?? (() => []);
  const begin = (day: string): void => {
    const span: Span = { from: instantOf(day, '06:30', zone), to: instantOf(day, '22:30', zone) };
    stage.scheduleDay(day, span, scenario);
    const next = addDays(day, 1);
    time.at(instantOf(next, '05:00', zone), 'world', () => begin(next));
  };
  begin(first);
}

/** How often the world catches up with the watchers, real milliseconds. */
const frameMs = 200;

async function pace(
  stage: Stage,
  from: number,
  speed: number,
  signal: AbortSignal,
  onHour: (at: number) => void,
): Promise<void> {
  const { time } = stage.district;
  // A machine that can't keep up runs slower; it doesn't hurry afterwards.
  let anchor = { real: performance.now(), world: from };
  let hour = Math.floor(from / (60 * minute));
  while (!signal.aborted) {
    const target = anchor.world + Math.floor((performance.now() - anchor.real) * speed);
    await stage.stepper.runUntil(target, signal);
    const behind = anchor.world + (performance.now() - anchor.real) * speed - time.now();
    if (behind > speed * 2_000) anchor = { real: performance.now(), world: time.now() };
    const now = Math.floor(time.now() / (60 * minute));
    if (now !== hour) onHour(time.now());
    hour = now;
    await pause(frameMs, signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { clockOf, clockTimeSchema, daySchema, errorCode, errorText } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import type { Foretold } from '../foretold.js';
import { errorsOf } from '../foretold-errors.js';
import { type RehearsalProgress, type RehearsalResult, rehearse } from '../rehearsal.js';
import { scenarios } from '../scenarios/index.js';
import { type SimulatorText, textIn } from './text.js';

const options = {
  date: { type: 'string', default: '2026-11-20' },
  seed: { type: 'string', default: '7' },
  seeds: { type: 'string' },
  history: { type: 'string' },
  faults: { type: 'string' },
  from: { type: 'string', default: '06:30' },
  to: { type: 'string', default: '22:30' },
  content: { type: 'string', default: 'playlists' },
  cache: { type: 'string', default: join('.xiaolaba', 'cache') },
  json: { type: 'boolean', default: false },
} as const;

type Typed = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

interface Wanted {
  readonly day: string;
  readonly seed: number;
  /** One day each; absent where a single day is to be looked at closely. */
  readonly seeds: number | undefined;
  readonly history: number;
  readonly faults: string;
  readonly from: string;
  readonly to: string;
  readonly contentDirectory: string;
  readonly cacheDirectory: string;
  readonly json: boolean;
}

const most = { seeds: 1000, history: 28 } as const;

/** The first thing wrong with what was typed, if anything is. */
function wrongArgument(values: Typed): string | undefined {
  if (!daySchema.safeParse(values.date).success) return `--date ${values.date}`;
  if (!/^\d{1,9}$/.test(String(values.seed))) return `--seed ${values.seed}`;
  for (const name of ['seeds', 'history'] as const) {
    const value = values[name];
    if (value !== undefined && !(/^\d{1,4}$/.test(value) && Number(value) <= most[name])) return `--${name} ${value}`;
  }
  if (values.seeds !== undefined && Number(values.seeds) < 1) return `--seeds ${values.seeds}`;
  if (values.seeds !== undefined && values.history === '0') return `--seeds ${values.seeds} --history 0`;
  for (const name of ['from', 'to'] as const)
    if (!clockTimeSchema.safeParse(values[name]).success) return `--${name} ${values[name]}`;
  return undefined;
}

/** Many seeds are for foretelling: with faults, and with a day to learn from. */
function wantedOf(values: Typed): Wanted {
  const seeds = values.seeds === undefined ? undefined : Number(values.seeds);
  return {
    day: String(values.date),
    seed: Number(values.seed),
    seeds,
    history: Number(values.history ?? (seeds === undefined ? 0 : 1)),
    faults: values.faults ?? (seeds === undefined ? 'none' : 'mixed'),
    from: String(values.from),
    to: String(values.to),
    contentDirectory: resolve(String(values.content)),
    cacheDirectory: resolve(String(values.cache)),
    json: values.json === true,
  };
}

/** A rehearsal needs no durable files: in memory where the system offers that. */
const scratch = (): Promise<string> => mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'xiaolaba-'));

/** One rehearsal; what is not as it should be is told on the side. @returns the result, and whether all was well */
async function one(
  wanted: Wanted,
  io: CommandIo,
  text: SimulatorText,
): Promise<{ readonly result: RehearsalResult; readonly good: boolean }> {
  const dataDirectory = await scratch();
  try {
    const { json, seeds: _, ...options } = wanted;
    const result = await rehearse({
      ...options,
      dataDirectory,
      signal: io.signal,
      ...(json ? {} : { onProgress: (progress) => io.stderr(`${progressLine(progress, text)}\n`) }),
    });
    const { disagreements, thrown } = result;
    for (const { key, truth, ledger } of disagreements.slice(0, 20)) io.stderr(`${key}: ${truth} ≠ ${ledger}\n`);
    for (const { device, name, message } of thrown.slice(0, 20)) io.stderr(`${device} ${name}: ${message}\n`);
    return { result, good: disagreements.length === 0 && thrown.length === 0 };
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function single(wanted: Wanted, io: CommandIo, text: SimulatorText): Promise<boolean> {
  const { result, good } = await one(wanted, io, text);
  const { disagreements, thrown, ...figures } = result;
  const { day, from, to, faults, seed } = wanted;
  if (wanted.json) io.stdout(`${JSON.stringify(figures)}\n`);
  else io.stdout(`${text.heading(day, from, to, faults, seed)}\n${table(result, text)}\n`);
  return good;
}

async function many(wanted: Wanted, seeds: number, io: CommandIo, text: SimulatorText): Promise<boolean> {
  const { day, from, to, faults, history, seed: first, json } = wanted;
  const runs: { readonly seed: number; readonly prediction: Foretold }[] = [];
  let allGood = true;
  const show = (line: string): void => (json ? undefined : io.stdout(`${line}\n`));
  show(text.seedsHeading(seeds, history, day, from, to, faults));
  const columns = [text.predicted, text.actual, text.error];
  show(rowOf(text.seed, [...columns, ...columns.map((name) => `${text.places} ${name}`)]));
  for (let seed = first; seed < first + seeds; seed++) {
    const { result, good } = await one({ ...wanted, seed }, io, text);
    allGood &&= good;
    if (!result.prediction) continue;
    runs.push({ seed, prediction: result.prediction });
    const { slots, places } = result.prediction;
    show(
      rowOf(
        String(seed),
        [slots, places].flatMap(({ predicted, actual, error }) => [predicted, actual, error].map(fixed)),
      ),
    );
  }
  const summary = errorsOf(runs.map(({ prediction }) => prediction));
  if (json) io.stdout(`${JSON.stringify({ day, from, to, faults, history, runs, summary })}\n`);
  for (const name of ['slots', 'places'] as const) {
    const { mean, meanSize, largest, within, of } = summary[name];
    const head = padded(name === 'slots' ? text.allSlots : text.places, 18);
    show(`${head}${text.errors(fixed(mean), fixed(meanSize), fixed(largest), within, of)}`);
  }
  show(summary.near ? text.near : text.notNear);
  return allGood && summary.near;
}

const fixed = (value: number): string => value.toFixed(2);
const rowOf = (head: string, cells: readonly string[]): string =>
  padded(head, 8) + cells.map((cell) => padded(cell, cell.length > 14 ? 28 : 14)).join('');

async function run(args: string[], io: CommandIo): Promise<number> {
  const text = textIn(io.language);
  let values: Typed;
  try {
    values = parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    io.stderr(`${text.wrongArgument(errorText(error))}\n`);
    return 2;
  }
  const wanted = wantedOf(values);
  const wrong =
    wrongArgument(values) ?? (wanted.from >= wanted.to ? `--from ${wanted.from} --to ${wanted.to}` : undefined);
  if (wrong) {
    io.stderr(`${text.wrongArgument(wrong)}\n`);
    return 2;
  }
  if (!scenarios.has(wanted.faults)) {
    io.stderr(`${text.scenarioUnknown([...scenarios.keys()].join(', '))}\n`);
    return 2;
  }
  io.stderr(`${text.demoKey}\n`);
  try {
    const good =
      wanted.seeds === undefined ? await single(wanted, io, text) : await many(wanted, wanted.seeds, io, text);
    return good ? 0 : 1;
  } catch (error) {
    if (io.signal.aborted) return 130;
    io.stderr(`${text.failed(`${errorCode(error)}: ${errorText(error)}`)}\n`);
    return 3;
  }
}

function progressLine({ phase, setup, at, speed }: RehearsalProgress, text: SimulatorText): string {
  if (setup) return `${text.setup[setup.step]} ${setup.done}/${setup.of}`;
  if (phase === 'ledger') return text.ledger;
  return text.progress(clockOf(at, 'Asia/Shanghai'), Math.round(speed));
}

/** Figures in two columns, then the causes with what was missed and how well each was told. */
export function table(result: RehearsalResult, text: SimulatorText): string {
  const { coverage, misses, truth } = result;
  const pair = ({ covered, of }: { readonly covered: number; readonly of: number }) => `${covered}${text.of}${of}`;
  const figures: [string, string][] = [
    [text.devices, String(result.devices)],
    [text.slots, String(result.slots)],
    [text.verified, String(result.verified)],
    [text.estates, pair(coverage.estates)],
    [text.stops, pair(coverage.stops)],
  ];
  const rows = Object.entries(truth).map(([cause, { precision, recall }]) => [
    text.causes[cause] ?? cause,
    String(misses[cause] ?? 0),
    precision.toFixed(3),
    recall.toFixed(3),
  ]);
  const heads = [text.cause, text.missed, text.precision, text.recall];
  const { disagreements } = result;
  return [
    ...figures.map(([name, value]) => `${padded(name, 18)}${value}`),
    '',
    ...[heads, ...rows].map((row) => row.map((cell) => padded(cell, 16)).join('')),
    '',
    ...(result.prediction ? [...foretoldLines(result.prediction, text), ''] : []),
    disagreements.length === 0 ? text.agree : text.differ(disagreements.length),
    text.took(result.seconds, result.speedup),
  ].join('\n');
}

function foretoldLines({ history, slots, places, uncovered }: Foretold, text: SimulatorText): string[] {
  const line = (name: string, { predicted, low, high, actual, error }: Foretold['slots' | 'places']): string =>
    padded(name, 18) +
    `${text.predicted} ${fixed(predicted)} (${fixed(low)}–${fixed(high)})  ${text.actual} ${fixed(actual)}  ` +
    `${text.error} ${fixed(error)}${text.points}`;
  return [
    text.foretold(history),
    line(text.allSlots, slots),
    line(text.places, places),
    text.uncovered(uncovered.named, uncovered.happened, uncovered.both),
  ];
}

/** Chinese characters take two columns of a terminal. */
const padded = (cell: string, columns: number): string => {
  const width = [...cell].reduce((sum, character) => sum + (character > '\u2e7f' ? 2 : 1), 0);
  return cell + ' '.repeat(Math.max(1, columns - width));
};

export const rehearseCommand: CommandSpec = {
  name: 'rehearse',
  summary: {
    zh: '在虚拟全县上演练一整天，并用实情核对台账',
    en: 'rehearse a whole day on the virtual district, and score the ledger against the truth',
  },
  usage: {
    zh: [
      'xiaolaba rehearse [--date 2026-11-20] [--seed 7] [--faults none|mixed|…] [--json]',
      '                  [--from 06:30] [--to 22:30] [--content playlists] [--cache .xiaolaba/cache]',
      '    [--history 1]  先让虚拟全县过几天，前一晚预测当天，再与结果对比',
      '    [--seeds 20]   从 --seed 起逐个种子演练并列出预测误差（默认 --history 1 --faults mixed）；',
      '                   任一种子的场次误差或点位的平均偏差超过 2 个百分点，以 1 退出',
      `故障情景：${[...scenarios.keys()].join('、')}`,
    ].join('\n'),
    en: [
      'xiaolaba rehearse [--date 2026-11-20] [--seed 7] [--faults none|mixed|…] [--json]',
      '                  [--from 06:30] [--to 22:30] [--content playlists] [--cache .xiaolaba/cache]',
      '    [--history 1]  live through days before, foretell the day the evening before, hold it against what happened',
      '    [--seeds 20]   one rehearsal for each seed from --seed on, with the errors of the predictions',
      '                   (then --history 1 --faults mixed unless given); ends with 1 where the slots of any seed,',
      '                   or the places on the mean of all, are off by more than 2 points',
      `scenarios: ${[...scenarios.keys()].join(', ')}`,
    ].join('\n'),
  },
  run,
};

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { clockOf, clockTimeSchema, daySchema, errorCode, errorText } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { type RehearsalProgress, type RehearsalResult, rehearse } from '../rehearsal.js';
import { scenarios } from '../scenarios/index.js';
import { type SimulatorText, textIn } from './text.js';

const options = {
  date: { type: 'string', default: '2026-11-20' },
  seed: { type: 'string', default: '7' },
  faults: { type: 'string', default: 'none' },
  from: { type: 'string', default: '06:30' },
  to: { type: 'string', default: '22:30' },
  content: { type: 'string', default: 'playlists' },
  cache: { type: 'string', default: join('.xiaolaba', 'cache') },
  json: { type: 'boolean', default: false },
} as const;

/** The first thing wrong with what was typed, if anything is. */
function wrongArgument(values: Record<keyof typeof options, string | boolean>): string | undefined {
  if (!daySchema.safeParse(values.date).success) return `--date ${values.date}`;
  if (!/^\d{1,9}$/.test(String(values.seed))) return `--seed ${values.seed}`;
  for (const name of ['from', 'to'] as const)
    if (!clockTimeSchema.safeParse(values[name]).success) return `--${name} ${values[name]}`;
  if (String(values.from) >= String(values.to)) return `--from ${values.from} --to ${values.to}`;
  return undefined;
}

/** A rehearsal needs no durable files: in memory where the system offers that. */
const scratch = (): Promise<string> => mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'xiaolaba-'));

async function run(args: string[], io: CommandIo): Promise<number> {
  const text = textIn(io.language);
  let values: Record<keyof typeof options, string | boolean>;
  try {
    values = parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    io.stderr(`${text.wrongArgument(errorText(error))}\n`);
    return 2;
  }
  const wrong = wrongArgument(values);
  if (wrong) {
    io.stderr(`${text.wrongArgument(wrong)}\n`);
    return 2;
  }
  if (!scenarios.has(String(values.faults))) {
    io.stderr(`${text.scenarioUnknown([...scenarios.keys()].join(', '))}\n`);
    return 2;
  }
  const day = String(values.date);
  const [from, to, faults, seed] = [String(values.from), String(values.to), String(values.faults), Number(values.seed)];
  const dataDirectory = await scratch();
  io.stderr(`${text.demoKey}\n`);
  try {
    const result = await rehearse({
      contentDirectory: resolve(String(values.content)),
      day,
      seed,
      faults,
      from,
      to,
      dataDirectory,
      cacheDirectory: resolve(String(values.cache)),
      signal: io.signal,
      ...(values.json ? {} : { onProgress: (progress) => io.stderr(`${progressLine(progress, text)}\n`) }),
    });
    const { disagreements, thrown, ...figures } = result;
    if (values.json) io.stdout(`${JSON.stringify(figures)}\n`);
    else io.stdout(`${text.heading(day, from, to, faults, seed)}\n${table(result, text)}\n`);
    for (const { key, truth, ledger } of disagreements.slice(0, 20)) io.stderr(`${key}: ${truth} ≠ ${ledger}\n`);
    for (const { device, name, message } of thrown.slice(0, 20)) io.stderr(`${device} ${name}: ${message}\n`);
    return disagreements.length === 0 && thrown.length === 0 ? 0 : 1;
  } catch (error) {
    if (io.signal.aborted) return 130;
    io.stderr(`${text.failed(`${errorCode(error)}: ${errorText(error)}`)}\n`);
    return 3;
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
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
    disagreements.length === 0 ? text.agree : text.differ(disagreements.length),
    text.took(result.seconds, result.speedup),
  ].join('\n');
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
      `故障情景：${[...scenarios.keys()].join('、')}`,
    ].join('\n'),
    en: [
      'xiaolaba rehearse [--date 2026-11-20] [--seed 7] [--faults none|mixed|…] [--json]',
      '                  [--from 06:30] [--to 22:30] [--content playlists] [--cache .xiaolaba/cache]',
      `scenarios: ${[...scenarios.keys()].join(', ')}`,
    ].join('\n'),
  },
  run,
};

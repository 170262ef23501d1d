import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { clockOf, dayOf, daySchema, errorCode, errorText } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { runDemo } from '../demo.js';
import { scenarios } from '../scenarios/index.js';
import { textIn } from './text.js';

const options = {
  speed: { type: 'string', default: '60' },
  date: { type: 'string' },
  seed: { type: 'string', default: '7' },
  faults: { type: 'string', default: 'mixed' },
  port: { type: 'string', default: '8080' },
  content: { type: 'string', default: 'playlists' },
  directory: { type: 'string', default: join('.xiaolaba', 'demo') },
} as const;

async function run(args: string[], io: CommandIo): Promise<number> {
  const text = textIn(io.language);
  const wrong = (what: string): number => {
    io.stderr(`${text.wrongArgument(what)}\n`);
    return 2;
  };
  let values: Record<Exclude<keyof typeof options, 'date'>, string> & { date?: string | undefined };
  try {
    values = parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    return wrong(errorText(error));
  }
  const { date } = values;
  const [speed, seed, port] = [Number(values.speed), Number(values.seed), Number(values.port)];
  if (date !== undefined && !daySchema.safeParse(date).success) return wrong(`--date ${date}`);
  if (!(speed > 0 && speed <= 600)) return wrong(`--speed ${values.speed}`);
  if (!Number.isSafeInteger(seed) || seed < 0) return wrong(`--seed ${values.seed}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return wrong(`--port ${values.port}`);
  if (!scenarios.has(values.faults)) return wrong(text.scenarioUnknown([...scenarios.keys()].join(', ')));
  io.stdout(`${text.demoData}\n${text.demoKey}\n`);
  const zone = 'Asia/Shanghai';
  try {
    await runDemo({
      contentDirectory: resolve(values.content),
      directory: resolve(values.directory),
      cacheDirectory: resolve(values.directory, '..', 'cache'),
      ...(date === undefined ? {} : { day: date }),
      seed,
      faults: values.faults,
      port,
      speed,
      signal: io.signal,
      onSetup: ({ step, done, of }) => io.stdout(`${text.setup[step]} ${done}/${of}\n`),
      onReady: (url, firstLogin) => {
        const lines = [text.ready(url), ...(firstLogin === undefined ? [] : [text.firstLogin, firstLogin])];
        const rule = '='.repeat(60);
        io.stdout(`\n${rule}\n${lines.map((line) => `  ${line}\n`).join('')}${rule}\n\n`);
      },
      onWaiting: (what) => io.stderr(`${text.waiting(what)}\n`),
      onHour: (at) => io.stdout(`${text.clock(clockOf(at, zone).slice(0, 5), dayOf(at, zone))}\n`),
    });
    io.stdout(`${text.stopping}\n`);
    return 0;
  } catch (error) {
    if (io.signal.aborted) return 0;
    io.stderr(`${text.failed(`${errorCode(error)}: ${errorText(error)}`)}\n`);
    return 3;
  }
}

export const demoCommand: CommandSpec = {
  name: 'demo',
  summary: {
    zh: '启动带虚拟全县的演示，供人观看',
    en: 'run the virtual district for people to watch',
  },
  usage: {
    zh: 'xiaolaba demo [--speed 60] [--date 2026-11-20] [--seed 7] [--faults mixed] [--port 8080] [--content playlists] [--directory .xiaolaba/demo]',
    en: 'xiaolaba demo [--speed 60] [--date 2026-11-20] [--seed 7] [--faults mixed] [--port 8080] [--content playlists] [--directory .xiaolaba/demo]',
  },
  run,
};

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { errorCode, errorText, type Profile, profiles } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { alertTable } from '../latency/table.js';
import { measureAlertText } from './measure-alert-text.js';
import { textIn } from './text.js';

const options = {
  alerts: { type: 'string', default: '5' },
  profiles: { type: 'string', default: profiles.join(',') },
  processes: { type: 'string', default: '2' },
  content: { type: 'string', default: 'playlists' },
  cache: { type: 'string', default: join('.xiaolaba', 'cache') },
  json: { type: 'boolean', default: false },
} as const;

/** Under which the slowest hundredth of the devices but one must have begun, milliseconds. */
const promisedMs = 5_000;
const isProfile = (name: string): name is Profile => (profiles as readonly string[]).includes(name);

async function run(args: string[], io: CommandIo): Promise<number> {
  const text = measureAlertText[io.language];
  const { setup, wrongArgument } = textIn(io.language);
  const wrong = (what: string): number => {
    io.stderr(`${wrongArgument(what)}\n`);
    return 2;
  };
  let values: { [Name in Exclude<keyof typeof options, 'json'>]: string } & { json: boolean };
  try {
    values = parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    return wrong(errorText(error));
  }
  const [alerts, processes] = [Number(values.alerts), Number(values.processes)];
  if (!(Number.isInteger(alerts) && alerts >= 1 && alerts <= 100)) return wrong(`--alerts ${values.alerts}`);
  if (!(Number.isInteger(processes) && processes >= 1 && processes <= 16))
    return wrong(`--processes ${values.processes}`);
  const names = values.profiles.split(',').map((name) => name.trim());
  if (!names.every(isProfile)) return wrong(`--profiles ${values.profiles}`);
  const { measureAlert } = await import('../latency/measure-alert.js');
  try {
    const report = await measureAlert({
      contentDirectory: resolve(values.content),
      cacheDirectory: resolve(values.cache),
      alerts,
      profiles: names.filter(isProfile),
      processes,
      signal: io.signal,
      onSetup: ({ step, done, of }) => io.stderr(`${setup[step]} ${done}/${of}\n`),
      onHolding: (holding, of) => io.stderr(text.holding(holding, of)),
      onAlert: (index, of, { stages, neverSounded }) =>
        io.stderr(text.alert(index, of, stages.sounded.p99, neverSounded)),
    });
    io.stdout(values.json ? `${JSON.stringify(report, null, 2)}\n` : alertTable(report, text));
    return report.neverSounded === 0 && report.errors.length === 0 && report.overall.sounded.p99 < promisedMs ? 0 : 1;
  } catch (error) {
    if (io.signal.aborted) return 1;
    io.stderr(text.failed(`${errorCode(error)}: ${errorText(error)}`));
    return 3;
  }
}

export const measureAlertCommand: CommandSpec = {
  name: 'measure-alert',
  summary: {
    zh: '在本机实时测量：紧急插播从签发到各点位出声用多久',
    en: 'Measure here in real time how long an alert takes from publishing to first sound',
  },
  usage: {
    zh: `用法：xiaolaba measure-alert [--alerts 5] [--profiles loudspeaker,bus-screen,booth-sign,bike-lock] [--processes 2] [--content playlists] [--json]

  按真实时间启动演示县全部终端（真实终端程序、真实 MQTT 和 HTTP，日常内容已就位），
  全县演练插播若干次，量出从交付已签名的内容到各终端出声、出字的时间（含功放唤醒，不含音频开头的引导静音）。
  --profiles   插播哪些终端；其余终端照常在线
  --processes  终端分在几个进程里
  百分之九十九在 5 秒以内且无一遗漏时退出码为 0，否则为 1。`,
    en: `Usage: xiaolaba measure-alert [--alerts 5] [--profiles loudspeaker,bus-screen,booth-sign,bike-lock] [--processes 2] [--content playlists] [--json]

  Brings up all devices of the demo district in real time (the real agent, real MQTT and HTTP, everyday content in
  place), gives exercise alerts for everywhere, and measures from handing in the signed release to the first sound or
  text of each device (with the amplifier's waking, without the silence at the head of a file).
  --profiles   which devices are alerted; the others are on line all the same
  --processes  processes that the devices are spread over
  Exits with 0 where 99 per cent begin within 5 seconds and none is left out, with 1 otherwise.`,
  },
  run,
};

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { AgentLog } from '@xiaolaba/device';
import { errorCode, errorText, type Profile, profiles } from '@xiaolaba/protocol';
import { aborted, type CommandIo, type CommandSpec } from '@xiaolaba/protocol/command-line';
import { Bench } from '../bench/bench.js';
import { benchServer } from '../bench/bench-server.js';
import { benchText } from './bench-text.js';
import { ptyCommand } from './pty.js';

const options = {
  profile: { type: 'string', default: 'loudspeaker' },
  port: { type: 'string', default: '8100' },
  host: { type: 'string', default: '127.0.0.1' },
  'http-port': { type: 'string', default: '0' },
  'mqtt-port': { type: 'string', default: '0' },
  cache: { type: 'string', default: join('.xiaolaba', 'cache') },
  pty: { type: 'string' },
} as const;

const pageDirectory = fileURLToPath(new URL('../../bench-page/dist', import.meta.url));
const silent: AgentLog = { debug() {}, info() {}, warn() {}, error() {} };
const isProfile = (text: string): text is Profile => (profiles as readonly string[]).includes(text);
const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65_535;

async function run(args: string[], io: CommandIo): Promise<number> {
  const text = benchText[io.language];
  let values: { [Name in keyof typeof options]?: string | undefined };
  try {
    values = parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    io.stderr(`${text.wrongArgument(errorText(error))}\n`);
    return 2;
  }
  if (values.pty !== undefined) return await ptyCommand(values.pty, io);
  const { profile = '', host = '', cache = '' } = values;
  const [port, httpPort, mqttPort] = [values.port, values['http-port'], values['mqtt-port']].map(Number);
  const wrong = !isProfile(profile)
    ? `--profile ${profile} (${profiles.join(', ')})`
    : [port, httpPort, mqttPort].some((number = -1) => !isPort(number))
      ? '--port'
      : undefined;
  if (wrong !== undefined || !isProfile(profile) || port === undefined) {
    io.stderr(`${text.wrongArgument(wrong ?? '')}\n`);
    return 2;
  }
  io.stderr(`${text.preparing}\n`);
  let bench: Bench | undefined;
  try {
    bench = await Bench.start({
      profile,
      cacheDirectory: resolve(cache),
      host,
      httpPort: httpPort ?? 0,
      mqttPort: mqttPort ?? 0,
      log: silent,
    });
    const server = await benchServer(bench, pageDirectory);
    try {
      const url = await server.listen({ host, port });
      io.stdout(`${text.ready(url)}\n`);
      await aborted(io.signal);
    } finally {
      await server.close();
    }
    return 0;
  } catch (error) {
    io.stderr(`${text.failed(errorCode(error), errorText(error))}\n`);
    return 3;
  } finally {
    await bench?.stop();
  }
}

export const benchCommand: CommandSpec = {
  name: 'bench',
  summary: { zh: '打开技术员工作台：在浏览器里试一台终端', en: "open the technicians' bench in a browser" },
  usage: {
    zh: `xiaolaba bench [--profile loudspeaker|bus-screen|bike-lock|booth-sign] [--port 8100]
               [--host 127.0.0.1] [--http-port 0] [--mqtt-port 0] [--cache .xiaolaba/cache]
xiaolaba bench --pty dfplayer|jq8900|syn6288|xfs5152ce|onbon-bx5k|jetfile2|matrix|jt808|omni|nmea0183|firmata

--host 0.0.0.0 时，同一网络里的真实终端可以接入。
--pty 把一个模拟模块挂在伪终端上，任何串口工具都能与它通信。`,
    en: `xiaolaba bench [--profile loudspeaker|bus-screen|bike-lock|booth-sign] [--port 8100]
               [--host 127.0.0.1] [--http-port 0] [--mqtt-port 0] [--cache .xiaolaba/cache]
xiaolaba bench --pty dfplayer|jq8900|syn6288|xfs5152ce|onbon-bx5k|jetfile2|matrix|jt808|omni|nmea0183|firmata

With --host 0.0.0.0 real devices on the same network may join.
--pty puts one simulated module on a pseudo-terminal, where any serial tool can talk to it.`,
  },
  run,
};

import { parseArgs } from 'node:util';
import { XiaolabaError } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { readConfig } from '../config/config.js';
import { readIdentity } from '../enrolment/identity-file.js';
import { enrolCommand } from './enrol.js';
import { messages } from './messages.js';

async function run(args: string[], io: CommandIo): Promise<number> {
  const say = messages[io.language];
  try {
    if (args[0] === 'enrol') return await enrolCommand(args.slice(1), io);
    const { values } = parseArgs({ args, options: { config: { type: 'string' } } });
    if (!values.config) {
      io.stderr(`${say.missingOptions(['config'])}\n`);
      return 2;
    }
    const config = await readConfig(values.config);
    const { device } = await readIdentity(config.identity);
    // Loaded here: the command line lists its commands also where no serial port or logger is installed.
    const [{ default: pino }, { runDevice }] = await Promise.all([import('pino'), import('../main.js')]);
    const log = pino({ level: config.logLevel, base: { device } }, pino.destination(2));
    const agent = await runDevice(config, log);
    io.stdout(`${say.running(device)}\n`);
    await aborted(io.signal);
    await agent.stop();
    io.stdout(`${say.stopped}\n`);
    return 0;
  } catch (error) {
    if (error instanceof XiaolabaError) {
      io.stderr(`${say.errors[error.code]?.(error.details) ?? say.otherError(error.code)}\n`);
      return error.family === 'caller' ? 2 : 1;
    }
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      io.stderr(`${say.badOption(error.message)}\n`);
      return 2;
    }
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

const enrolUsage =
  'xiaolaba device enrol --gateway URL --device ID --code CODE --approver-key FILE --out DIR [--profile P] [--json]';

export const deviceCommand: CommandSpec = {
  name: 'device',
  summary: { zh: '在本机运行终端，或登记一台终端', en: 'run a device on this machine, or enrol one' },
  usage: {
    zh: `xiaolaba device --config 文件\n${enrolUsage}`,
    en: `xiaolaba device --config FILE\n${enrolUsage}`,
  },
  run,
};

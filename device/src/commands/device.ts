import { parseArgs } from 'node:util';
import { XiaolabaError } from '@xiaolaba/protocol';
import { aborted, type CommandIo, type CommandSpec } from '@xiaolaba/protocol/command-line';
import { readConfig } from '../config/config.js';
import { readIdentity } from '../enrolment/identity-file.js';
import { profileTraits } from '../profiles/profiles.js';
import { isAlive, startWatchdog } from '../watchdog/watchdog.js';
import { cardCommand } from './card.js';
import { enrolCommand } from './enrol.js';
import { installCommand } from './install.js';
import { messages } from './messages.js';

async function run(args: string[], io: CommandIo): Promise<number> {
  const say = messages[io.language];
  try {
    if (args[0] === 'enrol') return await enrolCommand(args.slice(1), io);
    if (args[0] === 'check') return await (await import('./check.js')).checkCommand(args.slice(1), io);
    if (args[0] === 'install') return await installCommand(args.slice(1), io);
    if (args[0] === 'card') return await cardCommand(args.slice(1), io);
    const { values } = parseArgs({ args, options: { config: { type: 'string' } } });
    if (!values.config) {
      io.stderr(`${say.missingOptions(['config'])}\n`);
      return 2;
    }
    const config = await readConfig(values.config);
    const { device, profile } = await readIdentity(config.identity);
    // Loaded here: the command line lists its commands also where no serial port or logger is installed.
    const [{ openLog }, { runDevice }] = await Promise.all([import('../log/open-log.js'), import('../main.js')]);
    const { env: environment, stderr, pid } = process;
    const { log, close } = openLog(config, device, { environment, stderr });
    const agent = await runDevice(config, log);
    const beatSeconds = config.beatSeconds ?? profileTraits[profile].beatSeconds;
    const alive = (): boolean => isAlive(agent.vitals, beatSeconds);
    const endWatchdog = startWatchdog({ environment, pid, alive, log });
    io.stdout(`${say.running(device)}\n`);
    await aborted(io.signal);
    await endWatchdog();
    await agent.stop();
    await close();
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

const enrolUsage =
  'xiaolaba device enrol --gateway URL --device ID --code CODE --root-key FILE --out DIR [--profile P] [--json]';

const installUsage = (file: string, folder: string): string =>
  `xiaolaba device install --config ${file} [--user xiaolaba] [--print] [--unit-dir ${folder}]`;

export const deviceCommand: CommandSpec = {
  name: 'device',
  summary: {
    zh: '在本机运行、登记、检查一台终端，或装成系统服务',
    en: 'run, enrol or check a device on this machine, or make it a service',
  },
  usage: {
    zh: `xiaolaba device --config 文件\nxiaolaba device check --config 文件 [--json]\nxiaolaba device card --config 文件 --out 存储卡目录\n${installUsage('文件', '目录')}\n${enrolUsage}`,
    en: `xiaolaba device --config FILE\nxiaolaba device check --config FILE [--json]\nxiaolaba device card --config FILE --out CARD\n${installUsage('FILE', 'DIR')}\n${enrolUsage}`,
  },
  run,
};

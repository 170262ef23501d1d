import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { pino } from 'pino';
import { startGateway } from '../gateway.js';
import { environmentFields, readSettings } from '../settings.js';
import { systemClock } from '../system-clock.js';
import { systemdUnit } from './systemd.js';

const environment = Object.entries(environmentFields)
  .map(([name, field]) => `    ${name.padEnd(30)}${field}`)
  .join('\n');

/** Production: no demo data, no simulator. */
export const gatewayCommand: CommandSpec = {
  name: 'gateway',
  summary: { zh: '启动网关（正式运行，不含演示数据）', en: 'Start the gateway (production: no demo data)' },
  usage: {
    zh: `用法：xiaolaba gateway --data <目录> [--config <gateway.yaml>] [--print-unit]

  --data        数据目录：数据库、密钥、音频都在这里
  --config      配置文件，默认为数据目录下的 gateway.yaml
  --print-unit  打印 systemd 服务单元后退出
  环境变量优先于配置文件：
${environment}`,
    en: `Usage: xiaolaba gateway --data <dir> [--config <gateway.yaml>] [--print-unit]

  --data        the data directory: database, keys, audio
  --config      the configuration; gateway.yaml in the data directory by default
  --print-unit  print a systemd unit and end
  Environment variables win over the file:
${environment}`,
  },
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { data: { type: 'string' }, config: { type: 'string' }, 'print-unit': { type: 'boolean' } },
    });
    if (!values.data) {
      io.stderr(io.language === 'en' ? '--data <dir> is needed.\n' : '请用 --data 指定数据目录。\n');
      return 2;
    }
    if (values['print-unit']) {
      io.stdout(
        systemdUnit({
          data: values.data,
          config: values.config,
          node: process.execPath,
          program: process.argv[1] ?? 'xiaolaba',
        }),
      );
      return 0;
    }
    const settings = await readSettings(values.data, values.config, process.env);
    const log = pino({ level: settings.log, base: null, timestamp: pino.stdTimeFunctions.isoTime });
    const gateway = await startGateway(settings, { clock: systemClock, log });
    io.stderr(
      io.language === 'en'
        ? `Console and API: ${gateway.url}   MQTT: port ${gateway.mqttPort}\n`
        : `控制台与接口：${gateway.url}   MQTT 端口：${gateway.mqttPort}\n`,
    );
    if (gateway.firstLogin)
      io.stderr(
        io.language === 'en'
          ? `There is no account yet. Make the first administrator within 24 hours, by this link (once): ${gateway.firstLogin}\n`
          : `还没有账号。请在 24 小时内打开以下链接（仅一次有效）创建第一位管理员：${gateway.firstLogin}\n`,
      );
    if (!io.signal.aborted)
      await new Promise((resolve) => io.signal.addEventListener('abort', resolve, { once: true }));
    await gateway.stop();
    return 0;
  },
};

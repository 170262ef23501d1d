import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import type { PlanView } from '../api/desk-contract.js';
import { connect, connectionOptions } from './connection.js';
import { tellPlan } from './plan-lines.js';

/** Exit code where applying would change something; 1 is for errors, 2 for a command that can't be understood. */
export const changesExitCode = 3;

export const planCommand: CommandSpec = {
  name: 'plan',
  summary: {
    zh: '说明内容目录会改变网关上的什么，不作改动',
    en: 'Tell what a content directory would change on the gateway; change nothing',
  },
  usage: {
    zh: `用法：xiaolaba plan <目录> --data <网关数据目录> [--gateway <网址>] [--json]

退出码：0 没有变化；3 有变化；1 内容有错误或出错。文件没有的宣传任务会撤回；编辑台上的稿件不会被覆盖。`,
    en: `Usage: xiaolaba plan <dir> --data <data dir of the gateway> [--gateway <url>] [--json]

Exit code: 0 no changes; 3 changes; 1 errors. Campaigns without a file are withdrawn; what the desk wrote is not overwritten.`,
  },
  async run(args, io) {
    const options = { ...connectionOptions, json: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [directory] = positionals;
    if (!directory) {
      io.stderr(io.language === 'en' ? 'Which directory?\n' : '请写明内容目录。\n');
      return 2;
    }
    const call = await connect(values, io.language);
    const plan = await call<PlanView>('POST', '/api/plan', { directory: resolve(directory) });
    if (values.json) io.stdout(`${JSON.stringify(plan, null, 2)}\n`);
    else tellPlan(plan, io);
    if (plan.problems.some(({ severity }) => severity === 'error')) return 1;
    return plan.changes ? changesExitCode : 0;
  },
};

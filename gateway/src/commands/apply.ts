import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import type { PlanView } from '../api/desk-contract.js';
import { connect, connectionOptions } from './connection.js';
import { changesExitCode } from './plan.js';
import { tellPlan } from './plan-lines.js';

export const applyCommand: CommandSpec = {
  name: 'apply',
  summary: {
    zh: '把内容目录应用到网关：先说明变化，加 --yes 才改',
    en: 'Apply a content directory to the gateway: shows the changes, makes them with --yes',
  },
  usage: {
    zh: `用法：xiaolaba apply <目录> --data <网关数据目录> [--gateway <网址>] [--yes] [--overwrite <宣传任务>]…

不加 --yes 时同 plan。有冲突的宣传任务须用 --overwrite 写明以文件为准（编辑台的版本留在历史里）。要么全部应用，要么不作改动。`,
    en: `Usage: xiaolaba apply <dir> --data <data dir of the gateway> [--gateway <url>] [--yes] [--overwrite <campaign>]…

Without --yes as plan. --overwrite names campaigns in conflict of which the file wins (the desk's stays in its history). All of it is applied, or nothing.`,
  },
  async run(args, io) {
    const options = {
      ...connectionOptions,
      yes: { type: 'boolean' },
      overwrite: { type: 'string', multiple: true },
    } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const directory = positionals[0] === undefined ? undefined : resolve(positionals[0]);
    if (!directory) {
      io.stderr(io.language === 'en' ? 'Which directory?\n' : '请写明内容目录。\n');
      return 2;
    }
    const call = await connect(values, io.language);
    const plan = await call<PlanView>('POST', '/api/plan', { directory });
    tellPlan(plan, io);
    if (plan.problems.some(({ severity }) => severity === 'error')) return 1;
    if (!values.yes) {
      if (plan.changes) io.stdout(io.language === 'en' ? 'Not applied. Add --yes.\n' : '尚未应用。确认后加 --yes。\n');
      return plan.changes ? changesExitCode : 0;
    }
    await call<PlanView>('POST', '/api/apply', { directory, plan: plan.hash, overwrite: values.overwrite ?? [] });
    io.stdout(
      io.language === 'en'
        ? 'Applied. Next: xiaolaba approve --list\n'
        : '已应用。下一步：xiaolaba approve --list 查看待审稿。\n',
    );
    return 0;
  },
};

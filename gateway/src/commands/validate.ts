import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { dialectGaps, formatProblem, loadContent } from '../content/index.js';

export const validateCommand: CommandSpec = {
  name: 'validate',
  summary: {
    zh: '检查内容目录（点位表、线路、宣传任务、日历）',
    en: 'Check a content directory (sites, routes, campaigns, calendar)',
  },
  usage: {
    zh: '用法：xiaolaba validate [目录] [--json]\n\n逐条说明文件、行、栏目与改法。有错误时退出码为 1。',
    en: 'Usage: xiaolaba validate [dir] [--json]\n\nTells file, line, field and fix of every problem. Exit code 1 where there is an error.',
  },
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, options: { json: { type: 'boolean' } }, allowPositionals: true });
    const directory = positionals[0] ?? 'playlists';
    const { content, problems } = await loadContent(directory);
    const errors = problems.filter((problem) => problem.severity === 'error').length;
    const counts = content && {
      sites: content.sites.length,
      routes: content.routes.length,
      devices: content.devices.length,
      campaigns: content.campaigns.length,
    };
    const gaps = content ? dialectGaps(content) : [];
    if (values.json) {
      io.stdout(`${JSON.stringify({ ok: errors === 0, ...counts, problems, fallbacks: gaps }, null, 2)}\n`);
      return errors === 0 ? 0 : 1;
    }
    for (const problem of problems) io.stdout(`${formatProblem(problem, io.language)}\n`);
    for (const { dialect, campaigns } of gaps) {
      const names = campaigns.join(io.language === 'en' ? ', ' : '、');
      io.stdout(
        io.language === 'en'
          ? `note: ${dialect}: Mandarin stands in in ${campaigns.length} campaigns: ${names}\n`
          : `说明：${dialect}：${campaigns.length} 个宣传任务由普通话代播：${names}\n`,
      );
    }
    const found = counts ? `${counts.sites} / ${counts.routes} / ${counts.devices} / ${counts.campaigns}` : '–';
    io.stdout(
      io.language === 'en'
        ? `Sites / routes / devices / campaigns: ${found}. ${errors} errors, ${problems.length - errors} warnings.\n`
        : `点位 / 线路 / 终端 / 宣传任务：${found}。错误 ${errors} 处，提醒 ${problems.length - errors} 处。\n`,
    );
    return errors === 0 ? 0 : 1;
  },
};

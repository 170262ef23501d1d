import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { callerError } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import type { BulletinBatch, BulletinMade, BulletinPreview } from '../api/desk-contract.js';
import { type Call, connect, connectionOptions } from './connection.js';
import { tellingProblems, tellProblems } from './tell-problems.js';

const options = {
  ...connectionOptions,
  type: { type: 'string' },
  estate: { type: 'string' },
  field: { type: 'string', multiple: true },
  hours: { type: 'string' },
  days: { type: 'string' },
  neighbours: { type: 'string' },
  csv: { type: 'string' },
  yes: { type: 'boolean' },
} as const;

export const bulletinCommand: CommandSpec = {
  name: 'bulletin',
  summary: { zh: '把案例做成快报，提交审批', en: 'Make a bulletin of a case and submit it for approval' },
  usage: {
    zh: `用法：xiaolaba bulletin --type <类型> --estate <小区> --field date=2026-11-21 --field amount=28650 --field method=刷单群
               [--hours 08:00-20:00] [--days 3] [--neighbours <米>] [--yes] --data <网关数据目录> [--gateway <网址>]
      xiaolaba bulletin --csv <表格.csv> --data <网关数据目录>

先显示文字、读音、点位与问题；加 --yes 才生成待审稿。表格可为 UTF-8 或 GBK，列：类型 小区 日期 金额 手法 开始 结束 有效天数 邻近米数；好的行直接成稿，坏的行逐条说明。`,
    en: `Usage: xiaolaba bulletin --type <type> --estate <estate> --field date=2026-11-21 --field amount=28650 --field 'method=an order-brushing group'
                [--hours 08:00-20:00] [--days 3] [--neighbours <metres>] [--yes] --data <data dir of the gateway> [--gateway <url>]
       xiaolaba bulletin --csv <table.csv> --data <data dir of the gateway>

Text, speech, targets and problems are shown first; drafts are made with --yes. A table may be UTF-8 or GBK, columns: template estate date amount method from to days neighbours; good rows become drafts at once, bad ones say why.`,
  },
  async run(args, io) {
    const { values } = parseArgs({ args, options });
    if (values.csv === undefined && (values.type === undefined || values.estate === undefined)) {
      io.stderr(`${io.language === 'en' ? this.usage.en : this.usage.zh}\n`);
      return 2;
    }
    const call = await connect(values, io.language);
    return await tellingProblems(io, () =>
      values.csv === undefined ? one(call, values, io) : table(call, values.csv, io),
    );
  },
};

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

async function one(call: Call, values: Values, io: CommandIo): Promise<number> {
  const [from, to] = values.hours?.split('-') ?? [];
  const request = {
    template: values.type,
    estate: values.estate,
    fields: Object.fromEntries((values.field ?? []).map((field) => splitField(field))),
    ...(from !== undefined && to !== undefined ? { hours: { from, to } } : {}),
    ...(values.days === undefined ? {} : { days: Number(values.days) }),
    ...(values.neighbours === undefined ? {} : { neighbours: Number(values.neighbours) }),
  };
  const { parts, problems, ready } = await call<BulletinPreview>('POST', '/api/bulletins/preview', request);
  const zh = io.language !== 'en';
  tellProblems(problems, io);
  for (const { id, display, speech, targets, people } of parts) {
    io.stdout(`${id}\n  ${display}\n`);
    for (const { dialect, text, seconds } of speech) io.stdout(`  ${dialect} ${seconds}s: ${text}\n`);
    const names = targets.map(({ name, metres }) => `${zh ? name.zh : name.en} ${metres}m`).join(zh ? '、' : ', ');
    io.stdout(zh ? `  ${names}；约 ${people} 人\n` : `  ${names}; about ${people} people\n`);
  }
  if (!ready) return 1;
  if (!values.yes) {
    io.stdout(zh ? '尚未提交。确认后加 --yes。\n' : 'Not submitted. Add --yes.\n');
    return 0;
  }
  const { drafts } = await call<BulletinMade>('POST', '/api/bulletins', request);
  io.stdout(zh ? `已提交待审：${drafts.join(' ')}\n` : `Submitted: ${drafts.join(' ')}\n`);
  return 0;
}

function splitField(field: string): [string, string] {
  const at = field.indexOf('=');
  if (at < 1) throw callerError('field-malformed', `${field}: write it as name=value`, { field });
  return [field.slice(0, at), field.slice(at + 1)];
}

async function table(call: Call, path: string, io: CommandIo): Promise<number> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw callerError('file-unreadable', `cannot read ${path}`, { path }, cause);
  });
  const { rows, made, refused } = await call<BulletinBatch>('POST', '/api/bulletins/batch', bytes);
  for (const { line, drafts, problems } of rows) {
    if (drafts.length > 0) io.stdout(`${line}: ${drafts.join(' ')}\n`);
    tellProblems(problems, io);
  }
  io.stdout(
    io.language === 'en' ? `${made} submitted, ${refused} refused.\n` : `提交 ${made} 行，退回 ${refused} 行。\n`,
  );
  return refused > 0 ? 1 : 0;
}

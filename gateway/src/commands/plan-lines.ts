import type { CommandIo } from '@xiaolaba/protocol/command-line';
import type { PlanView } from '../api/desk-contract.js';

const words = {
  'zh-CN': {
    added: '新增',
    changed: '修改',
    removed: '移除',
    withdrawn: '撤回',
    conflict: '冲突',
    'desk-ahead': '编辑台较新，保留',
    'desk-only': '仅编辑台有，保留',
  },
  en: {
    added: 'add',
    changed: 'change',
    removed: 'remove',
    withdrawn: 'withdraw',
    conflict: 'conflict',
    'desk-ahead': 'newer at the desk, kept',
    'desk-only': 'at the desk only, kept',
  },
} as const;

/** Text from files goes to a terminal: nothing in it may steer that. */
const shown = (value: unknown): string =>
  value === undefined
    ? '–'
    : JSON.stringify(value).replace(
        /[\p{Cf}\p{Cc}\u2028\u2029]/gu,
        (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );

/** A plan as people read it: one line a thing, then its fields. */
export function tellPlan({ entries, unchanged, changes, problems }: PlanView, io: CommandIo): void {
  const zh = io.language !== 'en';
  for (const { message } of problems) io.stderr(`${zh ? message.zh : message.en}\n`);
  for (const { subject, id, change, fields } of entries) {
    io.stdout(`${words[io.language][change].padEnd(8)} ${subject} ${id}\n`);
    for (const { field, from, to } of fields) io.stdout(`    ${field}: ${shown(from)} → ${shown(to)}\n`);
  }
  const total = entries.length;
  if (zh) io.stdout(changes ? `共 ${total} 项，另有 ${unchanged} 项不变。\n` : `没有变化（${unchanged} 项相同）。\n`);
  else io.stdout(changes ? `${total} entries; ${unchanged} unchanged.\n` : `No changes (${unchanged} the same).\n`);
}

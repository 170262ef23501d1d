import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { callerError } from '@xiaolaba/protocol';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { dataDirectory } from '../data-directory.js';
import { backup, restore } from '../jobs/index.js';
import { openSqlite } from '../store/index.js';

export const backupCommand: CommandSpec = {
  name: 'backup',
  summary: { zh: '备份网关（可在运行时进行）', en: 'Back the gateway up (while it runs, too)' },
  usage: {
    zh: '用法：xiaolaba backup --data <数据目录> <备份目录>\n\n备份含密钥，请妥善保管。',
    en: 'Usage: xiaolaba backup --data <data dir> <target dir>\n\nThe backup holds keys: keep it safe.',
  },
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, options: { data: { type: 'string' } }, allowPositionals: true });
    const [target] = positionals;
    if (!values.data || !target) {
      io.stderr(`${io.language === 'en' ? this.usage.en : this.usage.zh}\n`);
      return 2;
    }
    const data = dataDirectory(values.data);
    // Opening would make a new database, and an empty backup of it.
    const { database } = data;
    await access(database).catch((cause: unknown) => {
      throw callerError('data-missing', `no ${database}`, { path: data.root }, cause);
    });
    const store = await openSqlite(data.database);
    try {
      await backup(store, data, target, true);
    } finally {
      await store.destroy();
    }
    io.stdout(io.language === 'en' ? `Backed up to ${target}\n` : `已备份到 ${target}\n`);
    return 0;
  },
};

export const restoreCommand: CommandSpec = {
  name: 'restore',
  summary: { zh: '从备份恢复网关（先停网关）', en: 'Restore the gateway from a backup (stop it first)' },
  usage: {
    zh: '用法：xiaolaba restore --data <数据目录> <备份目录>\n\n原有数据目录会改名保留。',
    en: 'Usage: xiaolaba restore --data <data dir> <backup dir>\n\nThe former data directory is kept under another name.',
  },
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, options: { data: { type: 'string' } }, allowPositionals: true });
    const [source] = positionals;
    if (!values.data || !source) {
      io.stderr(`${io.language === 'en' ? this.usage.en : this.usage.zh}\n`);
      return 2;
    }
    const former = await restore(source, dataDirectory(values.data), Date.now());
    const kept = former
      ? io.language === 'en'
        ? ` The former data is in ${former}.`
        : ` 原数据保留在 ${former}。`
      : '';
    io.stdout(`${io.language === 'en' ? 'Restored.' : '已恢复。'}${kept}\n`);
    return 0;
  },
};

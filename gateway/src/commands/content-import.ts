import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { connect, connectionOptions, GatewayRefusal } from './connection.js';

interface Problem {
  readonly message: { readonly zh: string; readonly en: string };
}

export const contentImportCommand: CommandSpec = {
  name: 'import',
  summary: {
    zh: '把内容目录导入网关，并生成待审稿',
    en: 'Import a content directory into the gateway and prepare candidates',
  },
  usage: {
    zh: '用法：xiaolaba import <目录> --data <网关数据目录> [--gateway <网址>]\n\n有错误时网关不作任何改动。',
    en: 'Usage: xiaolaba import <dir> --data <data dir of the gateway> [--gateway <url>]\n\nWith errors nothing is changed.',
  },
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, options: connectionOptions, allowPositionals: true });
    const [directory] = positionals;
    if (!directory) {
      io.stderr(io.language === 'en' ? 'Which directory?\n' : '请写明内容目录。\n');
      return 2;
    }
    const call = await connect(values, io.language);
    const tell = (problems: readonly Problem[], say: (text: string) => void) => {
      for (const { message } of problems) say(`${message[io.language === 'en' ? 'en' : 'zh']}\n`);
    };
    try {
      const imported = await call<{ problems: Problem[] }>('POST', '/api/content', { directory: resolve(directory) });
      tell(imported.problems, io.stdout);
    } catch (error) {
      if (error instanceof GatewayRefusal && error.code === 'content-refused')
        tell((error.answer.details['problems'] ?? []) as Problem[], io.stderr);
      throw error;
    }
    io.stdout(
      io.language === 'en'
        ? 'Imported. Next: xiaolaba approve --list\n'
        : '已导入。下一步：xiaolaba approve --list 查看待审稿。\n',
    );
    return 0;
  },
};

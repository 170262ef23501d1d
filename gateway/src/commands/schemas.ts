import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { jsonSchemas } from '../content/index.js';

export const schemasCommand: CommandSpec = {
  name: 'schemas',
  summary: {
    zh: '写出内容文件的 JSON Schema，供编辑器边写边查',
    en: 'Write the JSON Schemas of content files, for editors that check while one types',
  },
  usage: {
    zh: '用法：xiaolaba schemas [目录]\n\n默认写入 playlists/schemas。',
    en: 'Usage: xiaolaba schemas [dir]\n\nplaylists/schemas by default.',
  },
  async run(args, io) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
    const directory = positionals[0] ?? join('playlists', 'schemas');
    await mkdir(directory, { recursive: true });
    for (const [name, text] of jsonSchemas()) {
      await writeFile(join(directory, name), text);
      io.stdout(`${join(directory, name)}\n`);
    }
    return 0;
  },
};

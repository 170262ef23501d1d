import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asyncApiDocument } from '@xiaolaba/protocol/asyncapi';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { stringify } from 'yaml';

export const asyncapiCommand: CommandSpec = {
  name: 'asyncapi',
  summary: {
    zh: '写出终端通信协议的 AsyncAPI 描述，供设备厂商对接',
    en: 'Write the AsyncAPI description of the wire protocol, for vendors of devices',
  },
  usage: {
    zh: '用法：xiaolaba asyncapi [文件]\n\n默认写入 protocol/asyncapi.yaml。',
    en: 'Usage: xiaolaba asyncapi [file]\n\nprotocol/asyncapi.yaml by default.',
  },
  async run(args, io) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
    const file = positionals[0] ?? join('protocol', 'asyncapi.yaml');
    await writeFile(file, stringify(asyncApiDocument(), { lineWidth: 120, aliasDuplicateObjects: false }));
    io.stdout(`${file}\n`);
    return 0;
  },
};

import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { connect, connectionOptions } from './connection.js';

export const claimsCommand: CommandSpec = {
  name: 'claim',
  summary: { zh: '为终端生成一次性认领码', en: 'Make one-time claim codes for devices' },
  usage: {
    zh: '用法：xiaolaba claim [终端编号 …] --data <网关数据目录> [--json]\n\n不写编号即为全部尚未入网的终端。输出为 CSV，可直接打印给装机人员；30 天内有效，用一次即失效。',
    en: 'Usage: xiaolaba claim [device …] --data <data dir of the gateway> [--json]\n\nWithout ids: for all devices that are not enrolled. CSV for the technicians; a code lasts 30 days and works once.',
  },
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      options: { ...connectionOptions, json: { type: 'boolean' } },
      allowPositionals: true,
    });
    const call = await connect(values, io.language);
    const claims = await call<{ device: string; code: string }[]>(
      'POST',
      '/api/claims',
      positionals.length > 0 ? { devices: positionals } : {},
    );
    if (values.json) io.stdout(`${JSON.stringify(claims, null, 2)}\n`);
    else io.stdout(`device,code\n${claims.map(({ device, code }) => `${device},${code}\n`).join('')}`);
    return 0;
  },
};

import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import type { AccountView, LinkView } from '../api/accounts-contract.js';
import { connect, connectionOptions } from './connection.js';

export const accountCommand: CommandSpec = {
  name: 'account',
  summary: {
    zh: '查看账号，或为进不去的人生成一次性链接',
    en: 'List accounts, or make a one-time link for somebody locked out',
  },
  usage: {
    zh: `用法：xiaolaba account list --data <网关数据目录> [--json]
      xiaolaba account link [登录名] --data <网关数据目录> [--without-totp]

链接 24 小时内有效，用一次即失效；本人打开后设置新密码，原有登录全部退出。--without-totp 同时取消动态码（手机丢失时用）。
不写登录名：为第一位管理员生成链接，仅在还没有任何账号时可用。`,
    en: `Usage: xiaolaba account list --data <data dir of the gateway> [--json]
       xiaolaba account link [login] --data <data dir of the gateway> [--without-totp]

A link lasts 24 hours and works once; whoever it is for sets a new password, and all former log-ins end. --without-totp also takes the codes away (a lost telephone).
Without a login: the link for the first administrator, while there is no account.`,
  },
  async run(args, io) {
    const options = { ...connectionOptions, json: { type: 'boolean' }, 'without-totp': { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [what, login] = positionals;
    if (what !== 'list' && what !== 'link') {
      io.stderr(`${io.language === 'en' ? this.usage.en : this.usage.zh}\n`);
      return 2;
    }
    const call = await connect(values, io.language);
    if (what === 'link') {
      const withoutTotp = values['without-totp'] === true;
      const made = await call<LinkView>('POST', '/api/links', { ...(login ? { login } : {}), withoutTotp });
      io.stdout(values.json ? `${JSON.stringify(made)}\n` : `${made.link}\n`);
      return 0;
    }
    const accounts = await call<AccountView[]>('GET', '/api/accounts');
    if (values.json) io.stdout(`${JSON.stringify(accounts, null, 2)}\n`);
    for (const account of values.json ? [] : accounts)
      io.stdout(`${account.login.padEnd(20)}${account.state.padEnd(10)}${account.roles.join(',')}  ${account.name}\n`);
    return 0;
  },
};

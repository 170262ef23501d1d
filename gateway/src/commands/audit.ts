import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { callerError } from '@xiaolaba/protocol';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { type Verdict, verifyAudit } from '../audit/index.js';
import { dataDirectory, gatewayKeys } from '../data-directory.js';
import { openSqlite } from '../store/index.js';

const faults = {
  altered: { zh: '内容被改动过', en: 'has been altered' },
  unlinked: { zh: '与前一条接不上', en: 'does not follow the one before it' },
  missing: { zh: '缺失', en: 'is missing' },
  forged: { zh: '不是本网关签名的', en: 'was not signed by this gateway' },
  truncated: { zh: '之前的记录被截掉了', en: 'was reached once, and the entries up to it are gone' },
  rewritten: { zh: '与签名时不同，整条链被重写过', en: 'is another one than was signed: the chain was written anew' },
} as const;

export const auditCommand: CommandSpec = {
  name: 'audit',
  summary: { zh: '核验操作日志是否被改动', en: 'Verify that the audit log has not been tampered with' },
  usage: {
    zh: `用法：xiaolaba audit verify --data <网关数据目录> [--json]

逐条核对哈希链，再与 audit.head（网关签名的进度）对照；网关运行时也可核验。有问题时退出码为 1。
audit.head 每 16 条及启停时更新，其后的记录被截掉无从发现；掌握网关密钥的人可以伪造，故请把打印出的末条哈希另存他处。`,
    en: `Usage: xiaolaba audit verify --data <data dir of the gateway> [--json]

Walks the hash chain, then holds it against audit.head, which the gateway has signed; it may run meanwhile. Exit code 1 where something does not hold.
audit.head is signed every 16 entries and at start and stop: entries cut off after it are not missed. Whoever holds the gateway's key can forge both; keep the last hash that this prints somewhere else.`,
  },
  async run(args, io) {
    const options = { data: { type: 'string' }, json: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (!values.data || positionals[0] !== 'verify') {
      io.stderr(`${io.language === 'en' ? this.usage.en : this.usage.zh}\n`);
      return 2;
    }
    const data = dataDirectory(values.data);
    // Opening would make new ones, and an empty log that holds.
    await access(data.database).catch((cause: unknown) => {
      throw callerError('data-missing', `no ${data.database}`, { path: data.root }, cause);
    });
    const { publicKey } = await gatewayKeys(data);
    const store = await openSqlite(data.database);
    try {
      const verdict = await verifyAudit(store, data.auditHead, publicKey);
      io.stdout(values.json ? `${JSON.stringify(verdict)}\n` : told(verdict, io.language === 'en' ? 'en' : 'zh'));
      return verdict.broken || verdict.head?.fault ? 1 : 0;
    } finally {
      await store.destroy();
    }
  },
};

function told({ entries, hash, broken, head }: Verdict, language: 'zh' | 'en'): string {
  const en = language === 'en';
  const lines = [en ? `${entries} entries hold; last hash ${hash}` : `${entries} 条完好；末条哈希 ${hash}`];
  if (broken)
    lines.push(en ? `Entry ${broken.seq} ${faults[broken.fault].en}` : `第 ${broken.seq} 条${faults[broken.fault].zh}`);
  if (!head)
    lines.push(en ? 'There is no signed head: a cut end would not be seen' : '没有签名的进度：末尾若被截掉无从发现');
  else if (head.fault)
    lines.push(
      en
        ? `The signed head at entry ${head.seq} ${faults[head.fault].en}`
        : `签名的进度（第 ${head.seq} 条）${faults[head.fault].zh}`,
    );
  else lines.push(en ? `The signed head vouches up to entry ${head.seq}` : `签名的进度可证到第 ${head.seq} 条`);
  return `${lines.join('\n')}\n`;
}

import { parseArgs } from 'node:util';
import { toBase64 } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { writeKey } from './key-files.js';
import { keyListCommand } from './key-list.js';
import { newPassphrase, passphraseOptions } from './passphrase.js';

export const keyCommand: CommandSpec = {
  name: 'key',
  summary: {
    zh: '生成审批密钥或根密钥，编制密钥名单',
    en: "Make an approver's or the root key pair, and the key list",
  },
  usage: {
    zh: `用法：xiaolaba key --out <文件> [--wrap] [--json]          审批人自己的密钥
      xiaolaba key root --out <文件> [--wrap] [--json]     根密钥，建站时生成一次
      xiaolaba key list make --root-key <根私钥>… --approver <姓名>=<公钥文件>… --out <名单>
      xiaolaba key list add|rotate --list <名单> --root-key <根私钥> --approver <姓名>=<公钥文件>… --out <新名单>
      xiaolaba key list revoke --list <名单> --root-key <根私钥> --name <姓名>… --out <新名单>
      xiaolaba key list rotate --list <名单> --root-key <旧根私钥> --new-root-key <新根私钥>… --out <新名单>
      xiaolaba key list show <名单>
      xiaolaba key list submit <名单> [--gateway <网址>] [--data <数据目录> | --token <令牌>]

编制名单时还可给出：--may release,stop,alert（新增的人可签什么，默认全部）、--release/--stop/--alert <人数>、
--wide <点位数>:<人数>（不少于这么多点位时要几个人签）、--expires <YYYY-MM-DD>。不写的沿用上一版。
私钥只写入所给文件（仅本人可读），不要放到网关上。--wrap 用口令加密；口令也可来自 --passphrase-file 或 XIAOLABA_PASSPHRASE。`,
    en: `Usage: xiaolaba key --out <file> [--wrap] [--json]          an approver's own key
       xiaolaba key root --out <file> [--wrap] [--json]     the root key, made once at set-up
       xiaolaba key list make --root-key <private root key>… --approver <name>=<public key file>… --out <list>
       xiaolaba key list add|rotate --list <list> --root-key <private root key> --approver <name>=<public key file>… --out <new list>
       xiaolaba key list revoke --list <list> --root-key <private root key> --name <name>… --out <new list>
       xiaolaba key list rotate --list <list> --root-key <old private root key> --new-root-key <new private root key>… --out <new list>
       xiaolaba key list show <list>
       xiaolaba key list submit <list> [--gateway <url>] [--data <dir> | --token <token>]

Making a list also takes: --may release,stop,alert (what those added may sign, all by default), --release/--stop/--alert
<people>, --wide <places>:<people> (who must sign for so many places or more), --expires <YYYY-MM-DD>. What is left out
stays as in the list before. A private key goes into the file given only (readable by its owner); keep it off the
gateway. --wrap encrypts it under a passphrase, which may also come from --passphrase-file or XIAOLABA_PASSPHRASE.`,
  },
  async run(args, io) {
    if (args[0] === 'list') return await keyListCommand(args.slice(1), io);
    const isRoot = args[0] === 'root';
    const options = {
      ...passphraseOptions,
      out: { type: 'string' },
      wrap: { type: 'boolean' },
      json: { type: 'boolean' },
    } as const;
    const { values } = parseArgs({ args: isRoot ? args.slice(1) : args, options });
    if (!values.out) {
      io.stderr(io.language === 'en' ? '--out <file> is needed.\n' : '请用 --out 指定保存私钥的文件。\n');
      return 2;
    }
    const pair = generateKeyPair();
    await writeKey(values.out, pair, values.wrap ? await newPassphrase(values.out, values, io) : undefined);
    const { kid, bytes } = pair.publicKey;
    const key = toBase64(bytes);
    if (values.json) io.stdout(`${JSON.stringify({ kid, key })}\n`);
    else io.stdout(io.language === 'en' ? `Public key: ${key}\nKey id:     ${kid}\n` : `公钥：${key}\n编号：${kid}\n`);
    if (isRoot) warnOfRoot(values.out, io);
    return 0;
  },
};

function warnOfRoot(path: string, io: CommandIo): void {
  io.stderr(
    io.language === 'en'
      ? `Keep ${path} offline (two copies on media in a safe), never on the gateway: whoever has it decides who may speak on every device. Without it, no approver can be changed any more.\n`
      : `请把 ${path} 离线保管（存两份，锁进保险柜），绝不要放到网关上：谁有它，谁就能决定由谁向所有终端发声；丢了它，就再也换不了审批人。\n`,
  );
}

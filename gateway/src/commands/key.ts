import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { callerError, toBase64 } from '@xiaolaba/protocol';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { generateKeyPair } from '@xiaolaba/protocol/node';

export const keyCommand: CommandSpec = {
  name: 'key',
  summary: { zh: '在审批人自己的电脑上生成审批密钥', en: "Make an approver's key pair, on the approver's own machine" },
  usage: {
    zh: '用法：xiaolaba key --out <文件> [--json]\n\n私钥只写入该文件（仅本人可读），不要放到网关上。打印出的公钥写进网关配置的 approvers 和终端配置。',
    en: "Usage: xiaolaba key --out <file> [--json]\n\nThe private key goes into that file only (readable by its owner); keep it off the gateway. Put the public key that is printed into the gateway's approvers and the devices' configuration.",
  },
  async run(args, io) {
    const { values } = parseArgs({ args, options: { out: { type: 'string' }, json: { type: 'boolean' } } });
    if (!values.out) {
      io.stderr(io.language === 'en' ? '--out <file> is needed.\n' : '请用 --out 指定保存私钥的文件。\n');
      return 2;
    }
    const { publicKey, seed } = generateKeyPair();
    const file = await open(values.out, 'wx', 0o600).catch((cause: unknown) => {
      throw callerError(
        'key-file-exists',
        `${values.out} exists already or cannot be written`,
        { path: values.out },
        cause,
      );
    });
    await file.writeFile(`${toBase64(seed)}\n`);
    await file.sync();
    await file.close();
    const key = toBase64(publicKey.bytes);
    io.stdout(
      values.json
        ? `${JSON.stringify({ kid: publicKey.kid, key })}\n`
        : io.language === 'en'
          ? `Public key: ${key}\nKey id:     ${publicKey.kid}\n`
          : `公钥：${key}\n编号：${publicKey.kid}\n`,
    );
    return 0;
  },
};

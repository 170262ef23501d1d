import { parseArgs } from 'node:util';
import { callerError, decodeMessage, sealEnvelope, stopOrderSchema } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import type { StopGiven, StopOrderView } from '../api/order-contract.js';
import { connect, connectionOptions } from './connection.js';
import { readKey } from './key-files.js';
import { passphraseOptions } from './passphrase.js';

export const stopCommand: CommandSpec = {
  name: 'stop',
  summary: { zh: '下达或解除停播令', en: 'Give or lift a stop order' },
  usage: {
    zh: `用法：xiaolaba stop --scope <范围> --reason <原因> --key <私钥文件> [--lift] [--gateway <网址>] [--data <数据目录> | --token <令牌>]
      xiaolaba stop --list

范围：everywhere（全域），或若干条件，用逗号分开，须同时满足：
  town:<乡镇> station:<派出所> kind:<类型> site/<编号> route/<编号> fleet/<编号>
签名在本机完成，私钥不会发给网关。--lift 解除停播。--list 列出停播令与各终端的执行情况。`,
    en: `Usage: xiaolaba stop --scope <scope> --reason <reason> --key <private key file> [--lift] [--gateway <url>] [--data <dir> | --token <token>]
       xiaolaba stop --list

The scope: everywhere, or conditions separated by commas, all of which must hold:
  town:<township> station:<police station> kind:<kind> site/<id> route/<id> fleet/<id>
Signing happens on this machine; the private key never goes to the gateway. --lift ends a stop. --list shows the orders and who has obeyed.`,
  },
  async run(args, io) {
    const options = {
      ...connectionOptions,
      ...passphraseOptions,
      scope: { type: 'string' },
      reason: { type: 'string' },
      key: { type: 'string' },
      lift: { type: 'boolean' },
      list: { type: 'boolean' },
    } as const;
    const { values } = parseArgs({ args, options });
    const call = await connect(values, io.language);
    if (values.list) return list(await call<StopOrderView[]>('GET', '/api/stop-orders'), io);
    for (const name of ['scope', 'reason', 'key'] as const)
      if (!values[name]) throw callerError('option-missing', `--${name} is needed`, { option: name });
    const state = values.lift ? 'lifted' : 'stop';
    const pair = await readKey(values.key ?? '', values, io);
    const order = { scope: scopeFrom(values.scope ?? ''), state, reason: values.reason };
    const payload = new Uint8Array(await call<ArrayBuffer>('POST', '/api/stop-orders/candidates', order));
    const asked = decodeMessage(stopOrderSchema, payload, { maxBytes: 1024 * 1024, maxDepth: 4 });
    // The bytes come from the gateway: what is signed must be what was asked for.
    if (asked.state !== state || asked.reason !== values.reason?.trim())
      throw callerError('candidate-differs', 'the gateway sent something else than was asked for', {});
    const places = asked.scope === 'everywhere' ? undefined : asked.scope.length;
    const given = await call<StopGiven>('POST', '/api/stop-orders', await sealEnvelope('stop', payload, [pair.signer]));
    io.stdout(
      io.language === 'en'
        ? `${state === 'stop' ? 'Stopped' : 'Lifted'}: order ${given.version}, ${places ?? 'all'} places, handed to ${given.devices} devices\n`
        : `${state === 'stop' ? '已停播' : '已解除'}：第 ${given.version} 号，${places ?? '全部'} 处，已下达 ${given.devices} 台终端\n`,
    );
    return 0;
  },
};

/** @throws XiaolabaError `scope-malformed` */
function scopeFrom(text: string): unknown {
  if (text === 'everywhere') return text;
  const names = { town: 'townships', station: 'policeStations', kind: 'kinds' } as const;
  const scope: Record<string, string[]> = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    const [name = '', id = ''] = part.split(':');
    const field = /^(site|route|fleet)\//.test(part) ? 'places' : names[name as keyof typeof names];
    const value = field === 'places' ? part : id;
    if (!field || !value) throw callerError('scope-malformed', `not a scope: ${part}`, { scope: part });
    scope[field] = [...(scope[field] ?? []), value];
  }
  return scope;
}

function list(orders: readonly StopOrderView[], io: CommandIo): number {
  const zh = io.language !== 'en';
  if (orders.length === 0) io.stdout(zh ? '没有下达过停播令。\n' : 'No stop order was ever given.\n');
  for (const { version, state, reason, places, everywhere, devices, open } of orders) {
    const what = state === 'stop' ? (zh ? '停播' : 'stop') : zh ? '解除' : 'lifted';
    const where = everywhere ? (zh ? '全域' : 'everywhere') : `${places} ${zh ? '处' : 'places'}`;
    const obeyed = `${devices.obeyed}/${devices.inScope} ${zh ? '已执行' : 'obeyed'}`;
    io.stdout(`${version}  ${what}  ${where}  ${obeyed}  ${reason}\n`);
    for (const { device, place, status } of open) io.stdout(`    ${device}  ${place}  ${status}\n`);
  }
  return 0;
}

import { parseArgs } from 'node:util';
import {
  callerError,
  decodeMessage,
  type StopOrder,
  sealEnvelope,
  stopLimits,
  stopOrderSchema,
} from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import type { KeyPair } from '@xiaolaba/protocol/node';
import type { PendingStopView, StopGiven, StopKept, StopOrderView } from '../api/order-contract.js';
import { connect, connectionOptions } from './connection.js';
import { readKey } from './key-files.js';
import { passphraseOptions } from './passphrase.js';
import { scopeFrom } from './scope-from.js';

export const stopCommand: CommandSpec = {
  name: 'stop',
  summary: { zh: '下达或解除停播令', en: 'Give or lift a stop order' },
  usage: {
    zh: `用法：xiaolaba stop --scope <范围> --reason <原因> --key <私钥文件> [--lift] [--gateway <网址>] [--data <数据目录> | --token <令牌>]
      xiaolaba stop --sign <编号> --key <私钥文件>
      xiaolaba stop --list

范围：everywhere（全域），或若干条件，用逗号分开，须同时满足：
  town:<乡镇> station:<派出所> kind:<类型> site/<编号> route/<编号> fleet/<编号>
签名在本机完成，私钥不会发给网关。--lift 解除停播。--list 列出停播令与各终端的执行情况。
密钥名单要求多人签名时，第一人签后停播令等待其他人（半小时内），--sign 在别人签过的停播令上加签。`,
    en: `Usage: xiaolaba stop --scope <scope> --reason <reason> --key <private key file> [--lift] [--gateway <url>] [--data <dir> | --token <token>]
       xiaolaba stop --sign <number> --key <private key file>
       xiaolaba stop --list

The scope: everywhere, or conditions separated by commas, all of which must hold:
  town:<township> station:<police station> kind:<kind> site/<id> route/<id> fleet/<id>
Signing happens on this machine; the private key never goes to the gateway. --lift ends a stop. --list shows the orders and who has obeyed.
Where the key list asks for several signatures, an order waits for the others (half an hour); --sign adds one to it.`,
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
      sign: { type: 'string' },
    } as const;
    const { values } = parseArgs({ args, options });
    const call = await connect(values, io.language);
    if (values.list) {
      listPending(await call<PendingStopView[]>('GET', '/api/stop-orders/pending'), io);
      return list(await call<StopOrderView[]>('GET', '/api/stop-orders'), io);
    }
    if (values.sign) {
      if (!values.key) throw callerError('option-missing', '--key is needed', { option: 'key' });
      const pair = await readKey(values.key, values, io);
      const waiting = await call<PendingStopView[]>('GET', '/api/stop-orders/pending');
      const found = waiting.find(({ version }) => String(version) === values.sign);
      if (!found) throw callerError('stop-order-unknown', `no order ${values.sign} waits`, { version: values.sign });
      const payload = new Uint8Array(await call<ArrayBuffer>('GET', `/api/stop-orders/pending/${found.sha256}`));
      const order = decodeMessage(stopOrderSchema, payload, stopLimits);
      // What is shown comes from the bytes that are signed, not from what the gateway says of them.
      io.stdout(`${line(order, placesIn(order), io.language)}\n`);
      return tell(await call<Handed>('POST', '/api/stop-orders', await sealed(payload, pair)), order, io);
    }
    for (const name of ['scope', 'reason', 'key'] as const)
      if (!values[name]) throw callerError('option-missing', `--${name} is needed`, { option: name });
    const state = values.lift ? 'lifted' : 'stop';
    const pair = await readKey(values.key ?? '', values, io);
    const asking = { scope: scopeFrom(values.scope ?? ''), state, reason: values.reason };
    const payload = new Uint8Array(await call<ArrayBuffer>('POST', '/api/stop-orders/candidates', asking));
    const order = decodeMessage(stopOrderSchema, payload, stopLimits);
    // The bytes come from the gateway: what is signed must be what was asked for.
    if (order.state !== state || order.reason !== values.reason?.trim())
      throw callerError('candidate-differs', 'the gateway sent something else than was asked for', {});
    return tell(await call<Handed>('POST', '/api/stop-orders', await sealed(payload, pair)), order, io);
  },
};

type Handed = StopGiven | StopKept;

const sealed = (payload: Uint8Array, { signer }: KeyPair): Promise<Uint8Array> =>
  sealEnvelope('stop', payload, [signer]);
const placesIn = ({ scope }: StopOrder): number | undefined => (scope === 'everywhere' ? undefined : scope.length);

function tell(handed: Handed, order: StopOrder, io: CommandIo): number {
  const zh = io.language !== 'en';
  const { version, state } = order;
  const places = placesIn(order);
  if ('needed' in handed) {
    io.stdout(
      zh
        ? `已签，尚未生效：第 ${version} 号，${handed.signed}/${handed.needed} 人已签。另一人用 xiaolaba stop --sign ${version} 加签\n`
        : `Signed, not in force yet: order ${version}, ${handed.signed} of ${handed.needed} have signed. The next signs with: xiaolaba stop --sign ${version}\n`,
    );
    return 0;
  }
  io.stdout(
    zh
      ? `${state === 'stop' ? '已停播' : '已解除'}：第 ${version} 号，${places ?? '全部'} 处，已下达 ${handed.devices} 台终端\n`
      : `${state === 'stop' ? 'Stopped' : 'Lifted'}: order ${version}, ${places ?? 'all'} places, handed to ${handed.devices} devices\n`,
  );
  return 0;
}

type Said = Pick<StopOrder, 'version' | 'state' | 'reason'>;

function line({ version, state, reason }: Said, places: number | undefined, language: CommandIo['language']): string {
  const zh = language !== 'en';
  const what = state === 'stop' ? (zh ? '停播' : 'stop') : zh ? '解除' : 'lifted';
  const where = places === undefined ? (zh ? '全域' : 'everywhere') : `${places} ${zh ? '处' : 'places'}`;
  return `${version}  ${what}  ${where}  ${reason}`;
}

function listPending(waiting: readonly PendingStopView[], io: CommandIo): void {
  for (const one of waiting) {
    const { needed, missing, signedBy } = one.approval;
    const said = line(one, one.everywhere ? undefined : one.places, io.language);
    const names = signedBy.map(({ name }) => name).join(io.language === 'en' ? ', ' : '、');
    const signed = io.language === 'en' ? 'waits for signatures' : '等待签名';
    io.stdout(`${said}  ${signed} ${needed - missing}/${needed}（${names}）\n`);
  }
}

function list(orders: readonly StopOrderView[], io: CommandIo): number {
  const zh = io.language !== 'en';
  if (orders.length === 0) io.stdout(zh ? '没有下达过停播令。\n' : 'No stop order was ever given.\n');
  for (const { devices, open, ...order } of orders) {
    const obeyed = `${devices.obeyed}/${devices.inScope} ${zh ? '已执行' : 'obeyed'}`;
    io.stdout(`${line(order, order.everywhere ? undefined : order.places, io.language)}  ${obeyed}\n`);
    for (const { device, place, status } of open) io.stdout(`    ${device}  ${place}  ${status}\n`);
  }
  return 0;
}

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  type ApprovalKind,
  approvalKinds,
  callerError,
  decodeMessage,
  encodeMessage,
  envelopeLimits,
  envelopeSchema,
  fromBase64,
  type KeyList,
  keyListSchema,
  openKeyList,
  type PublicKey,
  sealEnvelope,
  toBase64,
  trustedKeysOf,
} from '@xiaolaba/protocol';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { type KeyPair, publicKeyFrom, verify } from '@xiaolaba/protocol/node';
import type { KeyListTaken } from '../api/contract.js';
import { connect, connectionOptions } from './connection.js';
import { readKey, readPublicKey, writeNew } from './key-files.js';
import { passphraseOptions } from './passphrase.js';

const many = { type: 'string', multiple: true } as const;
const options = {
  ...connectionOptions,
  ...passphraseOptions,
  list: { type: 'string' },
  out: { type: 'string' },
  'root-key': many,
  'new-root-key': many,
  approver: many,
  name: many,
  may: { type: 'string' },
  release: { type: 'string' },
  stop: { type: 'string' },
  alert: { type: 'string' },
  wide: { type: 'string' },
  expires: { type: 'string' },
} as const;
const parse = (args: string[]) => parseArgs({ args, options, allowPositionals: true });
type Values = ReturnType<typeof parse>['values'];

/** `xiaolaba key list`: makes, changes, shows and hands in the key list; only `submit` needs a gateway. */
export async function keyListCommand(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parse(args);
  const [doing = '', file] = positionals;
  if (doing === 'show' && file !== undefined) {
    show((await readList(file)).list, io);
    return 0;
  }
  if (doing === 'submit' && file !== undefined) return await submit(file, values, io);
  const lists = values.list === undefined ? undefined : await readList(values.list);
  const edit = edits[doing];
  if (!edit || !values.out || !values['root-key'] || (doing === 'make') !== (lists === undefined)) {
    io.stderr(io.language === 'en' ? 'See xiaolaba key --help.\n' : '用法见 xiaolaba key --help。\n');
    return 2;
  }
  const roots = await readKeys(values['root-key'], values, io);
  const newRoots = await readKeys(values['new-root-key'] ?? [], values, io);
  const before = lists?.list ?? firstList(roots);
  const edited = await edit(before, values);
  const root = newRoots.length > 0 ? rootOf(newRoots) : before.root;
  const list = await changed({ ...edited, root, version: lists ? before.version + 1 : 1 }, values);
  const signers = [...roots, ...newRoots].map(({ signer }) => signer);
  const envelope = await sealEnvelope('key-list', encodeMessage(list), signers);
  // As devices will read it: with too few root keys it is no list.
  openKeyList(envelope, trustedKeysOf(before, publicKeyFrom).root, { verify, keyFrom: publicKeyFrom });
  await writeNew(values.out, envelope, 0o644);
  show(list, io);
  return 0;
}

type Edit = (list: KeyList, values: Values) => KeyList | Promise<KeyList>;

const edits: Readonly<Record<string, Edit>> = {
  make: async (list, values) => ({ ...list, approvers: await approversOf(values) }),
  async add(list, values) {
    const added = await approversOf(values);
    const taken = added.find(({ name }) => list.approvers.some((approver) => approver.name === name));
    if (taken) throw callerError('approver-listed', `${taken.name} is listed; rotate their key`, { name: taken.name });
    return { ...list, approvers: [...list.approvers, ...added] };
  },
  revoke(list, { name: names = [] }) {
    const approvers = list.approvers.filter(({ name, kid }) => !names.includes(name) && !names.includes(kid));
    if (names.length === 0 || approvers.length !== list.approvers.length - names.length)
      throw callerError('approver-unlisted', 'who is to go is not in the list', { name: names.join(', ') });
    return { ...list, approvers };
  },
  /** Another key for the same people, or other root keys. */
  async rotate(list, values) {
    const renewed = values.approver ? await approversOf(values) : [];
    const known = new Set(list.approvers.map(({ name }) => name));
    const stranger = renewed.find(({ name }) => !known.has(name));
    if (stranger)
      throw callerError('approver-unlisted', `${stranger.name} is not in the list`, { name: stranger.name });
    const approvers = list.approvers.map((approver) => {
      const { kid, key } = renewed.find(({ name }) => name === approver.name) ?? approver;
      return { ...approver, kid, key };
    });
    return { ...list, approvers };
  },
};

const listed = ({ alg, kid, bytes }: PublicKey) => ({ alg, kid, key: toBase64(bytes) });
const rootOf = (keys: readonly KeyPair[]): KeyList['root'] => ({
  keys: keys.map(({ publicKey }) => listed(publicKey)),
  threshold: Math.min(2, keys.length),
});
const firstList = (roots: readonly KeyPair[]): KeyList => ({
  v: 1,
  version: 0,
  issuedAt: 0,
  root: rootOf(roots),
  approvers: [],
  thresholds: { release: 1, stop: 1, alert: 1 },
});

const readKeys = async (paths: readonly string[], values: Values, io: CommandIo): Promise<KeyPair[]> => {
  const keys: KeyPair[] = [];
  // One passphrase is asked for after the other.
  for (const path of paths) keys.push(await readKey(path, values, io));
  return keys;
};

async function approversOf({ approver = [], may }: Values): Promise<KeyList['approvers']> {
  const kinds = (may?.split(',') ?? [...approvalKinds]) as ApprovalKind[];
  return await Promise.all(
    approver.map(async (text) => {
      const at = text.indexOf('=');
      if (at < 1) throw callerError('option-malformed', '--approver name=file', { option: `--approver ${text}` });
      return { ...listed(await readPublicKey(text.slice(at + 1))), name: text.slice(0, at), may: [...kinds] };
    }),
  );
}

/** With the thresholds and the end that are asked for. @throws XiaolabaError `message-malformed` with what is wrong */
function changed(list: KeyList, { release, stop, alert, wide, expires }: Values): KeyList {
  const { thresholds, expiresAt: _, ...rest } = list;
  const [places, approvers] = wide?.split(':').map(Number) ?? [];
  const asked = { release, stop, alert };
  const counts = Object.fromEntries(Object.entries(asked).flatMap(([kind, n]) => (n ? [[kind, Number(n)]] : [])));
  return decodeMessage(
    keyListSchema,
    encodeMessage({
      ...rest,
      issuedAt: Date.now(),
      ...(expires === undefined ? {} : { expiresAt: Date.parse(expires) }),
      thresholds: { ...thresholds, ...counts, ...(wide === undefined ? {} : { wideRelease: { places, approvers } }) },
    }),
  );
}

/** @throws XiaolabaError `file-unreadable`; as `openKeyList` */
async function readList(path: string): Promise<{ readonly list: KeyList; readonly envelope: Uint8Array }> {
  const envelope = await readFile(path).catch((cause: unknown) => {
    throw callerError('file-unreadable', `cannot read ${path}`, { path }, cause);
  });
  const { payload } = decodeMessage(envelopeSchema, envelope, envelopeLimits);
  const list = decodeMessage(keyListSchema, fromBase64(payload) ?? new Uint8Array());
  openKeyList(envelope, trustedKeysOf(list, publicKeyFrom).root, { verify, keyFrom: publicKeyFrom });
  return { list, envelope };
}

async function submit(path: string, values: Values, io: CommandIo): Promise<number> {
  const { envelope } = await readList(path);
  const call = await connect(values, io.language);
  const { version, lapsed } = await call<KeyListTaken>('POST', '/api/key-lists', envelope);
  const campaigns = [...new Set(lapsed.map(({ campaign }) => campaign))].join(', ');
  io.stdout(io.language === 'en' ? `Key list ${version} is taken.\n` : `网关已收下第 ${version} 版密钥名单。\n`);
  if (campaigns)
    io.stdout(
      io.language === 'en'
        ? `Off the air until somebody of this list signs them: ${campaigns}\n`
        : `以下任务的签名人已不在名单里，现已停播，需重新审批：${campaigns}\n`,
    );
  return 0;
}

function show({ version, approvers, root, thresholds, expiresAt }: KeyList, io: CommandIo): void {
  const zh = io.language !== 'en';
  const { release, stop, alert, wideRelease } = thresholds;
  const until = expiresAt === undefined ? '' : new Date(expiresAt).toISOString().slice(0, 10);
  const lines = [
    zh ? `密钥名单第 ${version} 版${until && `，${until} 失效`}` : `Key list ${version}${until && `, until ${until}`}`,
    zh
      ? `  须签人数：发布 ${release}，停播 ${stop}，紧急插播 ${alert}${wideRelease ? `，达到 ${wideRelease.places} 处 ${wideRelease.approvers}` : ''}`
      : `  Approvers needed: release ${release}, stop ${stop}, alert ${alert}${wideRelease ? `, from ${wideRelease.places} places on ${wideRelease.approvers}` : ''}`,
    ...approvers.map(({ name, kid, may }) => `  ${kid}  ${name}  ${may.join(',')}`),
    ...root.keys.map(({ kid }) => `  ${kid}  ${zh ? '根密钥' : 'root'} (${root.threshold}/${root.keys.length})`),
  ];
  for (const kind of approvalKinds) {
    const able = approvers.filter(({ may }) => may.includes(kind)).length;
    const needed = Math.max(thresholds[kind], kind === 'release' ? (wideRelease?.approvers ?? 1) : 1);
    if (able < needed)
      lines.push(
        zh
          ? `  注意：${kind} 要 ${needed} 人，只有 ${able} 人可签`
          : `  Mind: ${kind} needs ${needed}, only ${able} may`,
      );
  }
  io.stdout(`${lines.join('\n')}\n`);
}

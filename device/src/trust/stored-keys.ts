import {
  decodeMessage,
  encodeMessage,
  envelopeLimits,
  envelopeSchema,
  errorCode,
  fixedKeys,
  fromBase64,
  keyListSchema,
  openKeyList,
  type RootKeys,
  rootAlone,
  type TrustedKeys,
  toBase64,
  trustedKeysOf,
} from '@xiaolaba/protocol';
import { publicKeyFrom, verify } from '@xiaolaba/protocol/node';
import { z } from 'zod';
import type { DeviceIdentity } from '../agent-types.js';
import type { Storage } from '../ports/index.js';

/** Two copies, written one after the other: a page of flash gone bad must not bring an older list back. */
const fileNames = ['trust/key-list', 'trust/key-list-copy'] as const;
const storedSchema = z.strictObject({
  v: z.literal(1),
  /** Root keys under which it was taken. */
  root: z.string(),
  /** As it came, base64. */
  envelope: z.string(),
});

export const keyListPorts = { verify, keyFrom: publicKeyFrom } as const;

export interface StoredKeys {
  readonly trusted: TrustedKeys;
  /** Of the envelope that they came in; empty where no list is held. */
  readonly payload: string;
}

/** Whose signatures count by what storage and identity hold: the newest list, or fixed keys. */
export async function readStoredKeys(
  storage: Storage,
  identity: DeviceIdentity,
  bad: (name: string, code: string) => void,
): Promise<StoredKeys> {
  const { root, approvers } = identity;
  if (!root) return { trusted: fixedKeys(approvers), payload: '' };
  let newest: StoredKeys = { trusted: rootAlone(root), payload: '' };
  for (const name of fileNames) {
    const bytes = await storage.read(name);
    if (!bytes) continue;
    try {
      const stored = decodeMessage(storedSchema, bytes, envelopeLimits);
      // Enrolled anew under other roots, a device begins anew.
      if (stored.root !== nameOf(root)) continue;
      const read = readEnvelope(fromBase64(stored.envelope) ?? new Uint8Array());
      if (read.trusted.version > newest.trusted.version) newest = read;
    } catch (error) {
      bad(name, errorCode(error));
    }
  }
  return newest;
}

/** @throws XiaolabaError of the storage */
export async function storeKeyList(storage: Storage, root: RootKeys, envelope: Uint8Array): Promise<void> {
  const stored = encodeMessage({ v: 1, root: nameOf(root), envelope: toBase64(envelope) });
  for (const name of fileNames) await storage.replace(name, stored);
}

/** A list that was good when it was taken; its own root keys' signatures show that its bytes are still the same. */
function readEnvelope(envelope: Uint8Array): StoredKeys {
  const { payload } = decodeMessage(envelopeSchema, envelope, envelopeLimits);
  const claimed = decodeMessage(keyListSchema, fromBase64(payload) ?? new Uint8Array());
  const { root } = trustedKeysOf(claimed, publicKeyFrom);
  return { trusted: openKeyList(envelope, root, keyListPorts), payload };
}

const nameOf = ({ keys, threshold }: RootKeys): string =>
  `${threshold} of ${keys
    .map(({ kid }) => kid)
    .sort()
    .join(' ')}`;

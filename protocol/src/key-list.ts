import { z } from 'zod';
import { fromBase64 } from './base64.js';
import { keyIdSchema, openEnvelope, type PublicKey, signatureAlgorithms, type Verify } from './envelope.js';
import { callerError } from './errors.js';
import { instantSchema } from './ids.js';
import { decodeMessage } from './json.js';

/** What an approver may sign for: releases, stop orders, and releases that hold an alert. */
export const approvalKinds = ['release', 'stop', 'alert'] as const;
export type ApprovalKind = (typeof approvalKinds)[number];

const listedKeySchema = z.strictObject({
  alg: z.enum(signatureAlgorithms),
  kid: keyIdSchema,
  /** Raw, base64. */
  key: z.string().max(64),
});
export type ListedKey = z.infer<typeof listedKeySchema>;

/** An envelope carries four signatures: two of the root keys before and two of those after. */
const rootThresholdSchema = z.number().int().min(1).max(2);
const thresholdSchema = z.number().int().min(1).max(4);

export const keyListSchema = z
  .strictObject({
    v: z.literal(1),
    /** One above the list before. */
    version: z.number().int().min(1).max(1_000_000),
    issuedAt: instantSchema,
    /** From then on it approves nothing; without it, it holds until the next. */
    expiresAt: instantSchema.optional(),
    /** Who signs the next list. */
    root: z.strictObject({ keys: z.array(listedKeySchema).min(1).max(8), threshold: rootThresholdSchema }),
    approvers: z
      .array(
        listedKeySchema.extend({
          /** One key a person: two signatures are two people. */
          name: z.string().min(1).max(60),
          may: z.array(z.enum(approvalKinds)).min(1).max(3),
        }),
      )
      .max(200),
    /** How many different approvers it takes. */
    thresholds: z.strictObject({
      release: thresholdSchema,
      /** For releases whose audience names at least so many places. */
      wideRelease: z.strictObject({ places: z.number().int().min(2).max(5000), approvers: thresholdSchema }).optional(),
      stop: thresholdSchema,
      alert: thresholdSchema,
    }),
  })
  .superRefine(({ root, approvers, issuedAt, expiresAt }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const keys = [...root.keys, ...approvers].map(({ key }) => key);
    if (new Set(keys).size < keys.length) refuse('approvers', 'the same key twice');
    if (new Set(approvers.map(({ name }) => name)).size < approvers.length) refuse('approvers', 'the same name twice');
    if (root.threshold > root.keys.length) refuse('root', 'more signatures than keys');
    if (expiresAt !== undefined && expiresAt <= issuedAt) refuse('expiresAt', 'before issuedAt');
  });
/** 密钥名单: whose signatures count. The next list is signed by the root keys of this one. */
export type KeyList = z.infer<typeof keyListSchema>;

export interface RootKeys {
  readonly keys: readonly PublicKey[];
  /** How many of them sign a list. */
  readonly threshold: number;
}

export interface Approver {
  readonly key: PublicKey;
  readonly name: string;
  readonly may: readonly ApprovalKind[];
}

/** A key list that was found good, or fixed keys that stand for one. */
export interface TrustedKeys {
  /** 0 for fixed keys, and for none at all. */
  readonly version: number;
  readonly expiresAt?: number | undefined;
  readonly root: RootKeys;
  readonly approvers: readonly Approver[];
  readonly thresholds: KeyList['thresholds'];
}

/** What a device begins with: root keys that approve nothing themselves, but sign the first list. */
export const rootAlone = (root: RootKeys): TrustedKeys => ({ ...fixedKeys([]), root });

/** Approvers' keys that never change; one signature is enough, for everything. */
export const fixedKeys = (keys: readonly PublicKey[]): TrustedKeys => ({
  version: 0,
  root: { keys: [], threshold: 1 },
  approvers: keys.map((key) => ({ key, name: key.kid, may: approvalKinds })),
  thresholds: { release: 1, stop: 1, alert: 1 },
});

/** What checking a list needs of the platform. */
export interface KeyListPorts {
  readonly verify: Verify;
  /** @throws XiaolabaError `key-malformed`, `key-small-order` */
  readonly keyFrom: (raw: Uint8Array) => PublicKey;
}

/**
 * The list in an envelope, if the root keys given have signed it, and its own as well.
 * @throws XiaolabaError `message-*`, `envelope-type`, `signature-*`, `key-malformed`, `key-small-order`, `key-id-differs`
 */
export function openKeyList(bytes: Uint8Array, root: RootKeys, ports: KeyListPorts): TrustedKeys {
  const { payload } = openEnvelope('key-list', bytes, root.keys, ports.verify, root.threshold);
  const trusted = trustedKeysOf(decodeMessage(keyListSchema, payload), ports.keyFrom);
  // So that nobody hands the root on to a key that no one holds.
  openEnvelope('key-list', bytes, trusted.root.keys, ports.verify, trusted.root.threshold);
  return trusted;
}

/**
 * The list that follows the one held: exactly one version on. Whoever holds none begins with any that its root signed.
 * @throws XiaolabaError as `openKeyList`; `key-list-rolled-back`, `key-list-differs` (another of the same version), `key-list-gap`
 */
export function nextKeyList(bytes: Uint8Array, held: TrustedKeys, ports: KeyListPorts): TrustedKeys {
  const next = openKeyList(bytes, held.root, ports);
  const details = { held: held.version, version: next.version };
  if (held.version === 0 || next.version === held.version + 1) return next;
  if (next.version < held.version) throw callerError('key-list-rolled-back', `list ${held.version} is held`, details);
  if (next.version === held.version) throw callerError('key-list-differs', 'another list of this version', details);
  throw callerError('key-list-gap', `list ${held.version + 1} is wanted first`, details);
}

/** What a list says, signed or not. @throws XiaolabaError `key-malformed`, `key-small-order`, `key-id-differs` */
export function trustedKeysOf(list: KeyList, keyFrom: KeyListPorts['keyFrom']): TrustedKeys {
  const keyOf = ({ kid, key }: ListedKey): PublicKey => {
    const parsed = keyFrom(fromBase64(key) ?? new Uint8Array());
    if (parsed.kid !== kid) throw callerError('key-id-differs', `${kid} is not the id of its key`, { kid });
    return parsed;
  };
  const { version, expiresAt, root, approvers, thresholds } = list;
  return {
    version,
    expiresAt,
    root: { keys: root.keys.map(keyOf), threshold: root.threshold },
    approvers: approvers.map(({ name, may, ...listed }) => ({ key: keyOf(listed), name, may })),
    thresholds,
  };
}

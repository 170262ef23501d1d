import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  callerError,
  fromBase64,
  idSchema,
  type PublicKey,
  parseJson,
  placeSchema,
  profiles,
  toBase64,
  worldError,
} from '@xiaolaba/protocol';
import { keyPairFrom, publicKeyFrom } from '@xiaolaba/protocol/node';
import { z } from 'zod';
import type { DeviceIdentity } from '../agent-types.js';

const keySchema = z.string().transform((text, context) => {
  const raw = fromBase64(text);
  if (raw?.length === 32) return raw;
  context.addIssue({ code: 'custom', message: 'not 32 bytes in base64' });
  return z.NEVER;
});

const identityFileSchema = z
  .strictObject({
    v: z.literal(1),
    device: idSchema,
    profile: z.enum(profiles),
    place: placeSchema,
    secret: z.string().min(1),
    seed: keySchema,
    root: z.strictObject({ keys: z.array(keySchema).min(1), threshold: z.number().int().min(1).max(2) }).optional(),
    /** Of an identity without root keys. */
    approvers: z.array(keySchema).min(1).optional(),
    gateway: keySchema,
  })
  .refine(({ root, approvers }) => (root === undefined) !== (approvers === undefined), 'root keys, or approvers')
  .refine(({ root }) => !root || root.threshold <= root.keys.length, 'more signatures than root keys');

/** Writes an identity where only its owner can read it: whole or not at all. */
export async function writeIdentity(path: string, identity: DeviceIdentity): Promise<void> {
  const { device, profile, place, secret, keys, root, approvers, gateway } = identity;
  const base64 = ({ bytes }: PublicKey): string => toBase64(bytes);
  const content: z.input<typeof identityFileSchema> = {
    v: 1,
    device,
    profile,
    place,
    secret,
    seed: toBase64(keys.seed),
    ...(root
      ? { root: { keys: root.keys.map(base64), threshold: root.threshold } }
      : { approvers: approvers.map(base64) }),
    gateway: toBase64(gateway.bytes),
  };
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(content, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(`${path}.new`, 0o600);
    await rename(`${path}.new`, path);
  } catch (cause) {
    throw worldError('identity-unwritable', 'the identity can not be written', { path }, cause);
  }
}

/** @throws XiaolabaError `identity-missing`, `identity-malformed` */
export async function readIdentity(path: string): Promise<DeviceIdentity> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw callerError('identity-missing', 'no identity: enrol the device first', { path }, cause);
  });
  try {
    const { seed, root, approvers = [], gateway, v: _, ...rest } = identityFileSchema.parse(parseJson(bytes));
    return {
      ...rest,
      keys: keyPairFrom(seed),
      ...(root ? { root: { ...root, keys: root.keys.map((raw) => publicKeyFrom(raw)) } } : {}),
      approvers: approvers.map((raw) => publicKeyFrom(raw)),
      gateway: publicKeyFrom(gateway),
    };
  } catch (cause) {
    throw callerError('identity-malformed', 'the identity file is damaged', { path }, cause);
  }
}

/**
 * The public key of a root or an approver from a file: raw base64 on a line, or JSON with it in `key` (or `publicKey`).
 * @throws XiaolabaError `approver-key-unreadable`
 */
export async function readPublicKey(path: string): Promise<PublicKey> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    const fields = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { key: text };
    const value = fields.key ?? fields.publicKey;
    const raw = typeof value === 'string' ? fromBase64(value) : undefined;
    if (!raw) throw new TypeError('no key in it');
    return publicKeyFrom(raw);
  } catch (cause) {
    throw callerError('approver-key-unreadable', 'no public key in the file', { path }, cause);
  }
}

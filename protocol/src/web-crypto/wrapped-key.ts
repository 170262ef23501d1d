import { z } from 'zod';
import { fromBase64, toBase64 } from '../base64.js';
import { keyIdSchema } from '../envelope.js';
import { callerError } from '../errors.js';
import { decodeMessage } from '../json.js';
import { type ApproverKey, approverKeyFrom } from './approver-key.js';
import { type Bytes, bytesOf, subtle } from './subtle.js';

/** OWASP's least for PBKDF2 with SHA-256; a file that asks for less was not made here. */
const iterationsAtLeast = 600_000;
/** A file must not keep its reader busy for minutes. */
const iterationsAtMost = 10_000_000;
const pkcs8Head = bytesOf([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]);

export const wrappedKeySchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('xiaolaba-key'),
  alg: z.literal('Ed25519'),
  kid: keyIdSchema,
  /** The public key, raw, base64. */
  key: z.string().length(44),
  kdf: z.strictObject({
    name: z.literal('PBKDF2'),
    hash: z.literal('SHA-256'),
    iterations: z.number().int().min(iterationsAtLeast).max(iterationsAtMost),
    salt: z.string().length(24),
  }),
  cipher: z.strictObject({ name: z.literal('AES-GCM'), iv: z.string().length(16) }),
  /** The private key as PKCS#8 (RFC 8410), encrypted with 256 bits, base64. */
  wrapped: z.string().max(128),
});
/** A private key as it is kept in a file: encrypted under a passphrase. */
export type WrappedKey = z.infer<typeof wrappedKeySchema>;

const encoder = new TextEncoder();

/** What the encryption vouches for beside the key: for whose it is taken. */
const bound = ({ kid, key }: Pick<WrappedKey, 'kid' | 'key'>): Bytes =>
  bytesOf(encoder.encode(`xlb-key/1 ${kid} ${key}`));

async function wrappingKey(passphrase: string, { salt, iterations }: WrappedKey['kdf']) {
  // The same characters typed on another machine may be composed otherwise.
  const secret = bytesOf(encoder.encode(passphrase.normalize('NFC')));
  const base = await subtle().importKey('raw', secret, 'PBKDF2', false, ['deriveKey']);
  return await subtle().deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', iterations, salt: bytesOf(fromBase64(salt) ?? []) },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

/**
 * Encrypts a 32-byte Ed25519 seed under a passphrase.
 * @throws XiaolabaError `passphrase-short` under 10 characters
 */
export async function wrapSeed(
  seed: Uint8Array,
  publicKey: { readonly kid: string; readonly bytes: Uint8Array },
  passphrase: string,
): Promise<WrappedKey> {
  if ([...passphrase].length < 10) throw callerError('passphrase-short', 'at least 10 characters', { least: 10 });
  const random = (length: number): string => toBase64(globalThis.crypto.getRandomValues(new Uint8Array(length)));
  const kdf = { name: 'PBKDF2', hash: 'SHA-256', iterations: iterationsAtLeast, salt: random(16) } as const;
  const cipher = { name: 'AES-GCM', iv: random(12) } as const;
  const named = { kid: publicKey.kid, key: toBase64(publicKey.bytes) };
  const pkcs8 = bytesOf([...pkcs8Head, ...seed]);
  const parameters = { name: 'AES-GCM', iv: bytesOf(fromBase64(cipher.iv) ?? []), additionalData: bound(named) };
  const wrapped = await subtle().encrypt(parameters, await wrappingKey(passphrase, kdf), pkcs8);
  pkcs8.fill(0);
  return {
    ...{ v: 1, kind: 'xiaolaba-key', alg: 'Ed25519' },
    ...named,
    kdf,
    cipher,
    wrapped: toBase64(new Uint8Array(wrapped)),
  };
}

/**
 * The seed in a file of a wrapped key.
 * @throws XiaolabaError `message-*` where it is none; `passphrase-wrong` (or a file that was changed)
 */
export async function decryptSeed(file: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const { kdf, cipher, wrapped, ...named } = decodeMessage(wrappedKeySchema, file);
  const parameters = { name: 'AES-GCM', iv: bytesOf(fromBase64(cipher.iv) ?? []), additionalData: bound(named) };
  const key = await wrappingKey(passphrase, kdf);
  const pkcs8 = await subtle()
    .decrypt(parameters, key, bytesOf(fromBase64(wrapped) ?? []))
    .catch((cause: unknown) => {
      throw callerError('passphrase-wrong', 'the passphrase does not open this key', { kid: named.kid }, cause);
    });
  return new Uint8Array(pkcs8).slice(pkcs8Head.length);
}

/** The key in a file, ready to sign; it can't be read out again. @throws XiaolabaError as `decryptSeed` */
export async function openWrappedKey(file: Uint8Array, passphrase: string): Promise<ApproverKey> {
  const { key } = decodeMessage(wrappedKeySchema, file);
  const seed = await decryptSeed(file, passphrase);
  const opened = await approverKeyFrom(bytesOf([...pkcs8Head, ...seed]), fromBase64(key) ?? new Uint8Array());
  seed.fill(0);
  return opened;
}

import { open, readFile } from 'node:fs/promises';
import { callerError, fromBase64, type PublicKey, parseJson, toBase64, XiaolabaError } from '@xiaolaba/protocol';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { type KeyPair, keyPairFrom, publicKeyFrom } from '@xiaolaba/protocol/node';
import { decryptSeed, wrapSeed } from '@xiaolaba/protocol/web-crypto';
import { type PassphraseValues, passphraseFor } from './passphrase.js';

/** Writes what nobody else may read; never over something. @throws XiaolabaError `key-file-exists` */
export async function writeNew(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const file = await open(path, 'wx', mode).catch((cause: unknown) => {
    throw callerError('key-file-exists', `${path} exists already or cannot be written`, { path }, cause);
  });
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A private key as a line of base64, or encrypted under a passphrase. @throws XiaolabaError `passphrase-short`, `key-file-exists` */
export async function writeKey(path: string, { seed, publicKey }: KeyPair, passphrase?: string): Promise<void> {
  const wrapped = passphrase === undefined ? undefined : await wrapSeed(seed, publicKey, passphrase);
  await writeNew(path, `${wrapped ? JSON.stringify(wrapped, null, 2) : toBase64(seed)}\n`);
}

/**
 * A private key from a file that `xiaolaba key` or the console wrote; one that is wrapped needs its passphrase.
 * @throws XiaolabaError `key-unreadable`, `key-malformed`, `passphrase-missing`, `passphrase-wrong`
 */
export async function readKey(path: string, values: PassphraseValues, io: CommandIo): Promise<KeyPair> {
  const bytes = await readBytes(path);
  const text = bytes.toString().trim();
  if (!text.startsWith('{')) return keyPairFrom(fromBase64(text) ?? new Uint8Array());
  return keyPairFrom(await decryptSeed(bytes, await passphraseFor(path, values, io)));
}

/**
 * A public key: base64 on a line, or the `key` of a JSON file, be it what `xiaolaba key --json` printed or a wrapped key.
 * @throws XiaolabaError `key-unreadable`, `key-malformed`, `key-small-order`
 */
export async function readPublicKey(path: string): Promise<PublicKey> {
  const bytes = await readBytes(path);
  const text = bytes.toString().trim();
  try {
    const fields = text.startsWith('{') ? (parseJson(bytes) as { readonly key?: unknown }) : { key: text };
    return publicKeyFrom((typeof fields.key === 'string' ? fromBase64(fields.key) : undefined) ?? new Uint8Array());
  } catch (error) {
    if (error instanceof XiaolabaError && error.code.startsWith('key-')) throw error;
    throw callerError('key-malformed', `no public key in ${path}`, { path }, error);
  }
}

const readBytes = (path: string): Promise<Buffer> =>
  readFile(path).catch((cause: unknown) => {
    throw callerError('key-unreadable', `cannot read ${path}`, { path }, cause);
  });

import { type ApproverKey, approverKeyFrom } from './approver-key.js';
import { bytesOf, subtle } from './subtle.js';
import { type WrappedKey, wrapSeed } from './wrapped-key.js';

/**
 * Makes a key pair, and the file in which its owner keeps it. @throws XiaolabaError `passphrase-short`; `NotSupportedError`
 * of a browser without Ed25519
 */
export async function generateApproverKey(passphrase: string): Promise<ApproverKey & { readonly file: WrappedKey }> {
  const made = await subtle().generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']);
  if (!('privateKey' in made)) throw new TypeError('Ed25519 makes pairs');
  const raw = new Uint8Array(await subtle().exportKey('raw', made.publicKey));
  const pkcs8 = bytesOf(new Uint8Array(await subtle().exportKey('pkcs8', made.privateKey)));
  const key = await approverKeyFrom(pkcs8, raw);
  const file = await wrapSeed(pkcs8.slice(-32), key.publicKey, passphrase);
  pkcs8.fill(0);
  return { ...key, file };
}

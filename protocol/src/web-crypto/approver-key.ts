import type { PublicKey, Signer } from '../envelope.js';
import { type Bytes, bytesOf, subtle } from './subtle.js';

/** A key that signs in the browser; `sealEnvelope` takes its signer. */
export interface ApproverKey {
  readonly publicKey: PublicKey;
  readonly signer: Signer;
}

/** A key pair by its PKCS#8 and raw public key; what signs can't be read out again. */
export async function approverKeyFrom(pkcs8: Bytes, raw: Uint8Array): Promise<ApproverKey> {
  const privateKey = await subtle().importKey('pkcs8', pkcs8, { name: 'Ed25519' }, false, ['sign']);
  const digest = new Uint8Array(await subtle().digest('SHA-256', bytesOf(raw)));
  const kid = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    publicKey: { alg: 'Ed25519', kid, bytes: Uint8Array.from(raw) },
    signer: {
      alg: 'Ed25519',
      kid,
      sign: async (message) => new Uint8Array(await subtle().sign({ name: 'Ed25519' }, privateKey, bytesOf(message))),
    },
  };
}

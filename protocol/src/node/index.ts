/** `node:crypto` behind the protocol's own ports. No I/O: keys arrive as bytes. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import type { PublicKey, Signer, Verify } from '../envelope.js';
import { callerError } from '../errors.js';
import type { Sha256 } from '../play-record.js';

export const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** DER heads of an Ed25519 key (RFC 8410), before its 32 raw bytes. */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Points of small order on edwards25519 (RFC 8032, with the sign bit cleared and the non-canonical encodings).
 * A signature by such a "key" verifies for any message, so it is no key.
 */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

export const keyIdOf = (raw: Uint8Array): string => sha256(raw).slice(0, 16);

/**
 * A public key from its 32 raw bytes.
 * @throws XiaolabaError `key-malformed`, `key-small-order`
 */
export function publicKeyFrom(raw: Uint8Array): PublicKey {
  if (raw.length !== 32)
    throw callerError('key-malformed', 'an Ed25519 public key has 32 bytes', { bytes: raw.length });
  const unsigned = Buffer.from(raw);
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f;
  if (smallOrder.has(unsigned.toString('hex'))) throw callerError('key-small-order', 'the key is of small order');
  return { alg: 'Ed25519', kid: keyIdOf(raw), bytes: Uint8Array.from(raw) };
}

const parsed = new WeakMap<PublicKey, KeyObject>();

export const verify: Verify = (key, message, signature) => {
  if (signature.length !== 64) return false;
  try {
    let object = parsed.get(key);
    if (!object) {
      object = createPublicKey({ key: Buffer.concat([spkiHead, key.bytes]), format: 'der', type: 'spki' });
      parsed.set(key, object);
    }
    return nodeVerify(null, message, object, signature);
  } catch {
    return false;
  }
};

export interface KeyPair {
  readonly publicKey: PublicKey;
  /** The 32-byte seed: keep it where only its owner reads. */
  readonly seed: Uint8Array;
  readonly signer: Signer;
}

/** The key pair of a 32-byte seed. @throws XiaolabaError `key-malformed` */
export function keyPairFrom(seed: Uint8Array): KeyPair {
  if (seed.length !== 32) throw callerError('key-malformed', 'an Ed25519 seed has 32 bytes', { bytes: seed.length });
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = publicKeyFrom(spki.subarray(spkiHead.length));
  const signer: Signer = { alg: 'Ed25519', kid: publicKey.kid, sign: (message) => nodeSign(null, message, privateKey) };
  return { publicKey, seed: Uint8Array.from(seed), signer };
}

/** A new random key pair. */
export function generateKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('ed25519');
  return keyPairFrom(privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(pkcs8Head.length));
}

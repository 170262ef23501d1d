import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { sha256 } from '@xiaolaba/protocol/node';

/** Without I, O, 0 and 1, which people mix up on the phone. */
const claimAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A one-time claim code, 80 bits: `XXXX-XXXX-XXXX-XXXX`. */
export function newClaimCode(): string {
  const letters = Array.from({ length: 16 }, () => claimAlphabet[randomInt(claimAlphabet.length)]).join('');
  return letters.replace(/(.{4})(?=.)/g, '$1-');
}

/** A device secret of 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Secrets are random, so a plain hash keeps them; they can't be guessed from it. */
export const hashSecret = (secret: string | Uint8Array): string =>
  sha256(typeof secret === 'string' ? Buffer.from(secret) : secret);

/** Compares two hexadecimal hashes in constant time. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a, 'hex');
  const right = Buffer.from(b, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}

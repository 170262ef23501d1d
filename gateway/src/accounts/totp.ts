import { Secret, TOTP } from 'otpauth';

/** Time-based codes (RFC 6238): SHA-1, six digits, 30 seconds, which is what every authenticator app knows. */
const periodSeconds = 30;
/** Steps that a telephone's clock may be off. */
const window = 1;

const totpOf = (secret: string, login = ''): TOTP =>
  new TOTP({
    issuer: 'Xiaolaba',
    label: login,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: periodSeconds,
  });

/** A new secret of 160 bits, base32. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

/** `otpauth://` address, for a QR code. */
export const totpUri = (secret: string, login: string): string => totpOf(secret, login).toString();

/** The step that a code belongs to; undefined where it is none. The caller takes each step once. */
export function totpStep(secret: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window });
  return delta === null ? undefined : Math.floor(now / 1000 / periodSeconds) + delta;
}

import { randomBytes, randomInt } from 'node:crypto';
import type { DeviceIdentity } from '@xiaolaba/device';
import {
  callerError,
  type EnrolRequest,
  type EnrolResponse,
  fromBase64,
  type Profile,
  type PublicKey,
  toBase64,
} from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair, publicKeyFrom } from '@xiaolaba/protocol/node';

/** Without I, O, 0 and 1, which people mix up on the phone. */
const claimAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const newClaim = (): string =>
  Array.from({ length: 16 }, () => claimAlphabet[randomInt(claimAlphabet.length)])
    .join('')
    .replace(/(.{4})(?=.)/g, '$1-');

export interface RosterEntry {
  readonly device: string;
  readonly profile: Profile;
  readonly place: string;
  /** Unspent claim code. */
  claim?: string;
  secret?: string;
  key?: PublicKey;
}

/** The devices that a harness knows, and how they prove who they are. */
export class Roster {
  readonly #entries = new Map<string, RosterEntry>();

  constructor(
    private readonly gateway: KeyPair,
    private readonly approver: KeyPair,
  ) {}

  /** @throws XiaolabaError `device-unknown` */
  get(device: string): RosterEntry {
    const entry = this.#entries.get(device);
    if (!entry) throw callerError('device-unknown', `no device ${device}`, { device });
    return entry;
  }

  claim(device: string, profile: Profile, place: string): string {
    const claim = newClaim();
    this.#entries.set(device, { ...this.#entries.get(device), device, profile, place, claim });
    return claim;
  }

  /** Spends a claim. @throws XiaolabaError `claim-refused`, `key-malformed`, `key-small-order` */
  enrol({ device, code, publicKey }: EnrolRequest): EnrolResponse {
    const entry = this.#entries.get(device);
    if (!entry?.claim || entry.claim !== code)
      throw callerError('claim-refused', 'the claim code is wrong or used', { device });
    entry.key = publicKeyFrom(fromBase64(publicKey) ?? new Uint8Array());
    delete entry.claim;
    entry.secret = randomBytes(32).toString('base64url');
    const { alg, kid, bytes } = this.gateway.publicKey;
    return { device, place: entry.place, secret: entry.secret, gatewayKey: { alg, kid, key: toBase64(bytes) } };
  }

  /** A device that needs no enrolment, for one that is made in the same process. */
  identity(device: string, profile: Profile, place: string): DeviceIdentity {
    const keys = generateKeyPair();
    const secret = randomBytes(32).toString('base64url');
    this.#entries.set(device, { device, profile, place, secret, key: keys.publicKey });
    const { approver, gateway } = this;
    return { device, profile, place, secret, keys, approvers: [approver.publicKey], gateway: gateway.publicKey };
  }

  isSecretOf(device: string, secret: string): boolean {
    return secret !== '' && this.#entries.get(device)?.secret === secret;
  }
}

import {
  callerError,
  type EnrolRequest,
  type EnrolResponse,
  fromBase64,
  type Profile,
  type PublicKey,
  toBase64,
} from '@xiaolaba/protocol';
import { publicKeyFrom } from '@xiaolaba/protocol/node';
import type { DeviceGate } from '../broker/index.js';
import type { DeviceEntry } from '../content/index.js';
import type { DeviceTable, Store } from '../store/index.js';
import { Turns } from '../turns.js';
import { hashSecret, newClaimCode, newSecret, sameHash } from './secrets.js';

/** A claim that nobody has used lapses after this. */
const claimLifeMs = 30 * 86_400_000;

export interface RegisteredDevice {
  readonly id: string;
  readonly profile: Profile;
  readonly place: string;
  readonly sign: DeviceEntry['sign'];
  readonly enrolled: boolean;
  readonly revoked: boolean;
  /** Since when it is shut out. */
  readonly revokedAt: number | undefined;
  /** Signs its records; absent before it is enrolled. */
  readonly key: PublicKey | undefined;
}

/** The devices of this gateway, who they are and how they prove it. */
export class Registry implements DeviceGate {
  readonly #rows = new Map<string, DeviceTable>();
  readonly #devices = new Map<string, RegisteredDevice>();
  /** Rows are written whole: what changes one must have seen the change before it. */
  readonly #turns = new Turns();

  private constructor(
    private readonly store: Store,
    private readonly gatewayKey: PublicKey,
    private readonly now: () => number,
  ) {}

  static async open(store: Store, gatewayKey: PublicKey, now: () => number): Promise<Registry> {
    const registry = new Registry(store, gatewayKey, now);
    for (const row of await store.selectFrom('devices').selectAll().execute()) registry.#remember(row);
    return registry;
  }

  get(device: string): RegisteredDevice | undefined {
    return this.#devices.get(device);
  }

  all(): IterableIterator<RegisteredDevice> {
    return this.#devices.values();
  }

  /** Adds devices of the content, or brings their place and sign up to date; nothing is forgotten. */
  learn(entries: readonly DeviceEntry[]): Promise<void> {
    return this.#turns.run(() => this.#learn(entries));
  }

  async #learn(entries: readonly DeviceEntry[]): Promise<void> {
    const changed = entries.flatMap((entry) => {
      const known = this.#rows.get(entry.id);
      const sign = entry.sign ? JSON.stringify(entry.sign) : null;
      if (known && known.profile === entry.profile && known.place === entry.place && known.sign === sign) return [];
      const blank = {
        claim_hash: null,
        claim_expires_at: null,
        secret_hash: null,
        public_key: null,
        enrolled_at: null,
        revoked_at: null,
      };
      return [{ ...blank, ...known, id: entry.id, profile: entry.profile, place: entry.place, sign }];
    });
    await this.#write(changed);
  }

  /** New one-time claim codes; a device that is enrolled already keeps its secret until the code is used. */
  claim(devices: readonly string[]): Promise<{ device: string; code: string }[]> {
    return this.#turns.run(() => this.#claim([...new Set(devices)]));
  }

  async #claim(devices: readonly string[]): Promise<{ device: string; code: string }[]> {
    const rows: DeviceTable[] = [];
    const claims = devices.map((device) => {
      const row = this.#rows.get(device);
      if (!row) throw callerError('device-unknown', `no device ${device}`, { device });
      const code = newClaimCode();
      rows.push({ ...row, claim_hash: hashSecret(code), claim_expires_at: this.now() + claimLifeMs });
      return { device, code };
    });
    await this.#write(rows);
    return claims;
  }

  /** Uses up a claim code. @throws XiaolabaError `claim-refused`, `key-malformed`, `key-small-order` */
  enrol(request: EnrolRequest): Promise<EnrolResponse> {
    return this.#turns.run(() => this.#enrol(request));
  }

  async #enrol({ device, code, publicKey }: EnrolRequest): Promise<EnrolResponse> {
    const row = this.#rows.get(device);
    const hash = hashSecret(code);
    if (!row?.claim_hash || !sameHash(row.claim_hash, hash) || (row.claim_expires_at ?? 0) <= this.now()) {
      throw callerError('claim-refused', 'the claim code is wrong, used or lapsed', { device });
    }
    const raw = fromBase64(publicKey);
    publicKeyFrom(raw ?? new Uint8Array());
    const secret = newSecret();
    await this.#write([
      {
        ...row,
        claim_hash: null,
        claim_expires_at: null,
        secret_hash: hashSecret(secret),
        public_key: publicKey,
        enrolled_at: this.now(),
        revoked_at: null,
      },
    ]);
    const { alg, kid, bytes } = this.gatewayKey;
    return { device, place: row.place, secret, gatewayKey: { alg, kid, key: toBase64(bytes) } };
  }

  /** Shuts a device out for good; it may be claimed anew. */
  revoke(device: string): Promise<void> {
    return this.#turns.run(() => this.#revoke(device));
  }

  async #revoke(device: string): Promise<void> {
    const row = this.#rows.get(device);
    if (!row) throw callerError('device-unknown', `no device ${device}`, { device });
    await this.#write([
      { ...row, secret_hash: null, claim_hash: null, claim_expires_at: null, revoked_at: this.now() },
    ]);
  }

  async authenticate(device: string, secret: Buffer): Promise<'ok' | 'bad-credentials' | 'revoked'> {
    const row = this.#rows.get(device);
    if (row?.revoked_at) return 'revoked';
    return row?.secret_hash && sameHash(row.secret_hash, hashSecret(secret)) ? 'ok' : 'bad-credentials';
  }

  async #write(rows: readonly DeviceTable[]): Promise<void> {
    await this.store.transaction().execute(async (transaction) => {
      for (const row of rows) {
        const { id, ...rest } = row;
        await transaction
          .insertInto('devices')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
          .execute();
      }
    });
    for (const row of rows) this.#remember(row);
  }

  #remember(row: DeviceTable): void {
    this.#rows.set(row.id, row);
    const raw = row.public_key ? fromBase64(row.public_key) : undefined;
    this.#devices.set(row.id, {
      id: row.id,
      profile: row.profile as Profile,
      place: row.place,
      sign: row.sign ? (JSON.parse(row.sign) as DeviceEntry['sign']) : undefined,
      enrolled: row.secret_hash !== null,
      revoked: row.revoked_at !== null,
      revokedAt: row.revoked_at ?? undefined,
      key: raw ? publicKeyFrom(raw) : undefined,
    });
  }
}

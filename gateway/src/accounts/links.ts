import { callerError } from '@xiaolaba/protocol';
import { hashSecret, newSecret } from '../registry/secrets.js';
import type { LinkTable, Store } from '../store/index.js';

/** A link that nobody has used lapses after this. */
export const linkLifeMs = 24 * 3_600_000;

export interface NewLink {
  /** 256 random bits; known to nobody but whoever is told now. */
  readonly secret: string;
  readonly expiresAt: number;
}

/** One-time links by which somebody sets a password: the first administrator, a new account, one that is locked out. */
export class Links {
  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  /** For an account, or (null) for the first administrator; an earlier link for the same is void. */
  async make(account: string | null, withoutTotp: boolean, within: Store = this.store): Promise<NewLink> {
    const secret = newSecret();
    const expiresAt = this.now() + linkLifeMs;
    await within
      .deleteFrom('links')
      .where('account', account === null ? 'is' : '=', account)
      .execute();
    await within
      .insertInto('links')
      .values({ hash: hashSecret(secret), account, without_totp: withoutTotp ? 1 : 0, expires_at: expiresAt })
      .execute();
    return { secret, expiresAt };
  }

  /** @throws XiaolabaError `link-refused` */
  async find(secret: string, within: Store = this.store): Promise<LinkTable> {
    const row = await within.selectFrom('links').selectAll().where('hash', '=', hashSecret(secret)).executeTakeFirst();
    if (!row || row.expires_at <= this.now()) throw callerError('link-refused', 'the link is wrong, used or lapsed');
    return row;
  }

  async remove({ hash }: LinkTable, within: Store): Promise<void> {
    await within.deleteFrom('links').where('hash', '=', hash).execute();
  }
}

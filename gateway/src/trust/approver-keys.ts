import { callerError, fromBase64, keyClaimBytes, type PublicKey } from '@xiaolaba/protocol';
import { verify } from '@xiaolaba/protocol/node';
import type { Store } from '../store/index.js';

/** Whose a key is. */
export interface KeyOwner {
  readonly account: string;
  readonly name: string;
  readonly since: number;
}

export interface ApproverKeysDeps {
  readonly store: Store;
  /** Keys that a key list entitles, or the settings do. */
  readonly entitled: () => readonly PublicKey[];
  readonly now: () => number;
}

/** Writes the change down where it is made: both stand or neither does. */
type Also = (within: Store, former: string | undefined) => Promise<void>;

/** Whose accounts the approvers' keys are: so that nobody approves their own work with another's hands. */
export class ApproverKeys {
  constructor(private readonly deps: ApproverKeysDeps) {}

  async owners(): Promise<Map<string, KeyOwner>> {
    const rows = await this.deps.store
      .selectFrom('approver_keys')
      .innerJoin('accounts', 'accounts.id', 'approver_keys.account')
      .select(['kid', 'account', 'name', 'linked_at'])
      .execute();
    return new Map(rows.map(({ kid, account, name, linked_at }) => [kid, { account, name, since: linked_at }]));
  }

  /**
   * Links a key to the account that shows that it holds it.
   * @throws XiaolabaError `approver-key-unknown`, `approver-key-taken` by somebody else's account, `signature-bad`
   */
  async claim(kid: string, account: string, signature: string, also: Also): Promise<void> {
    const key = this.#entitled(kid);
    if (!verify(key, keyClaimBytes(account, kid), fromBase64(signature) ?? new Uint8Array()))
      throw callerError('signature-bad', 'the key did not sign for this account', { kid });
    await this.deps.store.transaction().execute(async (within) => {
      const former = await ownerIn(within, kid);
      if (former !== undefined && former !== account)
        throw callerError('approver-key-taken', 'the key is linked to another account', { kid });
      if (former === account) return;
      await this.#write(within, kid, account);
      await also(within, former);
    });
  }

  /** Links a key to an account, whoever had it. @throws XiaolabaError `approver-key-unknown`, `account-unknown` */
  async assign(kid: string, account: string, also: Also): Promise<void> {
    this.#entitled(kid);
    await this.deps.store.transaction().execute(async (within) => {
      const known = await within.selectFrom('accounts').select('id').where('id', '=', account).executeTakeFirst();
      if (!known) throw callerError('account-unknown', `no account ${account}`, { account });
      const former = await ownerIn(within, kid);
      await this.#write(within, kid, account);
      await also(within, former);
    });
  }

  #entitled(kid: string): PublicKey {
    const key = this.deps.entitled().find((one) => one.kid === kid);
    if (!key) throw callerError('approver-key-unknown', `no approver has the key ${kid}`, { kid });
    return key;
  }

  async #write(within: Store, kid: string, account: string): Promise<void> {
    const row = { account, linked_at: this.deps.now() };
    await within
      .insertInto('approver_keys')
      .values({ kid, ...row })
      .onConflict((conflict) => conflict.column('kid').doUpdateSet(row))
      .execute();
  }
}

async function ownerIn(store: Store, kid: string): Promise<string | undefined> {
  const row = await store.selectFrom('approver_keys').select('account').where('kid', '=', kid).executeTakeFirst();
  return row?.account;
}

/** The accounts whose keys these are; a key that is linked to none has none. */
export async function accountsBehind(store: Store, kids: readonly string[]): Promise<string[]> {
  if (kids.length === 0) return [];
  const rows = await store.selectFrom('approver_keys').select('account').where('kid', 'in', kids).execute();
  return [...new Set(rows.map(({ account }) => account))];
}

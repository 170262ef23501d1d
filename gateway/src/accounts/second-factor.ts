import { callerError } from '@xiaolaba/protocol';
import { hashSecret, newClaimCode } from '../registry/secrets.js';
import type { AccountTable, Store } from '../store/index.js';
import { newTotpSecret, totpStep, totpUri } from './totp.js';

const recoveryCodes = 10;

/** Codes besides the password: each is taken once. */
export class SecondFactor {
  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  /** A code of the moment, or one of the recovery codes, which is then gone. */
  async take(account: AccountTable, code: string): Promise<boolean> {
    const given = code.replaceAll(' ', '').toUpperCase();
    const step = account.totp === null ? undefined : totpStep(account.totp, given, this.now());
    if (step !== undefined) {
      // Two requests with one code race here: the database lets one of them through.
      const taken = await this.store
        .updateTable('accounts')
        .set({ totp_step: step })
        .where('id', '=', account.id)
        .where('totp_step', '<', step)
        .executeTakeFirst();
      return taken.numUpdatedRows > 0n;
    }
    const used = await this.store
      .deleteFrom('recovery_codes')
      .where('account', '=', account.id)
      .where('hash', '=', hashSecret(given))
      .executeTakeFirst();
    return used.numDeletedRows > 0n;
  }

  /** A secret that counts once a code of it has come. */
  async offer(account: string, login: string): Promise<{ secret: string; uri: string }> {
    const secret = newTotpSecret();
    await this.store.updateTable('accounts').set({ totp_offered: secret }).where('id', '=', account).execute();
    return { secret, uri: totpUri(secret, login) };
  }

  /** From now on logging in asks for a code. @returns recovery codes, shown this once @throws XiaolabaError `code-refused` */
  async enrol(account: string, code: string, also: (within: Store) => Promise<void>): Promise<string[]> {
    const codes = Array.from({ length: recoveryCodes }, newClaimCode);
    await this.store.transaction().execute(async (within) => {
      const row = await within.selectFrom('accounts').selectAll().where('id', '=', account).executeTakeFirstOrThrow();
      const step = row.totp_offered === null ? undefined : totpStep(row.totp_offered, code, this.now());
      if (step === undefined) throw callerError('code-refused', 'the code does not fit the secret offered');
      await within
        .updateTable('accounts')
        .set({ totp: row.totp_offered, totp_offered: null, totp_step: step })
        .where('id', '=', account)
        .execute();
      await within.deleteFrom('recovery_codes').where('account', '=', account).execute();
      const rows = codes.map((one) => ({ hash: hashSecret(one), account }));
      await within.insertInto('recovery_codes').values(rows).execute();
      await also(within);
    });
    return codes;
  }

  async remove(account: string, also: (within: Store) => Promise<void>): Promise<void> {
    await this.store.transaction().execute(async (within) => {
      await removeSecondFactor(account, within);
      await also(within);
    });
  }
}

export async function removeSecondFactor(account: string, within: Store): Promise<void> {
  await within.updateTable('accounts').set({ totp: null, totp_offered: null }).where('id', '=', account).execute();
  await within.deleteFrom('recovery_codes').where('account', '=', account).execute();
}

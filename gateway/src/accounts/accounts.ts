import { randomBytes } from 'node:crypto';
import { callerError } from '@xiaolaba/protocol';
import type { AccountTable, Store } from '../store/index.js';
import { accountOf } from './account-row.js';
import type { Account } from './actor.js';
import type { Links, NewLink } from './links.js';
import type { Passwords } from './passwords.js';
import type { Role } from './roles.js';
import { removeSecondFactor } from './second-factor.js';
import type { Sessions } from './sessions.js';

export interface AccountInput {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

export interface AccountChange {
  readonly name?: string | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly state?: 'active' | 'disabled' | undefined;
}

/** Writes down, in the transaction of a change, what it was. */
export type Also = (within: Store, account: Account) => Promise<void>;

export interface AccountsDeps {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly now: () => number;
}

const seesToAccounts = ({ state, roles }: Account): boolean => state === 'active' && roles.includes('administrator');

/** Who may log in, and with what roles. */
export class Accounts {
  constructor(private readonly deps: AccountsDeps) {}

  async all(): Promise<Account[]> {
    const rows = await this.deps.store.selectFrom('accounts').selectAll().orderBy('login').execute();
    return rows.map(accountOf);
  }

  /** @throws XiaolabaError `account-unknown` */
  async get(id: string, within: Store = this.deps.store): Promise<Account> {
    return accountOf(await this.#row(within, 'id', id));
  }

  /** An account without a password, and the link by which its owner sets one. @throws XiaolabaError `login-taken` */
  async create(input: AccountInput, also: Also): Promise<{ account: Account; link: NewLink }> {
    const { store, links } = this.deps;
    return await store.transaction().execute(async (within) => {
      const account = await this.#insert(input, null, within);
      await also(within, account);
      return { account, link: await links.make(account.id, false, within) };
    });
  }

  /** A new link for somebody who can't get in; with `withoutTotp` also for one who has lost the codes. @throws XiaolabaError `account-unknown` */
  async link(login: string, withoutTotp: boolean, also: Also): Promise<NewLink> {
    const { store, links } = this.deps;
    return await store.transaction().execute(async (within) => {
      const account = accountOf(await this.#row(within, 'login', login));
      await also(within, account);
      return await links.make(account.id, withoutTotp, within);
    });
  }

  /** The link that makes the first administrator. @throws XiaolabaError `accounts-exist` */
  async firstLink(): Promise<NewLink> {
    const { store, links } = this.deps;
    return await store.transaction().execute(async (within) => {
      await this.#mustBeFirst(within);
      return await links.make(null, false, within);
    });
  }

  /** What a link asks for: the login name of its account; none where it makes the first administrator. @throws XiaolabaError `link-refused` */
  async linkFor(secret: string): Promise<{ login: string | undefined }> {
    const link = await this.deps.links.find(secret);
    if (link.account === null) return { login: undefined };
    const { login, state } = await this.get(link.account);
    if (state !== 'active') throw callerError('link-refused', 'the account is disabled');
    return { login };
  }

  /**
   * Uses up a link: sets a password, ends what sessions there are. The first administrator names themselves.
   * @throws XiaolabaError `link-refused`, `first-needed`, `password-*`, `accounts-exist`
   */
  async useLink(
    secret: string,
    password: string,
    first: Pick<AccountInput, 'login' | 'name'> | undefined,
    also: Also,
  ): Promise<Account> {
    const { store, links, passwords, sessions } = this.deps;
    const { login } = await this.linkFor(secret);
    if (login === undefined && !first) throw callerError('first-needed', 'the first administrator needs a name');
    passwords.check(password, login ?? first?.login ?? '');
    const hash = await passwords.hash(password);
    return await store.transaction().execute(async (within) => {
      // It may have been used while the password was hashed.
      const link = await links.find(secret, within);
      await links.remove(link, within);
      if (link.account === null && first) {
        await this.#mustBeFirst(within);
        const account = await this.#insert({ ...first, roles: ['administrator'] }, hash, within);
        await also(within, account);
        return account;
      }
      const id = link.account ?? '';
      await within.updateTable('accounts').set({ password: hash }).where('id', '=', id).execute();
      if (link.without_totp) await removeSecondFactor(id, within);
      await sessions.endAll(id, within);
      const account = await this.get(id, within);
      await also(within, account);
      return account;
    });
  }

  /** Sets one's own password and ends one's other sessions. @throws XiaolabaError `password-*` */
  async setPassword({ id, login }: Account, password: string, session: string, also: Also): Promise<void> {
    const { store, passwords, sessions } = this.deps;
    passwords.check(password, login);
    const hash = await passwords.hash(password);
    await store.transaction().execute(async (within) => {
      await within.updateTable('accounts').set({ password: hash }).where('id', '=', id).execute();
      await sessions.endAll(id, within, session);
      await also(within, await this.get(id, within));
    });
  }

  /** @throws XiaolabaError `account-unknown`, `administrator-last` */
  async change(id: string, { name, roles, state }: AccountChange, also: Also): Promise<Account> {
    const { store, sessions } = this.deps;
    return await store.transaction().execute(async (within) => {
      const before = accountOf(await this.#row(within, 'id', id));
      const set = {
        ...(name === undefined ? {} : { name }),
        ...(roles === undefined ? {} : { roles: JSON.stringify([...new Set(roles)]) }),
        ...(state === undefined ? {} : { state }),
      };
      if (Object.keys(set).length > 0) await within.updateTable('accounts').set(set).where('id', '=', id).execute();
      const rows = await within.selectFrom('accounts').selectAll().execute();
      if (seesToAccounts(before) && !rows.map(accountOf).some(seesToAccounts))
        throw callerError('administrator-last', 'nobody would be left who sees to accounts');
      if (state === 'disabled') await sessions.endAll(id, within);
      const account = await this.get(id, within);
      await also(within, account);
      return account;
    });
  }

  async #insert({ login, name, roles }: AccountInput, password: string | null, within: Store): Promise<Account> {
    const taken = await within.selectFrom('accounts').select('id').where('login', '=', login).executeTakeFirst();
    if (taken) throw callerError('login-taken', `${login} is taken`, { login });
    const row: AccountTable = {
      id: randomBytes(8).toString('hex'),
      login,
      name,
      roles: JSON.stringify([...new Set(roles)]),
      state: 'active',
      password,
      totp: null,
      totp_step: 0,
      totp_offered: null,
      created_at: this.deps.now(),
    };
    await within.insertInto('accounts').values(row).execute();
    return accountOf(row);
  }

  async #row(within: Store, column: 'id' | 'login', value: string): Promise<AccountTable> {
    const row = await within.selectFrom('accounts').selectAll().where(column, '=', value).executeTakeFirst();
    if (!row) throw callerError('account-unknown', `no account ${value}`, { account: value });
    return row;
  }

  async #mustBeFirst(within: Store): Promise<void> {
    const one = await within.selectFrom('accounts').select('id').limit(1).executeTakeFirst();
    if (one) throw callerError('accounts-exist', 'there are accounts already');
  }
}

import { callerError } from '@xiaolaba/protocol';
import { LoginThrottle } from '../broker/login-throttle.js';
import type { AccountTable, Store } from '../store/index.js';
import { accountOf } from './account-row.js';
import type { Account } from './actor.js';
import type { Passwords } from './passwords.js';
import type { SecondFactor } from './second-factor.js';

/** People mistype a few times and then call for help; who guesses tries on. Per second. */
const limits = {
  attemptsPerAddress: { burst: 30, perSecond: 0.5 },
  failuresPerAddress: { burst: 10, perSecond: 1 / 30 },
  failuresPerAccount: { burst: 10, perSecond: 1 / 60 },
};

const linkFrom = (address: string): string => `link from ${address}`;

/** How a log-in went; a refusal names the account for the audit log alone, never for whoever asked. */
export type Outcome =
  | { readonly kind: 'in'; readonly account: Account }
  | { readonly kind: 'code-needed'; readonly account: string }
  | { readonly kind: 'refused'; readonly account: string | undefined };

export interface LogInDeps {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly secondFactor: SecondFactor;
  /** Milliseconds that only go forward. */
  readonly monotonic: () => number;
}

/** Whether somebody is who they say: throttled before anything is computed, the same work whoever they name. */
export class LogIn {
  readonly #throttle: LoginThrottle;

  constructor(private readonly deps: LogInDeps) {
    this.#throttle = new LoginThrottle(limits, deps.monotonic);
  }

  /** @throws XiaolabaError `login-throttled`, `login-busy` */
  async withPassword(address: string, login: string, password: string, code: string | undefined): Promise<Outcome> {
    this.#allow(address, login);
    const row = await this.#row('login', login);
    const { passwords, secondFactor } = this.deps;
    const usable = row?.state === 'active' ? row : undefined;
    const right = await passwords.verify(usable?.password, password);
    if (!usable || !right) return this.#refuse(address, row);
    if (usable.totp !== null) {
      if (code === undefined) return { kind: 'code-needed', account: usable.id };
      if (!(await secondFactor.take(usable, code))) return this.#refuse(address, row);
    }
    this.#throttle.succeeded(address, login);
    return { kind: 'in', account: accountOf(usable) };
  }

  /** Whether whoever is logged in is still that person, by the password or by a code. @throws XiaolabaError `login-throttled`, `login-busy` */
  async again(address: string, account: Account, proof: { password: string } | { code: string }): Promise<boolean> {
    this.#allow(address, account.login);
    const row = await this.#row('id', account.id);
    const right =
      row !== undefined &&
      ('password' in proof
        ? await this.deps.passwords.verify(row.password, proof.password)
        : row.totp !== null && (await this.deps.secondFactor.take(row, proof.code)));
    if (right) this.#throttle.succeeded(address, account.login);
    else this.#throttle.failed(address);
    return right;
  }

  /** Before a one-time link is looked up. @throws XiaolabaError `login-throttled` */
  allowLink(address: string): void {
    this.#allow(address, linkFrom(address));
  }

  linkFailed(address: string): void {
    this.#throttle.failed(address);
  }

  /** A whole office comes from one address when its accounts are new: who had a good link costs the next one nothing. */
  linkTaken(address: string): void {
    this.#throttle.succeeded(address, linkFrom(address));
  }

  #allow(address: string, login: string): void {
    if (!this.#throttle.allow(address, login)) throw callerError('login-throttled', 'too many log-ins');
  }

  #refuse(address: string, row: AccountTable | undefined): Outcome {
    this.#throttle.failed(address);
    return { kind: 'refused', account: row?.id };
  }

  #row(column: 'id' | 'login', value: string): Promise<AccountTable | undefined> {
    return this.deps.store.selectFrom('accounts').selectAll().where(column, '=', value).executeTakeFirst();
  }
}

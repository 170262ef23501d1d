import { performance } from 'node:perf_hooks';
import { newSecret } from '../registry/secrets.js';
import type { Store } from '../store/index.js';
import { Accounts } from './accounts.js';
import { Links } from './links.js';
import { LogIn } from './log-in.js';
import { argon2Hasher, type PasswordHasher, Passwords } from './passwords.js';
import { SecondFactor } from './second-factor.js';
import { Sessions } from './sessions.js';

/** Everything about who is at the gateway. */
export interface People {
  readonly now: () => number;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly logIn: LogIn;
  readonly secondFactor: SecondFactor;
}

export async function openPeople(
  store: Store,
  now: () => number,
  hasher: PasswordHasher = argon2Hasher(),
  monotonic: () => number = () => performance.now(),
): Promise<People> {
  const passwords = await Passwords.open(hasher, newSecret());
  const sessions = new Sessions(store, now);
  const links = new Links(store, now);
  const secondFactor = new SecondFactor(store, now);
  return {
    now,
    sessions,
    secondFactor,
    accounts: new Accounts({ store, passwords, sessions, links, now }),
    logIn: new LogIn({ store, passwords, secondFactor, monotonic }),
  };
}

export { argon2Hasher, type PasswordHasher } from './passwords.js';

import { argon2Hasher, type PasswordHasher } from '../accounts/index.js';
import type { Role } from '../accounts/roles.js';
import { csrfHeader } from '../api/authorise.js';
import type { Answer, TestGateway } from './open-gateway.js';

/** The real algorithm at its least cost, and how often it was computed. */
export class CountingHasher implements PasswordHasher {
  computed = 0;
  readonly #hasher = argon2Hasher({ memoryCost: 8, timeCost: 1, parallelism: 1 });

  hash(password: string): Promise<string> {
    this.computed += 1;
    return this.#hasher.hash(password);
  }

  verify(hash: string, password: string): Promise<boolean> {
    this.computed += 1;
    return this.#hasher.verify(hash, password);
  }
}

export const testPassword = 'correct horse battery';

/** Somebody with a browser: keeps the cookie and the token of the page. */
export class Person {
  cookie = '';
  csrf = '';

  constructor(private readonly gateway: TestGateway) {}

  /** An account with these roles, made by the machine, and logged in by its link. */
  static async enter(gateway: TestGateway, login: string, roles: readonly Role[]): Promise<Person> {
    const made = await gateway.admin('POST', '/api/accounts', { login, name: login, roles });
    const secret = (made.body as { link: string }).link.split('#')[1];
    const person = new Person(gateway);
    const used = await person.call('POST', '/api/links/use', { secret, password: testPassword });
    if (used.status !== 200) throw new Error(`${used.status} for ${login}`);
    return person;
  }

  /** Any call of the page; remembers what the answer says about the session. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.gateway.call(method, path, body, {
      ...(this.cookie ? { cookie: this.cookie } : {}),
      ...(this.csrf ? { [csrfHeader]: this.csrf } : {}),
      ...headers,
    });
    const [set] = answer.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(';')[0] ?? '';
    const csrf = (answer.body as { csrf?: unknown } | undefined)?.csrf;
    if (typeof csrf === 'string') this.csrf = csrf;
    return answer;
  }

  logIn(login: string, password = testPassword, code?: string): Promise<Answer> {
    return this.call('POST', '/api/session', { login, password, ...(code === undefined ? {} : { code }) });
  }
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestGateway } from '../testing/open-gateway.js';
import { CountingHasher, Person, testPassword } from '../testing/person.js';

let gateway: TestGateway;
let hasher: CountingHasher;
beforeEach(async () => {
  hasher = new CountingHasher();
  gateway = await TestGateway.open({ openReading: false, deps: { hasher } });
});
afterEach(() => gateway.close());

const codeIn = ({ body }: { body: unknown }): string => (body as { code: string }).code;
const minutes = (count: number): number => count * 60_000;
const later = (ms: number): void => gateway.clock.set(gateway.clock.now() + ms);
const audit = async (): Promise<{ who: string; action: string; object: string; outcome: string }[]> =>
  (await gateway.admin('GET', '/api/audit')).body as [];

describe('the first start', () => {
  const file = () => join(gateway.data, 'keys', 'first-login.txt');

  it('makes one administrator by a link that works once', async () => {
    const link = (await readFile(file(), 'utf8')).trim();
    expect(link).toBe(gateway.gateway.firstLogin);
    expect((await stat(file())).mode & 0o077).toBe(0);
    const secret = link.split('#')[1];
    const person = new Person(gateway);
    expect((await person.call('POST', '/api/links/look', { secret })).body).toEqual({});
    const use = { secret, password: testPassword, first: { login: 'Wang', name: '王' } };
    const short = await person.call('POST', '/api/links/use', { ...use, password: '123456789' });
    expect(codeIn(short)).toBe('password-short');
    expect((await person.call('POST', '/api/links/use', use)).body).toMatchObject({
      account: { login: 'wang', roles: ['administrator'], state: 'active' },
    });
    expect((await person.call('GET', '/api/accounts')).status).toBe(200);
    await expect(stat(file())).rejects.toMatchObject({ code: 'ENOENT' });
    expect(codeIn(await new Person(gateway).call('POST', '/api/links/use', use))).toBe('link-refused');
    await gateway.restart();
    expect(gateway.gateway.firstLogin).toBeUndefined();
  });

  it('leaves no link after a day, and none in the database', async () => {
    const secret = gateway.gateway.firstLogin?.split('#')[1] ?? '';
    later(24 * minutes(60));
    expect(codeIn(await new Person(gateway).call('POST', '/api/links/look', { secret }))).toBe('link-refused');
    const database = await readFile(join(gateway.data, 'gateway.db-wal'), 'latin1');
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(database.includes(secret)).toBe(false);
  });
});

describe('logging in', () => {
  it('gives a cookie that no script and no other site gets, and a new session whatever was held before', async () => {
    await Person.enter(gateway, 'li', ['editor']);
    const person = new Person(gateway);
    person.cookie = `xiaolaba=${'planted'.repeat(6)}`;
    const answer = await person.logIn('LI');
    const [set = ''] = answer.headers.getSetCookie();
    expect(set.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict']);
    expect(person.cookie).not.toContain('planted');
    const first = person.cookie;
    await person.logIn('li');
    expect(person.cookie).not.toBe(first);
    expect((await gateway.call('GET', '/api/sessions', undefined, { cookie: first })).status).toBe(401);
    expect(JSON.stringify(answer.body)).not.toContain(first.split('=')[1]);
  });

  it('computes one hash whoever is named, until the throttle bites, and then none', async () => {
    await Person.enter(gateway, 'li', ['editor']);
    const disabled = await Person.enter(gateway, 'zhao', ['editor']);
    const { account } = (await disabled.call('GET', '/api/session')).body as { account: { id: string } };
    await gateway.admin('PATCH', `/api/accounts/${account.id}`, { state: 'disabled' });
    await gateway.admin('POST', '/api/accounts', { login: 'new', name: 'new', roles: ['editor'] });
    const answers: unknown[] = [];
    for (const [login, password] of [
      ['li', 'wrong wrong wrong'],
      ['nobody', testPassword],
      ['zhao', testPassword],
      ['new', testPassword],
    ] as const) {
      const before = hasher.computed;
      const { status, body } = await new Person(gateway).logIn(login, password);
      expect([login, status, hasher.computed - before]).toEqual([login, 401, 1]);
      answers.push(body);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const before = hasher.computed;
    const flood = await Promise.all(
      Array.from({ length: 100 }, (_, index) => new Person(gateway).logIn(index % 2 ? 'li' : `guess-${index}`, 'x')),
    );
    expect(flood.filter(({ status }) => status === 429).length).toBeGreaterThan(60);
    const settled = hasher.computed;
    expect(settled - before).toBeLessThan(40);
    for (const login of ['li', 'nobody'])
      expect(codeIn(await new Person(gateway).logIn(login))).toBe('login-throttled');
    expect(hasher.computed).toBe(settled);
    expect((await audit()).some(({ object }) => object.includes('guess'))).toBe(false);
  });

  it('ends after half an hour unused, and after twelve hours in any case', async () => {
    const idle = await Person.enter(gateway, 'li', ['editor']);
    later(minutes(30) - 1);
    expect((await idle.call('GET', '/api/sessions')).status).toBe(200);
    later(minutes(30));
    expect((await idle.call('GET', '/api/sessions')).status).toBe(401);
    const busy = await Person.enter(gateway, 'zhang', ['editor']);
    for (let quarter = 1; quarter < 48; quarter++) {
      later(minutes(15));
      expect((await busy.call('GET', '/api/sessions')).status).toBe(200);
    }
    later(minutes(15));
    expect((await busy.call('GET', '/api/sessions')).status).toBe(401);
  });

  it('ends for everybody who holds the account: everywhere, with a new password, disabled', async () => {
    const one = await Person.enter(gateway, 'li', ['editor']);
    const other = new Person(gateway);
    await other.logIn('li');
    expect((await one.call('GET', '/api/sessions')).body).toHaveLength(2);
    const next = 'another horse entirely';
    expect(codeIn(await one.call('POST', '/api/session/password', { current: 'wrong', next }))).toBe('proof-refused');
    expect(codeIn(await one.call('POST', '/api/session/password', { current: testPassword, next: 'LI' }))).toBe(
      'password-short',
    );
    expect((await one.call('POST', '/api/session/password', { current: testPassword, next })).status).toBe(204);
    expect((await other.call('GET', '/api/sessions')).status).toBe(401);
    expect((await one.call('GET', '/api/sessions')).status).toBe(200);
    await other.logIn('li', next);
    expect((await one.call('DELETE', '/api/sessions')).status).toBe(204);
    expect((await other.call('GET', '/api/sessions')).status).toBe(401);
    const { body } = await other.logIn('li', next);
    const { id } = (body as { account: { id: string } }).account;
    expect((await gateway.admin('PATCH', `/api/accounts/${id}`, { state: 'disabled' })).status).toBe(200);
    expect((await other.call('GET', '/api/sessions')).status).toBe(401);
    expect((await other.logIn('li', next)).status).toBe(401);
  });

  it('is asked for again before what weighs', async () => {
    const boss = await Person.enter(gateway, 'boss', ['administrator']);
    const make = (login: string) => boss.call('POST', '/api/accounts', { login, name: login, roles: ['editor'] });
    expect((await make('one')).status).toBe(200);
    later(minutes(10));
    expect(codeIn(await make('two'))).toBe('confirmation-needed');
    expect(codeIn(await boss.call('POST', '/api/session/confirm', { password: 'wrong' }))).toBe('proof-refused');
    expect((await boss.call('POST', '/api/session/confirm', { password: testPassword })).status).toBe(200);
    expect((await make('two')).status).toBe(200);
  });

  it('takes a live picture away when it ends', async () => {
    const li = await Person.enter(gateway, 'li', ['officer']);
    const response = await fetch(`${gateway.gateway.url}/api/live`, { headers: { cookie: li.cookie } });
    expect(response.status).toBe(200);
    await li.call('DELETE', '/api/session');
    // The answer has an end now; before, this would wait for ever.
    expect(await response.text()).toContain('retry');
  });
});

describe('codes', () => {
  const codeOf = (secret: string): string =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: gateway.clock.now() });

  it('are enrolled by one of them, asked for, and taken once', async () => {
    const li = await Person.enter(gateway, 'li', ['approver']);
    const { secret } = (await li.call('POST', '/api/session/totp')).body as { secret: string };
    const wrong = codeOf(secret) === '000000' ? '111111' : '000000';
    expect(codeIn(await li.call('POST', '/api/session/totp/confirm', { code: wrong }))).toBe('code-refused');
    expect((await new Person(gateway).logIn('li')).status).toBe(200);
    const enrolled = await li.call('POST', '/api/session/totp/confirm', { code: codeOf(secret) });
    const { recoveryCodes } = enrolled.body as { recoveryCodes: string[] };
    expect(new Set(recoveryCodes).size).toBe(10);
    const other = new Person(gateway);
    expect(codeIn(await other.logIn('li'))).toBe('totp-needed');
    expect(codeIn(await other.logIn('li', testPassword, codeOf(secret)))).toBe('login-refused');
    later(30_000);
    const code = codeOf(secret);
    const both = await Promise.all([
      other.logIn('li', testPassword, code),
      new Person(gateway).logIn('li', testPassword, code),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const [recovery = ''] = recoveryCodes;
    expect((await new Person(gateway).logIn('li', testPassword, recovery.toLowerCase())).status).toBe(200);
    expect((await new Person(gateway).logIn('li', testPassword, recovery)).status).toBe(401);
  });
});

describe('an administrator', () => {
  it('makes no approver of themselves, and is never the last one gone', async () => {
    const boss = await Person.enter(gateway, 'boss', ['administrator']);
    const { account } = (await boss.call('GET', '/api/session')).body as { account: { id: string } };
    const path = `/api/accounts/${account.id}`;
    const own = await boss.call('PATCH', path, { roles: ['administrator', 'approver'] });
    expect(codeIn(own)).toBe('own-roles');
    for (const change of [{ state: 'disabled' }, { roles: ['editor'] }])
      expect(codeIn(await gateway.admin('PATCH', path, change))).toBe('administrator-last');
    expect(((await gateway.admin('GET', '/api/accounts')).body as unknown[])[0]).toMatchObject({
      roles: ['administrator'],
      state: 'active',
    });
  });

  it('lets a whole office in by links from one address, and nobody guess them', async () => {
    for (let nth = 0; nth < 12; nth++) {
      const login = `person-${nth}`;
      const made = await gateway.admin('POST', '/api/accounts', { login, name: login, roles: ['officer'] });
      const secret = (made.body as { link: string }).link.split('#')[1];
      const person = new Person(gateway);
      expect((await person.call('POST', '/api/links/look', { secret })).body).toEqual({ login });
      expect((await person.call('POST', '/api/links/use', { secret, password: testPassword })).status).toBe(200);
    }
    const guess = { secret: 'x'.repeat(43) };
    const codes: string[] = [];
    for (let nth = 0; nth < 12; nth++)
      codes.push(codeIn(await new Person(gateway).call('POST', '/api/links/look', guess)));
    expect(codes[0]).toBe('link-refused');
    expect(codes.at(-1)).toBe('login-throttled');
  });

  it('lets somebody in again by a link that ends what went before', async () => {
    const li = await Person.enter(gateway, 'li', ['editor']);
    const { body } = await gateway.admin('POST', '/api/links', { login: 'li' });
    const secret = (body as { link: string }).link.split('#')[1];
    const fresh = new Person(gateway);
    expect((await fresh.call('POST', '/api/links/look', { secret })).body).toEqual({ login: 'li' });
    const use = { secret, password: 'another horse entirely' };
    expect((await fresh.call('POST', '/api/links/use', use)).status).toBe(200);
    expect((await li.call('GET', '/api/sessions')).status).toBe(401);
    expect((await li.logIn('li')).status).toBe(401);
    expect(codeIn(await gateway.admin('POST', '/api/links', {}))).toBe('accounts-exist');
  });
});

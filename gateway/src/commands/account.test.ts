import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSqlite } from '../store/index.js';
import { TestGateway } from '../testing/open-gateway.js';
import { CountingHasher, Person } from '../testing/person.js';
import { accountCommand } from './account.js';
import { auditCommand } from './audit.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.open({ openReading: false, deps: { hasher: new CountingHasher() } });
});
afterAll(() => gateway.close());

async function run(command: CommandSpec, ...args: string[]): Promise<{ code: number; out: string }> {
  let out = '';
  const io: CommandIo = {
    stdout: (text) => {
      out += text;
    },
    stderr: () => undefined,
    language: 'en',
    signal: new AbortController().signal,
  };
  return { code: await command.run(args, io), out };
}

it('lets somebody who is locked out in again, and tells who did it', async () => {
  await Person.enter(gateway, 'li', ['officer', 'approver']);
  const there = ['--gateway', gateway.gateway.url, '--data', gateway.data];
  expect((await run(accountCommand, 'list', ...there)).out).toMatch(/^li +active +officer,approver {2}li\n$/);
  const { code, out } = await run(accountCommand, 'link', 'li', ...there);
  expect(code).toBe(0);
  const person = new Person(gateway);
  const use = { secret: out.trim().split('#')[1], password: 'another horse entirely' };
  expect((await person.call('POST', '/api/links/use', use)).status).toBe(200);
  const entries = (await person.call('GET', '/api/audit')).body as { who: string; action: string }[];
  expect(entries.map(({ who, action }) => [who.split('/')[0], action])).toEqual([
    ['account', 'log-in'],
    ['nobody', 'link-used'],
    ['machine', 'link-made'],
    ['account', 'log-in'],
    ['nobody', 'link-used'],
    ['machine', 'account-made'],
  ]);
  const newest = (await person.call('GET', '/api/audit?limit=1&who=machine')).body as { seq: number }[];
  expect(newest.map(({ seq }) => seq)).toEqual([4]);
  await expect(run(accountCommand, 'link', 'nobody', ...there)).rejects.toMatchObject({ code: 'account-unknown' });
});

it('verifies the audit log while the gateway runs, and names the entry that was altered', async () => {
  const verify = () => run(auditCommand, 'verify', '--data', gateway.data, '--json');
  const whole = await verify();
  expect(whole.code).toBe(0);
  expect(JSON.parse(whole.out)).toMatchObject({ entries: 7 });
  expect((await gateway.admin('GET', '/api/audit/verdict')).body).toEqual(JSON.parse(whole.out));
  await gateway.stop();
  expect(JSON.parse((await verify()).out)).toMatchObject({ entries: 7, head: { seq: 7 } });
  const store = await openSqlite(`${gateway.data}/gateway.db`);
  await sql`drop trigger audit_no_update`.execute(store);
  await sql`update audit set who = 'account/1' where seq = 4`.execute(store);
  await store.destroy();
  const broken = await verify();
  expect(broken.code).toBe(1);
  expect(JSON.parse(broken.out)).toMatchObject({ entries: 3, broken: { seq: 4, fault: 'altered' } });
  await gateway.start();
  const told = (await gateway.admin('GET', '/api/audit/verdict')).body;
  expect(told).toMatchObject({ entries: 3, broken: { seq: 4, fault: 'altered' } });
});

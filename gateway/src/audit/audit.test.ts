import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TemporaryStore } from '../store/testing/temporary-store.js';
import { entriesPerHead } from './head.js';
import { Audit, AuditHead, verifyAudit } from './index.js';

const from = () => ({ ip: '10.0.0.1', headers: { 'user-agent': 'a browser' } });
const keys = generateKeyPair();
let kept: TemporaryStore;
let path: string;
let head: AuditHead;
let audit: Audit;
const work: Promise<void>[] = [];
beforeEach(async () => {
  kept = await TemporaryStore.open();
  path = join(kept.root, 'audit.head');
  head = new AuditHead({
    path,
    store: kept.store,
    signer: keys.signer,
    publicKey: keys.publicKey,
    now: () => 1000,
    log: pino({ level: 'silent' }),
    run: (_name, doing) => void work.push(doing()),
  });
  audit = new Audit(kept.store, head, () => 1000);
});
afterEach(() => kept.close());

const write = async (count: number): Promise<void> => {
  for (let entry = 0; entry < count; entry++)
    await audit.note(from(), 'device-revoked', `device/d-${entry}`, { entry });
  await Promise.all(work.splice(0));
};
const verdict = () => verifyAudit(kept.store, path, keys.publicKey);
/** As somebody who can write to the file does it. */
const tamper = async (statement: string): Promise<void> => {
  await sql`drop trigger if exists audit_no_update`.execute(kept.store);
  await sql`drop trigger if exists audit_no_delete`.execute(kept.store);
  await sql.raw(statement).execute(kept.store);
};

describe('the audit log', () => {
  it('is a chain that holds, and whose head is signed every so many entries', async () => {
    expect(await verdict()).toMatchObject({ entries: 0 });
    await write(entriesPerHead - 1);
    expect((await verdict()).head).toBeUndefined();
    await write(2);
    expect(await verdict()).toMatchObject({ entries: entriesPerHead + 1, head: { seq: entriesPerHead } });
    await head.sign();
    expect(await verdict()).toMatchObject({ head: { seq: entriesPerHead + 1 } });
  });

  it('is neither changed nor shortened by the gateway itself', async () => {
    await write(1);
    await expect(kept.store.updateTable('audit').set({ who: 'x' }).execute()).rejects.toThrow(/append-only/);
    await expect(kept.store.deleteFrom('audit').execute()).rejects.toThrow(/append-only/);
  });

  it.each([
    ["update audit set who = 'machine' where seq = 3", { seq: 3, fault: 'altered' }],
    ["update audit set details = '{}' where seq = 3", { seq: 3, fault: 'altered' }],
    ['update audit set at = 5 where seq = 1', { seq: 1, fault: 'altered' }],
    ['delete from audit where seq = 3', { seq: 3, fault: 'missing' }],
    ['delete from audit where seq = 1', { seq: 1, fault: 'missing' }],
    ['update audit set hash = previous where seq = 3', { seq: 3, fault: 'altered' }],
    ['update audit set previous = hash where seq = 3', { seq: 3, fault: 'unlinked' }],
  ])('tells the first entry that does not hold: %s', async (statement, broken) => {
    await write(5);
    await tamper(statement);
    expect((await verdict()).broken).toEqual(broken);
  });

  it('misses what was cut off its end, up to the signed head', async () => {
    await write(5);
    await head.sign();
    await write(2);
    await tamper('delete from audit where seq > 5');
    expect(await verdict()).toMatchObject({ entries: 5, head: { seq: 5 } });
    await tamper('delete from audit where seq > 4');
    expect(await verdict()).toMatchObject({ entries: 4, head: { seq: 5, fault: 'truncated' } });
    // The head is evidence: going on does not cover it up.
    await write(1);
    await head.sign();
    expect(await verdict()).toMatchObject({ entries: 5, head: { seq: 5, fault: 'rewritten' } });
  });

  it('tells a head that is not the gateway’s', async () => {
    await write(2);
    await head.sign();
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"seq":2', '"seq":1'));
    expect((await verdict()).head).toMatchObject({ fault: 'forged' });
    await writeFile(path, 'no head');
    expect((await verdict()).head).toMatchObject({ fault: 'forged' });
    await rm(path);
    expect((await verdict()).head).toBeUndefined();
  });

  it('goes with the change or not at all', async () => {
    const failed = kept.store.transaction().execute(async (within) => {
      await audit.note(from(), 'account-made', 'account/1', {}, { within });
      throw new Error('the change failed');
    });
    await expect(failed).rejects.toThrow();
    await write(1);
    expect(await verdict()).toMatchObject({ entries: 1 });
  });

  it('takes no secrets', async () => {
    for (const name of ['password', 'newPassword', 'sessionToken', 'totp', 'recoveryCodes'])
      await expect(audit.note(from(), 'a', 'b', { [name]: 'x' })).rejects.toMatchObject({ code: 'audit-secret' });
    expect(await verdict()).toMatchObject({ entries: 0 });
  });
});

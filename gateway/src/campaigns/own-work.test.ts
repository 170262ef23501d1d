import { errorCode } from '@xiaolaba/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TemporaryStore } from '../store/testing/temporary-store.js';
import { refuseOwnWork } from './own-work.js';

let temporary: TemporaryStore;
beforeAll(async () => {
  temporary = await TemporaryStore.open();
});
afterAll(() => temporary.close());

const write = (version: number, author: string, at: number) =>
  temporary.store.insertInto('draft_versions').values({ id: 'one', version, author, at, body: '{}' }).execute();
const asked = (...accounts: string[]) =>
  refuseOwnWork(temporary.store, 'one', accounts).then(
    () => 'let through',
    (error: unknown) => errorCode(error),
  );

it('keeps whoever wrote what is not on air yet from approving it, and nobody else', async () => {
  await write(1, 'li', 1000);
  await write(2, 'wang', 2000);
  expect(await asked('li')).toBe('own-draft');
  expect(await asked('chen', 'wang')).toBe('own-draft');
  expect(await asked('chen')).toBe('let through');
  expect(await asked()).toBe('let through');
  await temporary.store
    .insertInto('releases')
    .values({
      ...{ sha256: 'a', payload_sha256: 'b', campaign: 'one', variant: '', revision: 1, payload: '{}', bytes: 2 },
      ...{ approved_by: '[]', published_at: 3000, withdrawn_at: null },
    })
    .execute();
  expect(await asked('wang')).toBe('own-draft');
  expect(await asked('li')).toBe('let through');
  await write(3, 'chen', 4000);
  expect(await asked('chen')).toBe('own-draft');
  expect(await asked('wang')).toBe('let through');
});

it('keeps what was written as it was', async () => {
  const change = temporary.store
    .updateTable('draft_versions')
    .set({ author: 'zhao' })
    .where('id', '=', 'one')
    .execute();
  await expect(change).rejects.toThrow();
});

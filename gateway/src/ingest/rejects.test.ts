import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callerError } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite, type Store } from '../store/index.js';
import { Rejects } from './rejects.js';

const hour = 3_600_000;
let directory: string;
let store: Store;
let now: number;
let rejects: Rejects;

const rows = () => store.selectFrom('rejects').selectAll().orderBy('id').execute();
const refused = (text = 'no') => callerError('message-malformed', text);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'xiaolaba-rejects-'));
  store = await openSqlite(join(directory, 'gateway.db'));
  now = 500 * hour;
  rejects = new Rejects(store, () => now);
});
afterEach(async () => {
  await store.destroy();
  await rm(directory, { recursive: true, force: true });
});

describe('rejects', () => {
  it('writes down who, when, what and why', async () => {
    await rejects.add('dev-1', 'beat', Buffer.from('12345'), refused('at: a number is needed'));
    const [row] = await rows();
    expect(row).toMatchObject({
      device: 'dev-1',
      at: now,
      topic: 'beat',
      code: 'message-malformed',
      message: 'at: a number is needed',
      bytes: 5,
    });
  });

  it('bounds the reason', async () => {
    await rejects.add('dev-1', 'beat', Buffer.from('x'), refused('x'.repeat(10_000)));
    expect((await rows())[0]?.message).toHaveLength(500);
  });

  it('bounds the rows of one device and hour, counts the rest, and leaves the others alone', async () => {
    for (let index = 0; index < 70; index++) await rejects.add('dev-1', 'beat', Buffer.from('x'), refused());
    await rejects.add('dev-2', 'beat', Buffer.from('x'), refused());
    expect((await rows()).map(({ device }) => device)).toEqual([...Array<string>(60).fill('dev-1'), 'dev-2']);
    expect(rejects.total).toBe(71);
    now += hour;
    await rejects.add('dev-1', 'beat', Buffer.from('x'), refused());
    expect(await rows()).toHaveLength(62);
  });
});

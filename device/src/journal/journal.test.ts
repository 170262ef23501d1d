import { chainNext, chainStart } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AgentLog } from '../agent-types.js';
import { TestStorage } from '../testing/test-storage.js';
import { Journal } from './journal.js';
import type { PlayDraft } from './lines.js';

const log: AgentLog = { debug() {}, info() {}, warn() {}, error() {} };
const first = 'b000001-00000001';
const second = 'b000002-00000002';

const draft = (dueAt: number): PlayDraft => ({
  kind: 'play',
  at: dueAt,
  release: 'a'.repeat(64),
  campaign: 'weekly',
  cue: 'rush',
  item: 'digest',
  output: 'audio',
  dueAt,
  startedAt: dueAt,
  playedMs: 0,
  expectedMs: 20_000,
  result: 'refused',
  cause: 'offline',
  evidence: 'claimed',
  pauses: 0,
});
const done = (dueAt: number): PlayDraft => {
  const { cause: _, ...rest } = draft(dueAt);
  return { ...rest, at: dueAt + 20_000, playedMs: 20_000, result: 'completed' };
};

let storage: TestStorage;
const journalOf = (boot: string, maxBytes = 1 << 23): Journal =>
  new Journal(storage, { device: 'ls-0001', boot, maxBytes }, log);

beforeEach(() => {
  storage = new TestStorage();
});

describe('journal', () => {
  it('has something to report from the moment in which it is told of it', async () => {
    const journal = journalOf(first);
    await journal.open('0.1.0', 1_000, undefined);
    await journal.acknowledge(first, 1);
    expect(journal.unreported).toBe(0);
    const marked = journal.mark(draft(2_000));
    const appended = journal.append(done(2_000));
    expect(journal.unreported).toBe(1);
    await Promise.all([marked, appended]);
    expect(journal.unreported).toBe(1);
  });

  it('numbers and chains its records', async () => {
    const journal = journalOf(first);
    await journal.open('0.1.0', 1_000, undefined);
    await journal.append(done(2_000));
    const batch = await journal.next();
    expect(batch?.first).toBe(1);
    expect(batch?.chain).toBe(chainStart(sha256, 'ls-0001', first));
    await journal.acknowledge(first, 1);
    const rest = await journal.next();
    expect(rest?.first).toBe(2);
    expect(rest?.chain).toBe(chainNext(sha256, batch?.chain ?? '', batch?.lines[0] ?? ''));
    expect(rest?.lines[0]).toBe(batch?.lines[1]);
    await journal.acknowledge(first, 2);
    expect(journal.unreported).toBe(0);
    expect(await journal.next()).toBeUndefined();
  });

  it('closes what was playing when power went, up to when it was last alive', async () => {
    const before = journalOf(first);
    await before.open('0.1.0', 1_000, undefined);
    await before.mark(draft(2_000));
    await before.append(done(2_000));
    await before.mark(draft(50_000));
    await before.alive(61_000, 'trusted');

    const after = journalOf(second);
    const plays = await after.open('0.1.0', 90_000, { boot: first, at: 61_000, clock: 'trusted' });
    expect(plays.map(({ dueAt }) => dueAt)).toEqual([2_000]);
    const old = await after.next();
    const last = JSON.parse(old?.lines.at(-1) ?? '') as PlayDraft & { seq: number };
    expect(last).toMatchObject({ seq: 3, dueAt: 50_000, playedMs: 11_000, result: 'cut', cause: 'offline' });
    await after.acknowledge(first, 3);
    const fresh = await after.next();
    expect(JSON.parse(fresh?.lines[0] ?? '')).toMatchObject({
      seq: 1,
      kind: 'boot',
      previous: { boot: first, lastSeq: 3, lastAliveAt: 61_000 },
    });
    expect(await storage.list('journal')).toEqual([`${second}.jsonl`]);
  });

  it.each([1, 20, 200])('drops a last line that is torn after %i bytes and numbers on', async (bytes) => {
    const before = journalOf(first);
    await before.open('0.1.0', 1_000, undefined);
    await before.append(done(2_000));
    await before.mark(draft(30_000));
    const name = `journal/${first}.jsonl`;
    const whole = storage.files.get(name) ?? new Uint8Array();
    const torn = Buffer.from(JSON.stringify({ seq: 3, ...done(30_000) })).subarray(0, bytes);
    storage.files.set(name, Buffer.concat([whole, torn]));

    const after = journalOf(second);
    await after.open('0.1.0', 90_000, undefined);
    const batch = await after.next();
    expect(batch?.lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([1, 2, 3]);
    expect(JSON.parse(batch?.lines[2] ?? '')).toMatchObject({ dueAt: 30_000, result: 'cut' });
    // The next restart reads the same.
    const again = journalOf('b000003-00000003');
    await again.open('0.1.0', 91_000, undefined);
    expect((await again.next())?.lines).toEqual(batch?.lines);
  });

  it('sends a long backlog in order, 64 at a time, and forgets it as it is acknowledged', async () => {
    const journal = journalOf(first);
    await journal.open('0.1.0', 1_000, undefined);
    for (let n = 1; n < 600; n++) await journal.append(done(n * 1_000));
    let chain = chainStart(sha256, 'ls-0001', first);
    let seq = 0;
    for (let batch = await journal.next(); batch; batch = await journal.next()) {
      expect(batch.chain).toBe(chain);
      expect(batch.lines.length).toBeLessThanOrEqual(64);
      for (const line of batch.lines) {
        expect((JSON.parse(line) as { seq: number }).seq).toBe(++seq);
        chain = chainNext(sha256, chain, line);
      }
      await journal.acknowledge(first, seq);
    }
    expect(seq).toBe(600);
    expect(storage.files.get(`journal/${first}.jsonl`)?.length).toBeLessThan(40_000);
    await journal.append(done(9_000_000));
    expect((await journal.next())?.chain).toBe(chain);
  });

  it('goes back where the gateway has less than it said, and bears old acknowledgements', async () => {
    const journal = journalOf(first);
    await journal.open('0.1.0', 1_000, undefined);
    for (let n = 1; n < 10; n++) await journal.append(done(n * 1_000));
    await journal.acknowledge(first, 8);
    await journal.acknowledge(first, 3);
    await journal.acknowledge(first, 800);
    expect(journal.unreported).toBe(2);
    expect((await journal.next())?.first).toBe(9);
    expect(await journal.next({ boot: first, from: 4 })).toMatchObject({ first: 4 });
  });

  it('keeps what a full medium refuses, and writes it when there is room', async () => {
    const journal = journalOf(first);
    await journal.open('0.1.0', 1_000, undefined);
    const { room } = storage;
    storage.room = 0;
    await journal.append(done(2_000));
    expect(journal.unreported).toBe(2);
    storage.room = room;
    await journal.append(done(3_000));
    expect((await journal.next())?.lines.map((line) => (JSON.parse(line) as PlayDraft).dueAt)).toEqual([
      undefined,
      2_000,
      3_000,
    ]);
  });

  it('gives up the oldest records beyond its size, and says so', async () => {
    const journal = journalOf(first, 20_000);
    await journal.open('0.1.0', 1_000, undefined);
    for (let n = 1; n < 100; n++) await journal.append(done(n * 1_000));
    expect(storage.files.get(`journal/${first}.jsonl`)?.length).toBeLessThan(21_000);
    const batch = await journal.next();
    expect(batch?.first).toBeGreaterThan(1);
    const kinds = new Set<string>();
    for (let next = batch; next; next = await journal.next()) {
      for (const line of next.lines) kinds.add((JSON.parse(line) as { event?: string }).event ?? 'play');
      await journal.acknowledge(first, next.first + next.lines.length - 1);
    }
    expect(kinds).toContain('storage-full');
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite, type Store } from '../store/index.js';
import { RecordIntake, type TakenRecord } from './record-intake.js';
import { at, bootTwo, eventLine, playLine, SignedDevice } from './testing/signed-device.js';

let directory: string;
let store: Store;
let told: TakenRecord[];

const open = async (): Promise<RecordIntake> =>
  RecordIntake.open(
    store,
    () => at,
    (records) => void told.push(...records),
  );
const rows = () => store.selectFrom('records').selectAll().orderBy('device').orderBy('boot').orderBy('seq').execute();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'xiaolaba-intake-'));
  store = await openSqlite(join(directory, 'gateway.db'));
  told = [];
});
afterEach(async () => {
  await store.destroy();
  await rm(directory, { recursive: true, force: true });
});

describe('record intake', () => {
  it('keeps every record with its line as it was written, and says how far it got', async () => {
    const intake = await open();
    const dueAt = at - 5 * 86_400_000;
    const device = new SignedDevice('dev-1').write(eventLine(1), playLine(2, dueAt));
    expect(await intake.take(device.batch(1, 2))).toEqual({ upTo: 2, bad: [] });
    expect(await rows()).toEqual([
      {
        device: 'dev-1',
        boot: device.boot,
        seq: 1,
        at: at + 1,
        due_at: at + 1,
        kind: 'event',
        line: eventLine(1),
        received_at: at,
      },
      {
        device: 'dev-1',
        boot: device.boot,
        seq: 2,
        at: dueAt + 30_000,
        due_at: dueAt,
        kind: 'play',
        line: playLine(2, dueAt),
        received_at: at,
      },
    ]);
    expect(told.map(({ record }) => record.seq)).toEqual([1, 2]);
    expect(intake.upTo('dev-1', device.boot)).toBe(2);
  });

  it('keeps each (device, boot, sequence) once, however often and in whatever pieces it comes', async () => {
    const intake = await open();
    const device = new SignedDevice('dev-1').events(6);
    const results = await Promise.all(
      [device.batch(1, 3), device.batch(1, 3), device.batch(2, 5), device.batch(1, 6), device.batch(4, 4)].map(
        (batch) => intake.take(batch),
      ),
    );
    expect(results.map(({ upTo }) => upTo)).toEqual([3, 3, 5, 6, 6]);
    expect(results.every(({ refused }) => refused === undefined)).toBe(true);
    expect((await rows()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(told).toHaveLength(6);
  });

  it('tells devices and boots apart', async () => {
    const intake = await open();
    const one = new SignedDevice('dev-1').events(2);
    const again = new SignedDevice('dev-1', bootTwo).events(2);
    const two = new SignedDevice('dev-2').events(2);
    await Promise.all([one, again, two].map((device) => intake.take(device.batch(1, 2))));
    expect(await rows()).toHaveLength(6);
  });

  it('refuses a gap, and takes the batch once what was missing has come', async () => {
    const intake = await open();
    const device = new SignedDevice('dev-1').events(4);
    const early = await intake.take(device.batch(3, 4));
    expect(errorCode(early.refused)).toBe('batch-gap');
    expect(early.upTo).toBe(0);
    expect(await rows()).toEqual([]);
    await intake.take(device.batch(1, 2));
    expect(await intake.take(device.batch(3, 4))).toEqual({ upTo: 4, bad: [] });
  });

  it('goes on after a gap that the device can no longer fill, and tells what is lost', async () => {
    const intake = await open();
    const device = new SignedDevice('dev-1').events(8);
    await intake.take(device.batch(1, 2));
    expect(errorCode((await intake.take(device.batch(5, 6))).refused)).toBe('batch-gap');
    expect(await intake.take(device.batch(5, 7))).toEqual({ upTo: 7, bad: [], lost: { from: 3, to: 4 } });
    expect(await intake.take(device.batch(8, 8))).toEqual({ upTo: 8, bad: [] });
    expect((await rows()).map(({ seq }) => seq)).toEqual([1, 2, 5, 6, 7, 8]);
  });

  it('refuses a broken chain without touching what stands, or the others that share the commit', async () => {
    const intake = await open();
    const device = new SignedDevice('dev-1').events(4);
    await intake.take(device.batch(1, 2));
    const other = new SignedDevice('dev-2').events(1);
    const [broken, fine] = await Promise.all([
      intake.take({ ...device.batch(3, 4), chain: 'f'.repeat(64) }),
      intake.take(other.batch(1, 1)),
    ]);
    expect(errorCode(broken.refused)).toBe('chain-broken');
    expect(broken.upTo).toBe(2);
    expect(fine).toEqual({ upTo: 1, bad: [] });
    expect(await rows()).toHaveLength(3);
    expect(await intake.take(device.batch(3, 4))).toEqual({ upTo: 4, bad: [] });
  });

  it('is not blocked by a malformed line', async () => {
    const intake = await open();
    const device = new SignedDevice('dev-1').write(eventLine(1), 'rubbish', eventLine(3), eventLine(4));
    const first = await intake.take(device.batch(1, 2));
    expect(first.upTo).toBe(2);
    expect(first.bad.map(({ line, error }) => [line, errorCode(error)])).toEqual([['rubbish', 'message-not-json']]);
    expect(await intake.take(device.batch(3, 4))).toEqual({ upTo: 4, bad: [] });
    expect((await rows()).map(({ seq }) => seq)).toEqual([1, 3, 4]);
  });

  it('goes on where it was after a kill between commit and acknowledgement', async () => {
    const device = new SignedDevice('dev-1').events(4);
    await (await open()).take(device.batch(1, 3));
    // The acknowledgement never left: the process is another one now, and the device sends the same again and more.
    await store.destroy();
    store = await openSqlite(join(directory, 'gateway.db'));
    const after = await open();
    told = [];
    expect(after.upTo('dev-1', device.boot)).toBe(3);
    expect(await after.take(device.batch(1, 3))).toEqual({ upTo: 3, bad: [] });
    expect(told).toEqual([]);
    expect(await after.take(device.batch(2, 4))).toEqual({ upTo: 4, bad: [] });
    expect((await rows()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('rejects everything of a commit that fails, remembers nothing of it, and takes it the next time', async () => {
    const intake = await open();
    const device = new SignedDevice('dev-1').events(2);
    await store.schema.alterTable('chains').renameTo('chains_away').execute();
    await expect(intake.take(device.batch(1, 2))).rejects.toThrow();
    expect(intake.upTo('dev-1', device.boot)).toBe(0);
    expect(await rows()).toEqual([]);
    expect(told).toEqual([]);
    await store.schema.alterTable('chains_away').renameTo('chains').execute();
    expect(await intake.take(device.batch(1, 2))).toEqual({ upTo: 2, bad: [] });
  });

  it('commits more rows at once than one statement holds', async () => {
    const intake = await open();
    const devices = Array.from({ length: 40 }, (_, index) => new SignedDevice(`dev-${index}`).events(64));
    const results = await Promise.all(devices.map((device) => intake.take(device.batch(1, 64))));
    expect(results.every(({ upTo }) => upTo === 64)).toBe(true);
    await intake.settled();
    expect(await rows()).toHaveLength(40 * 64);
  });
});

import { type Beat, errorCode, type JournalRecord, type PlayRecord } from '@xiaolaba/protocol';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DistrictModel } from '../campaigns/index.js';
import type { IssuedAssignment } from '../delivery/index.js';
import { RecordIntake } from '../ingest/index.js';
import { SignedDevice } from '../ingest/testing/signed-device.js';
import { LiveFleet, type RegisteredDevice } from '../registry/index.js';
import { TemporaryStore } from '../store/testing/temporary-store.js';
import { Coverage } from './coverage.js';
import type { Slot } from './slot.js';
import {
  at,
  day,
  issued,
  minute,
  modelOf,
  onArrival,
  playOf,
  releaseName,
  releaseOf,
  visitOf,
} from './testing/builders.js';

const yesterday = '2026-11-19';
const busRelease = 'b'.repeat(64);
const bikeRelease = 'd'.repeat(64);

let model: DistrictModel | undefined;
let district: DistrictModel;
let temporary: TemporaryStore;
let live: LiveFleet;
let coverage: Coverage;
let intake: RecordIntake;
let now: number;
let history: Map<string, IssuedAssignment[]>;
let revokedAt: number | undefined;

const releases = [
  releaseOf(),
  releaseOf({
    sha256: busRelease,
    campaign: 'arrival',
    profiles: ['bus-screen'],
    places: ['route/route-1'],
    timing: onArrival('07:00', '09:00'),
  }),
  releaseOf({
    sha256: bikeRelease,
    campaign: 'unlock',
    profiles: ['bike-lock'],
    places: ['fleet/fleet-1'],
    timing: {
      kind: 'triggered',
      on: 'unlock',
      windows: [{ days: 'every-day', from: '06:00', to: '22:00' }],
      cooldownSeconds: 0,
    },
  }),
];
const device = (id: string, profile: RegisteredDevice['profile'], place: string): RegisteredDevice => ({
  id,
  profile,
  place,
  sign: undefined,
  enrolled: true,
  revoked: false,
  revokedAt: id === 'speaker-2' ? revokedAt : undefined,
  key: undefined,
});
const fleet = (): RegisteredDevice[] => [
  device('speaker-1', 'loudspeaker', 'site/estate-1'),
  device('speaker-2', 'loudspeaker', 'site/estate-2'),
  device('bus-1', 'bus-screen', 'route/route-1'),
  device('bike-1', 'bike-lock', 'fleet/fleet-1'),
];

/** A gateway's coverage on the store as it is, and nothing in memory. */
async function start(): Promise<void> {
  live = new LiveFleet(() => now);
  coverage = await Coverage.open({
    store: temporary.store,
    live,
    device: (id) => fleet().find((one) => one.id === id),
    devices: fleet,
    model: () => model,
    history: (id) => history.get(id) ?? [],
    release: (sha256) => releases.find((one) => one.sha256 === sha256),
    now: () => now,
    log: pino({ level: 'silent' }),
  });
  intake = await RecordIntake.open(
    temporary.store,
    () => now,
    (records) => coverage.taken(records),
  );
}
async function restart(): Promise<void> {
  await coverage.settled();
  await temporary.reopen();
  await start();
}

const journals = new Map<string, { device: SignedDevice; written: number }>();
const beatOf = (instant: number): Beat => ({
  v: 1,
  boot: 'b000001-0a1b2c3d',
  at: instant,
  up: 10,
  clock: 'trusted',
  playing: [],
  unreported: 0,
  faults: [],
});
/** What devices report, each in its own journal. */
async function report(id: string, ...records: (PlayRecord | JournalRecord)[]): Promise<void> {
  const journal = journals.get(id) ?? { device: new SignedDevice(id), written: 0 };
  journals.set(id, journal);
  const first = journal.written + 1;
  for (const record of records) journal.device.write(JSON.stringify({ ...record, seq: ++journal.written }));
  const result = await intake.take(journal.device.batch(first, journal.written));
  expect(result.bad).toEqual([]);
  await coverage.settled();
}
const slotsOf = async (of = day): Promise<Slot[]> =>
  [...(await coverage.ledger(of)).slots()].map((slot) => structuredClone(slot)).sort((a, b) => (a.id < b.id ? -1 : 1));
const statuses = async (place: string, of = day): Promise<string[]> =>
  (await coverage.ledger(of))
    .slotsOf(place)
    .sort((a, b) => a.startAt - b.startAt)
    .map(({ status, cause }) => (cause ? `${status}: ${cause}` : status));
const unlocking = (dueAt: number, position?: [number, number]): PlayRecord =>
  playOf({
    dueAt,
    release: bikeRelease,
    campaign: 'unlock',
    cue: 'prompt',
    trigger: { on: 'unlock', ...(position ? { position } : {}) },
  });

beforeAll(async () => {
  district = await modelOf();
});
beforeEach(async () => {
  model = district;
  now = at('06:00');
  revokedAt = undefined;
  journals.clear();
  const early = at('00:00', '2026-11-01');
  history = new Map([
    ['speaker-1', [issued(district, 'site/estate-1', early, [releaseName])]],
    ['speaker-2', [issued(district, 'site/estate-2', early, [releaseName])]],
    ['bus-1', [issued(district, 'route/route-1', early, [busRelease])]],
    ['bike-1', [issued(district, 'fleet/fleet-1', early, [bikeRelease])]],
  ]);
  temporary = await TemporaryStore.open();
  await start();
});
afterEach(async () => {
  await coverage.settled();
  await temporary.close();
});

describe('the ledger of today', () => {
  it('is made anew after a restart as it was before', async () => {
    await coverage.tick();
    await report('speaker-1', { kind: 'active', seq: 1, at: at('06:00'), assignment: 1, releases: [releaseName] });
    now = at('07:01');
    await report('speaker-1', playOf());
    await report('speaker-2', playOf({ evidence: 'contradicted' }));
    await report('bike-1', unlocking(at('07:00'), [115.105, 23.405]), unlocking(at('07:10')));
    now = at('07:25');
    await report('bus-1', { ...visitOf({ playedMs: 9000, result: 'cut', cause: 'pre-empted' }), release: busRelease });
    now = at('07:41');
    await report(
      'bus-1',
      { ...visitOf({ dueAt: at('07:40') }), release: busRelease },
      { ...visitOf({ dueAt: at('07:41'), trigger: { on: 'stop-arrival', site: 'stop-2' } }), release: busRelease },
    );
    for (const id of ['speaker-1', 'speaker-2'])
      await report(id, { kind: 'event', seq: 1, at: now, event: 'test-button' });
    for (const { id } of fleet()) live.beat(id, beatOf(now));
    now = at('08:20');
    await coverage.tick();
    const before = await slotsOf();
    expect(before.filter(({ status }) => status === 'verified')).toHaveLength(5);
    expect(await statuses('site/estate-1')).toEqual(['verified', 'missed: unknown', 'pending', 'pending']);
    expect(await statuses('site/parking-1')).toEqual(['verified']);
    expect(await statuses('fleet/fleet-1')).toEqual(['verified']);
    await restart();
    await coverage.tick();
    // How far a device has reported is known again from its records; without any later one its slots wait.
    expect(await slotsOf()).toEqual(before);
  });

  it('takes a record once, and those of a device in the order of their arrival or not', async () => {
    await coverage.tick();
    await report('speaker-1', playOf({ dueAt: at('07:30') }), playOf({ dueAt: at('07:00') }));
    const before = await slotsOf();
    const journal = journals.get('speaker-1');
    if (!journal) throw new Error('no journal');
    expect((await intake.take(journal.device.batch(1, 2))).upTo).toBe(2);
    await coverage.settled();
    expect(await slotsOf()).toEqual(before);
    expect(await statuses('site/estate-1')).toEqual(['verified', 'verified', 'pending', 'pending']);
    expect(await temporary.store.selectFrom('records').select('seq').execute()).toHaveLength(2);
  });

  it('takes records that come before anybody has looked at the day', async () => {
    await report('speaker-1', playOf());
    expect(await statuses('site/estate-1')).toEqual(['verified', 'pending', 'pending', 'pending']);
  });

  it('makes no slot of an unlocking for a release that was never approved', async () => {
    await report('bike-1', { ...unlocking(at('07:00')), release: 'e'.repeat(64) });
    expect(await statuses('fleet/fleet-1')).toEqual([]);
  });

  it('follows new assignments, also on days to come that somebody has looked at', async () => {
    const tomorrow = '2026-11-23';
    await coverage.tick();
    expect(await statuses('site/estate-1', tomorrow)).toHaveLength(4);
    now = at('07:10');
    history.get('speaker-1')?.push(issued(district, 'site/estate-1', at('07:12'), [], { version: 2 }));
    history.get('bus-1')?.push(issued(district, 'route/route-1', at('08:00'), [], { version: 2 }));
    await coverage.expect(['speaker-1', 'bus-1']);
    expect(await statuses('site/estate-1')).toEqual(['pending']);
    expect(await statuses('site/estate-1', tomorrow)).toEqual([]);
    const [stop] = (await coverage.ledger(day)).slotsOf('site/stop-1');
    expect(stop?.endAt).toBe(at('08:00'));
    const before = await slotsOf();
    await restart();
    expect(await slotsOf()).toEqual(before);
  });

  it('keeps what a device owed before it was shut out', async () => {
    await coverage.tick();
    now = at('07:40');
    revokedAt = now;
    await coverage.expect(['speaker-2']);
    expect(await statuses('site/estate-2')).toHaveLength(2);
    await restart();
    expect(await statuses('site/estate-2')).toHaveLength(2);
  });

  it('begins with the local day', async () => {
    expect(coverage.today()).toBe(day);
    now = at('23:59', yesterday) + 59_999;
    expect(coverage.today()).toBe(yesterday);
    now += 1;
    expect(coverage.today()).toBe(day);
  });

  it('is refused until content has been imported, and made then', async () => {
    model = undefined;
    expect(coverage.today()).toBeUndefined();
    await coverage.tick();
    await report('speaker-1', playOf());
    expect(await coverage.ledger(day).catch(errorCode)).toBe('content-missing');
    model = district;
    expect(await statuses('site/estate-1')).toEqual(['verified', 'pending', 'pending', 'pending']);
  });
});

describe('a day that is over', () => {
  beforeEach(async () => {
    now = at('07:05', yesterday);
    await report('speaker-1', { ...playOf({ dueAt: at('07:00', yesterday) }) });
    now = at('00:30');
  });

  it('is written down, and reads as it was closed', async () => {
    const open = await slotsOf(yesterday);
    expect(open.some(({ status }) => status === 'pending')).toBe(true);
    await coverage.close(yesterday);
    expect(await coverage.closedDays()).toEqual([yesterday]);
    expect(await statuses('site/estate-1', yesterday)).toEqual([
      'verified',
      ...Array.from({ length: 3 }, () => 'missed: offline'),
    ]);
    const closed = await slotsOf(yesterday);
    await restart();
    expect(await slotsOf(yesterday)).toEqual(closed);
    // What would be expected by now does not change what was expected then.
    history.set('speaker-1', []);
    await restart();
    expect(await slotsOf(yesterday)).toEqual(closed);
  });

  it('is mended by late records, and stays mended', async () => {
    await coverage.close(yesterday);
    await report(
      'speaker-1',
      playOf({ dueAt: at('07:30', yesterday) }),
      playOf({ dueAt: at('08:00', yesterday), playedMs: 9000, result: 'cut', cause: 'pre-empted' }),
    );
    await report('bus-1', { ...visitOf({ dueAt: at('07:20', yesterday) }), release: busRelease });
    await report('bike-1', unlocking(at('09:00', yesterday)));
    const mended = ['verified', 'verified', 'partly: pre-empted', 'missed: offline'];
    const everything = async () => {
      expect(await statuses('site/estate-1', yesterday)).toEqual(mended);
      expect(await statuses('site/stop-1', yesterday)).toEqual(['verified']);
      expect(await statuses('fleet/fleet-1', yesterday)).toEqual(['verified']);
    };
    await everything();
    await restart();
    await everything();
  });

  it('is mended by records whose ledger could not be written down in time', async () => {
    await coverage.close(yesterday);
    // As if the power went between the records' commit and the ledger's.
    const line = JSON.stringify(playOf({ dueAt: at('07:30', yesterday) }));
    await temporary.store
      .insertInto('records')
      .values({
        device: 'speaker-1',
        boot: 'b000002-00000000',
        seq: 1,
        at: now,
        due_at: at('07:30', yesterday),
        kind: 'play',
        line,
        received_at: now,
      })
      .execute();
    await restart();
    expect((await statuses('site/estate-1', yesterday)).slice(0, 2)).toEqual(['verified', 'verified']);
  });

  it('may be closed twice, but today is only settled, not written down', async () => {
    await coverage.close(yesterday);
    const closed = await slotsOf(yesterday);
    await coverage.close(yesterday);
    expect(await slotsOf(yesterday)).toEqual(closed);
    now = at('07:45');
    await coverage.close(day);
    expect(await coverage.closedDays()).toEqual([yesterday]);
    expect(await statuses('site/estate-1')).toEqual(['missed: offline', 'missed: offline', 'pending', 'pending']);
    expect(await temporary.store.selectFrom('closed_slots').select('id').where('day', '=', day).execute()).toEqual([]);
  });
});

it('goes on taking late records after one failed to be applied', async () => {
  await coverage.tick();
  const { store } = temporary;
  // The ledger of that day can not be read for the moment.
  await store.schema.alterTable('days').renameTo('days_away').execute();
  await report('speaker-1', playOf({ dueAt: at('07:00', yesterday) }));
  await store.schema.alterTable('days_away').renameTo('days').execute();
  await report('speaker-1', playOf({ dueAt: at('07:30', yesterday) }));
  expect((await statuses('site/estate-1', yesterday)).slice(0, 2)).toEqual(['verified', 'verified']);
});

it('leaves a day alone that a wild clock tells of', async () => {
  await coverage.tick();
  await report('bike-1', unlocking(at('07:00', '2031-01-01')));
  now = at('07:00', '2031-01-01') + minute;
  expect(await statuses('fleet/fleet-1', '2031-01-01')).toEqual(['verified']);
});

it('knows how far a device has reported from its last record, by the earlier of the two clocks', async () => {
  now = at('08:00');
  await report('speaker-1', playOf({ at: at('07:31') }));
  await report('speaker-2', playOf({ at: at('09:30') }));
  await restart();
  expect(coverage.reportedUntil('speaker-1')).toBe(at('07:31'));
  expect(coverage.reportedUntil('speaker-2')).toBe(at('08:00'));
  expect(coverage.reportedUntil('bus-1')).toBe(0);
});

it('finds the vehicles that may announce at a stop', () => {
  expect(coverage.vehiclesAt('stop-1', busRelease)).toEqual(['bus-1']);
  expect(coverage.vehiclesAt('estate-1', busRelease)).toEqual([]);
  expect(coverage.vehiclesAt('stop-1', releaseName)).toEqual([]);
});

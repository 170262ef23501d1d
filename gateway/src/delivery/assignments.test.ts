import { join } from 'node:path';
import {
  type Assignment,
  assignmentSchema,
  calendarSchema,
  decodeMessage,
  openEnvelope,
  routeStopsSchema,
} from '@xiaolaba/protocol';
import { generateKeyPair, verify } from '@xiaolaba/protocol/node';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DistrictModel, PublishedRelease } from '../campaigns/index.js';
import { at, minute, modelOf, onArrival, type ReleaseShape, releaseOf } from '../coverage/testing/builders.js';
import { type BlobStore, openBlobStore } from '../library/index.js';
import type { RegisteredDevice } from '../registry/index.js';
import { TemporaryStore } from '../store/testing/temporary-store.js';
import { Assignments, assignmentLifeMs, deliveryLeadMs } from './assignments.js';
import { RouteBlobs } from './route-blobs.js';

const keys = generateKeyPair();
let model: DistrictModel;
let temporary: TemporaryStore;
let blobs: BlobStore;
let now: number;
let handed: { device: string; assignment: Assignment }[];

const publish = (device: string, envelope: Uint8Array): void => {
  const { payload } = openEnvelope('assignment', envelope, [keys.publicKey], verify);
  handed.push({ device, assignment: decodeMessage(assignmentSchema, payload) });
};
const open = (): Promise<Assignments> =>
  Assignments.open({
    store: temporary.store,
    signer: keys.signer,
    routes: new RouteBlobs(blobs),
    now: () => now,
    release: () => undefined,
    publish,
  });
const last = (): Assignment => {
  const assignment = handed.at(-1)?.assignment;
  if (!assignment) throw new Error('nothing was handed over');
  return assignment;
};

beforeAll(async () => {
  model = await modelOf();
});
beforeEach(async () => {
  temporary = await TemporaryStore.open();
  blobs = await openBlobStore(join(temporary.root, 'blobs'));
  now = at('06:00');
  handed = [];
});
afterEach(() => temporary.close());

const device = (more: Partial<RegisteredDevice> = {}): RegisteredDevice => ({
  id: 'speaker-1',
  profile: 'loudspeaker',
  place: 'site/estate-1',
  sign: undefined,
  enrolled: true,
  revoked: false,
  revokedAt: undefined,
  key: undefined,
  ...more,
});
const bus = device({ id: 'bus-1', profile: 'bus-screen', place: 'route/route-1' });
const published = (letter: string, shape: ReleaseShape = {}): PublishedRelease => ({
  ...releaseOf({ sha256: letter.repeat(64), ...shape }),
  bytes: 1000,
  publishedAt: now,
  withdrawnAt: undefined,
  approvedBy: ['0123456789abcdef'],
});

describe('assignments', () => {
  it('are signed, versioned, for their device, and say what holds at its place', async () => {
    const assignments = await open();
    expect(await assignments.refresh([device()], model, [published('a')])).toEqual(['speaker-1']);
    expect(last()).toMatchObject({
      device: 'speaker-1',
      version: 1,
      place: 'site/estate-1',
      issuedAt: now,
      effectiveFrom: now + deliveryLeadMs,
      expiresAt: now + assignmentLifeMs,
      policy: { dialects: ['cmn', 'yue'], volumeCap: 70, quietHours: { from: '22:00', to: '06:00' } },
      releases: [{ sha256: 'a'.repeat(64), bytes: 1000, urgent: false }],
    });
    expect(last().route).toBeUndefined();
  });

  it('rise in version with every change, and are not made anew without one', async () => {
    const assignments = await open();
    await assignments.refresh([device()], model, [published('a')]);
    now += 60 * minute;
    expect(await assignments.refresh([device()], model, [published('a')])).toEqual([]);
    expect(
      await assignments.refresh([device()], model, [published('a'), published('b', { campaign: 'other' })]),
    ).toEqual(['speaker-1']);
    expect(last()).toMatchObject({ version: 2, effectiveFrom: now + deliveryLeadMs });
    expect(await assignments.refresh([device({ place: 'site/estate-2' })], model, [published('a')])).toHaveLength(1);
    expect(last()).toMatchObject({ version: 3, place: 'site/estate-2', policy: { dialects: ['hak', 'cmn'] } });
    expect(assignments.history('speaker-1').map(({ place, version }) => [version, place])).toEqual([
      [1, 'site/estate-1'],
      [2, 'site/estate-1'],
      [3, 'site/estate-2'],
    ]);
  });

  it('hold only releases for the profile and place, in force or to come', async () => {
    const assignments = await open();
    const mine = published('a');
    const others = [
      published('b', { campaign: 'two', profiles: ['bus-screen'] }),
      published('c', { campaign: 'three', places: ['site/estate-2'] }),
      published('d', { campaign: 'four', valid: [at('00:00', '2026-01-01'), now] }),
    ];
    const coming = published('e', { campaign: 'five', valid: [now + 86_400_000, now + 2 * 86_400_000] });
    await assignments.refresh([device()], model, [mine, ...others, coming]);
    expect(last().releases.map(({ sha256 }) => sha256[0])).toEqual(['a', 'e']);
  });

  it('hold of a campaign its newest revision only', async () => {
    const assignments = await open();
    await assignments.refresh([device(), device({ id: 'speaker-2', place: 'site/estate-2' })], model, [
      published('a'),
      published('b', { revision: 2, places: ['site/estate-1'] }),
    ]);
    const held = new Map(handed.map((one) => [one.device, one.assignment.releases.map(({ sha256 }) => sha256[0])]));
    expect(held.get('speaker-1')).toEqual(['b']);
    expect(held.get('speaker-2')).toEqual(['a']);
  });

  it('are for now, and first in the list, where something is urgent; only the first time', async () => {
    const assignments = await open();
    const alert = published('f', { campaign: 'alert', priority: 95 });
    await assignments.refresh([device()], model, [published('a'), alert]);
    expect(last().effectiveFrom).toBe(now);
    expect(last().releases.map(({ sha256, urgent }) => [sha256[0], urgent])).toEqual([
      ['f', true],
      ['a', false],
    ]);
    now += minute;
    await assignments.refresh([device()], model, [alert]);
    expect(last().effectiveFrom).toBe(now + deliveryLeadMs);
  });

  it('are renewed when half of their life is over, without moving what is expected', async () => {
    const assignments = await open();
    await assignments.refresh([device()], model, [published('a')]);
    const { effectiveFrom } = last();
    now += assignmentLifeMs / 2;
    expect(await assignments.refresh([device()], model, [published('a')])).toEqual([]);
    now += 1;
    expect(await assignments.refresh([device()], model, [published('a')])).toHaveLength(1);
    expect(last()).toMatchObject({ version: 2, effectiveFrom, expiresAt: now + assignmentLifeMs });
  });

  it('are none for a device that is not enrolled, revoked, or without a place', async () => {
    const assignments = await open();
    const none = [device({ enrolled: false }), device({ revoked: true }), device({ place: 'site/gone' })];
    for (const one of none) expect(await assignments.refresh([one], model, [published('a')])).toEqual([]);
    expect(handed).toEqual([]);
  });

  it('are remembered over a restart, with their history, and handed over again', async () => {
    const before = await open();
    await before.refresh([device(), bus], model, [published('a')]);
    now += 60 * minute;
    await before.refresh([device()], model, []);
    await before.progress('speaker-1', { v: 1, at: now, assignment: 2, stage: 'active', done: 0, of: 0 });
    await before.progress('speaker-1', { v: 1, at: now, assignment: 3, stage: 'fetching', done: 1, of: 2 });
    expect(before.progressOf('speaker-1')?.stage).toBe('fetching');
    await temporary.reopen();
    handed = [];
    const after = await open();
    for (const id of ['speaker-1', 'bus-1']) expect(after.history(id)).toEqual(before.history(id));
    expect(after.progressOf('speaker-1')).toMatchObject({ stage: 'active', assignment: 2 });
    after.republish();
    expect(handed.map(({ device: id, assignment }) => [id, assignment.version]).sort()).toEqual([
      ['bus-1', 1],
      ['speaker-1', 2],
    ]);
    expect(await after.refresh([device()], model, [])).toEqual([]);
  });

  it('go past the version that a device already holds when our own past was lost', async () => {
    const assignments = await open();
    await assignments.refresh([device()], model, [published('a')]);
    const { effectiveFrom } = last();
    expect(assignments.greeted('speaker-1', 0)).toBe(false);
    expect(assignments.greeted('speaker-1', 1)).toBe(false);
    expect(assignments.greeted('speaker-1', 7)).toBe(true);
    now += minute;
    expect(await assignments.refresh([device()], model, [published('a')])).toEqual(['speaker-1']);
    expect(last()).toMatchObject({ version: 8, effectiveFrom });
    expect(assignments.greeted('speaker-1', 8)).toBe(false);
    expect(await assignments.refresh([device()], model, [published('a')])).toEqual([]);
  });
});

describe('what assignments name', () => {
  it('is the calendar, and for a bus the stops of its route', async () => {
    const assignments = await open();
    await assignments.refresh([bus], model, [
      published('a', { profiles: ['bus-screen'], places: ['route/route-1'], timing: onArrival('07:00', '09:00') }),
    ]);
    const read = async (ref: { sha256: string; bytes: number } | undefined): Promise<unknown> => {
      const chunks: Buffer[] = [];
      const { stream, size } = await blobs.open(ref?.sha256 ?? '');
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      expect(size).toBe(ref?.bytes);
      return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
    };
    const calendar = calendarSchema.parse(await read(last().calendar));
    expect(calendar.makeupWorkdays).toEqual(['2026-10-10']);
    const route = routeStopsSchema.parse(await read(last().route));
    expect(route.id).toBe('route-1');
    expect(route.stops.map(({ site, position }) => [site, position])).toEqual([
      ['stop-1', [115.12, 23.4]],
      ['stop-2', [115.14, 23.4]],
    ]);
  });

  it('changes with the content', async () => {
    const routes = new RouteBlobs(blobs);
    const moved = await modelOf({
      'sites/route-stops.csv': 'route,order,stop,minutes\nroute-1,1,stop-2,0\nroute-1,2,stop-1,10\n',
    });
    const [first, again, changed] = [
      await routes.route(model, 'route-1'),
      await routes.route(model, 'route-1'),
      await routes.route(moved, 'route-1'),
    ];
    expect(again).toEqual(first);
    expect(changed?.sha256 === first?.sha256).toBe(false);
    expect(await routes.calendar(moved)).toEqual(await routes.calendar(model));
    expect(await routes.route(model, 'route-9')).toBeUndefined();
  });
});

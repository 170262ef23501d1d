import { clockOf } from '@xiaolaba/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DistrictModel } from '../campaigns/index.js';
import type { IssuedAssignment } from '../delivery/index.js';
import { type ExpectedDevice, expectAllArrivals, expectTimed, unlockSlot } from './expect.js';
import { at, day, issued, minute, modelOf, onArrival, playOf, releaseOf, second, zone } from './testing/builders.js';

let model: DistrictModel;
beforeAll(async () => {
  model = await modelOf();
});

const other = 'b'.repeat(64);
const releases = (...named: ReturnType<typeof releaseOf>[]) => ({
  model,
  release: (sha256: string) => named.find((one) => one.sha256 === sha256),
});
const speaker = (...history: IssuedAssignment[]): ExpectedDevice => ({
  id: 'speaker-1',
  profile: 'loudspeaker',
  outputs: ['audio'],
  history,
});
const bus = (id: string, ...history: IssuedAssignment[]): ExpectedDevice => ({
  id,
  profile: 'bus-screen',
  outputs: ['audio', 'text'],
  history,
});
const times = (slots: readonly { startAt: number }[]) => slots.map(({ startAt }) => clockOf(startAt, zone).slice(0, 5));
const early = at('00:00', '2026-11-01');

describe('timed slots', () => {
  const place = 'site/estate-1';

  it('come from the plan of what the device was to hold', () => {
    const named = releaseOf();
    const device = speaker(issued(model, place, early, [named.sha256]));
    const slots = expectTimed(device, releases(named), day);
    expect(times(slots)).toEqual(['07:00', '07:30', '08:00', '08:30']);
    expect(slots[0]).toMatchObject({ place, device: 'speaker-1', dialect: 'cmn', status: 'pending' });
    expect(expectTimed(device, releases(named), '2026-11-21')).toEqual([]);
    expect(expectTimed(device, releases(named), '2026-10-31')).toEqual([]);
  });

  it('change with the assignment in the middle of the day', () => {
    const [one, two] = [releaseOf(), releaseOf({ sha256: other, campaign: 'second' })];
    const device = speaker(
      issued(model, place, early, [one.sha256]),
      issued(model, place, at('07:40'), [two.sha256], { version: 2 }),
    );
    const slots = expectTimed(device, releases(one, two), day);
    expect(slots.map((slot) => [slot.campaign, clockOf(slot.startAt, zone).slice(0, 5)])).toEqual([
      ['morning', '07:00'],
      ['morning', '07:30'],
      ['second', '08:00'],
      ['second', '08:30'],
    ]);
  });

  it('drop what a new assignment ends in mid-play, and keep what it goes on with', () => {
    const [one, two] = [releaseOf(), releaseOf({ sha256: other, campaign: 'second', priority: 40 })];
    const change = at('07:30') + 10 * second;
    const ended = speaker(issued(model, place, early, [one.sha256]), issued(model, place, change, [two.sha256]));
    expect(times(expectTimed(ended, releases(one, two), day))).toEqual(['07:00', '08:00', '08:30']);
    const kept = speaker(
      issued(model, place, early, [one.sha256]),
      issued(model, place, change, [one.sha256, two.sha256]),
    );
    const slots = expectTimed(kept, releases(one, two), day).filter(({ campaign }) => campaign === 'morning');
    expect(times(slots)).toEqual(['07:00', '07:30', '08:00', '08:30']);
  });

  it('never fall to an assignment that a newer one overtook before its time', () => {
    const [one, two] = [releaseOf(), releaseOf({ sha256: other, campaign: 'second' })];
    const device = speaker(
      issued(model, place, early, [one.sha256]),
      issued(model, place, at('07:01'), [], { issuedAt: at('06:59') }),
      issued(model, place, at('07:00') + second, [two.sha256], { issuedAt: at('07:00') + second }),
    );
    const slots = expectTimed(device, releases(one, two), day);
    expect(slots.map(({ campaign }) => campaign)).toEqual(['second', 'second', 'second']);
    // The first play, begun before the urgent change, was cut off by it.
    expect(times(slots)).toEqual(['07:30', '08:00', '08:30']);
  });

  it('follow the place and the quiet hours of their time', () => {
    const named = releaseOf();
    const policy = { ...issued(model, place, early, []).policy, quietHours: { from: '22:00', to: '07:20' } };
    const device = speaker(
      issued(model, place, early, [named.sha256], { policy }),
      issued(model, 'site/estate-2', at('08:10'), [named.sha256]),
    );
    const slots = expectTimed(device, releases(named), day);
    expect(slots.map((slot) => `${slot.place} ${clockOf(slot.startAt, zone).slice(0, 5)}`)).toEqual([
      'site/estate-1 07:30',
      'site/estate-1 08:00',
      'site/estate-2 08:30',
    ]);
  });

  it('end when a device is shut out', () => {
    const named = releaseOf();
    const device = { ...speaker(issued(model, place, early, [named.sha256])), until: at('08:00') };
    expect(times(expectTimed(device, releases(named), day))).toEqual(['07:00', '07:30']);
  });

  it('belong to one day each where a window passes midnight', () => {
    const named = releaseOf({
      timing: { kind: 'every', seconds: 1800, windows: [{ days: 'every-day', from: '23:00', to: '01:00' }] },
    });
    const policy = { ...issued(model, place, early, []).policy, quietHours: null };
    const device = speaker(issued(model, place, early, [named.sha256], { policy }));
    expect(times(expectTimed(device, releases(named), day))).toEqual(['00:00', '00:30', '23:00', '23:30']);
    const ids = [day, '2026-11-21'].flatMap((one) => expectTimed(device, releases(named), one).map(({ id }) => id));
    expect(new Set(ids).size).toBe(8);
  });
});

describe('arrival slots', () => {
  const route = 'route/route-1';
  const announcing = (from: string, to: string, more: Parameters<typeof releaseOf>[0] = {}) =>
    releaseOf({ profiles: ['bus-screen'], places: [route], timing: onArrival(from, to), ...more });
  const spans = (slots: readonly { place: string; startAt: number; endAt: number }[]) =>
    slots.map((slot) => `${slot.place} ${clockOf(slot.startAt, zone)}-${clockOf(slot.endAt, zone)}`).sort();

  it('are one for each stop and window in which a bus calls', () => {
    const named = announcing('06:30', '09:00');
    const vehicles = ['bus-1', 'bus-2'].map((id) => bus(id, issued(model, route, early, [named.sha256])));
    const slots = expectAllArrivals(vehicles, releases(named), day);
    expect(spans(slots)).toEqual(['site/stop-1 06:30:00-09:00:00', 'site/stop-2 06:30:00-09:00:00']);
    expect(slots.every((slot) => slot.trigger === 'stop-arrival' && slot.device === undefined)).toBe(true);
  });

  it('are none where the timetable has nobody call', () => {
    // Departures on the half-hour, ten minutes between the stops.
    const named = announcing('06:31', '06:39');
    const vehicle = bus('bus-1', issued(model, route, early, [named.sha256]));
    expect(expectAllArrivals([vehicle], releases(named), day)).toEqual([]);
    const later = announcing('06:31', '06:41');
    expect(
      spans(expectAllArrivals([bus('bus-1', issued(model, route, early, [later.sha256]))], releases(later), day)),
    ).toEqual(['site/stop-1 06:31:00-06:41:00', 'site/stop-2 06:31:00-06:41:00']);
  });

  it('begin and end with the assignment of the vehicles, over the widest span', () => {
    const named = announcing('06:30', '09:00');
    const vehicles = [
      bus('bus-1', issued(model, route, at('07:00'), [named.sha256]), issued(model, route, at('08:00'), [])),
      bus('bus-2', issued(model, route, at('07:30'), [named.sha256]), issued(model, route, at('08:30'), [])),
    ];
    expect(spans(expectAllArrivals(vehicles, releases(named), day))).toEqual([
      'site/stop-1 07:00:00-08:30:00',
      'site/stop-2 07:00:00-08:30:00',
    ]);
  });

  it('leave the quiet hours out', () => {
    const dawn = announcing('05:00', '06:00');
    const vehicle = (sha256: string) => bus('bus-1', issued(model, route, early, [sha256]));
    expect(expectAllArrivals([vehicle(dawn.sha256)], releases(dawn), day)).toEqual([]);
    const morning = announcing('05:00', '07:00');
    expect(spans(expectAllArrivals([vehicle(morning.sha256)], releases(morning), day))).toEqual([
      'site/stop-1 06:00:00-07:00:00',
      'site/stop-2 06:00:00-07:00:00',
    ]);
  });

  it('ask nothing of vehicles that have no file for it', () => {
    const named = announcing('06:30', '09:00');
    const deaf = { ...bus('bus-1', issued(model, route, early, [named.sha256])), profile: 'loudspeaker' as const };
    expect(expectAllArrivals([deaf], releases(named), day)).toEqual([]);
  });
});

describe('an unlocking', () => {
  const unlocked = (position?: [number, number]) =>
    playOf({ trigger: { on: 'unlock', ...(position ? { position } : {}) } });

  it('belongs to the nearest parking point within reach, otherwise to its fleet', async () => {
    const two = await modelOf({
      'sites/sites.csv': `id,kind,name_zh,name_en,township,police_station,longitude,latitude,dialects,quiet_hours,volume_cap,noise_zone,people
estate-1,estate,甲小区,Estate A,town,station,115.1,23.4,cmn yue,22:00-06:00,70,2,1000
estate-2,estate,乙小区,Estate B,town,station,115.11,23.41,hak cmn,22:00-06:00,70,2,500
stop-1,stop,东站,East Stop,town,station,115.12,23.4,cmn,22:00-06:00,70,2,100
stop-2,stop,西站,West Stop,town,station,115.14,23.4,cmn,22:00-06:00,70,2,100
parking-1,parking,停放点,Parking,town,station,115.105,23.405,cmn,22:00-06:00,70,2,100
parking-2,parking,停放点二,Parking 2,town,station,115.106,23.405,cmn,22:00-06:00,70,2,100
`,
    });
    const placeOf = (position?: [number, number]) =>
      unlockSlot('bike-1', 'fleet/fleet-1', unlocked(position), two, day).place;
    expect(placeOf([115.1052, 23.405])).toBe('site/parking-1');
    expect(placeOf([115.1058, 23.405])).toBe('site/parking-2');
    expect(placeOf([115.2, 23.405])).toBe('fleet/fleet-1');
    expect(placeOf()).toBe('fleet/fleet-1');
  });

  it('ends when its prompt does', () => {
    const slot = unlockSlot('bike-1', 'fleet/fleet-1', unlocked(), model, day);
    expect(slot).toMatchObject({ startAt: at('07:00'), endAt: at('07:00') + 30 * second, trigger: 'unlock' });
    expect(slot.endAt - slot.startAt).toBeLessThan(minute);
  });
});

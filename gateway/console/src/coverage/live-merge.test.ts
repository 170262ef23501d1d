import type { DayView, PlaceDay, Vehicle } from '@xiaolaba/gateway/contract';
import { describe, expect, it } from 'vitest';
import { isFiltering, noFilters, passes, toggled } from './filters.js';
import { acceptsCoverage, byPlace, mergePlaces, mergeVehicles } from './live-merge.js';

const tally = { expected: 1, due: 1, verified: 0, heard: 0, partly: 0, missed: 0 };
const place = (id: string, state: PlaceDay['state']): PlaceDay => ({ ...tally, place: `site/${id}`, state });
const view = (day: string, now: number): DayView => ({
  day,
  now,
  closed: false,
  totals: tally,
  devices: { known: 0, online: 0 },
  causes: {},
  kinds: [],
  townships: [],
  policeStations: [],
  campaigns: [],
  places: [],
});

describe('live merge', () => {
  it('lays changed places over the rest and keeps what did not change as it was', () => {
    const before = byPlace([place('aa', 'pending'), place('bb', 'pending')]);
    const after = mergePlaces(before, [place('bb', 'heard')]);
    expect(after.get('site/aa')).toBe(before.get('site/aa'));
    expect(after.get('site/bb')?.state).toBe('heard');
    expect(before.get('site/bb')?.state).toBe('pending');
    expect(mergePlaces(before, [])).toBe(before);
  });

  it('takes events of the shown day only, and never an older one', () => {
    expect(acceptsCoverage(view('2026-11-20', 5), view('2026-11-20', 6))).toBe(true);
    expect(acceptsCoverage(view('2026-11-20', 5), view('2026-11-21', 6))).toBe(false);
    expect(acceptsCoverage(view('2026-11-20', 5), view('2026-11-20', 4))).toBe(false);
    expect(acceptsCoverage(undefined, view('2026-11-20', 4))).toBe(false);
  });

  it('moves vehicles by device', () => {
    const bus = (device: string, longitude: number): Vehicle => ({
      device,
      place: 'route/r1',
      position: [longitude, 23],
      playing: false,
      online: true,
    });
    const before = mergeVehicles(new Map(), [bus('b1', 115), bus('b2', 115)]);
    const after = mergeVehicles(before, [bus('b1', 116)]);
    expect(after.get('b1')?.position).toEqual([116, 23]);
    expect(after.get('b2')).toBe(before.get('b2'));
  });
});

describe('filters', () => {
  const where = { kind: 'estate', township: 't1', policeStation: 'p1' } as const;

  it('let everything pass when empty', () => {
    expect(isFiltering(noFilters)).toBe(false);
    expect(passes(noFilters, where, undefined)).toBe(true);
  });

  it('must all hold', () => {
    const filters = { ...noFilters, kinds: toggled(noFilters.kinds, 'estate' as const), township: 't1' };
    expect(passes(filters, where, undefined)).toBe(true);
    expect(passes({ ...filters, township: 't2' }, where, undefined)).toBe(false);
    expect(passes({ ...filters, cause: 'offline' }, where, { ...place('aa', 'missed'), cause: 'silent' })).toBe(false);
    expect(passes({ ...filters, states: new Set(['missed'] as const) }, where, place('aa', 'missed'))).toBe(true);
  });

  it('toggle back to nothing', () => {
    expect(toggled(toggled(new Set<string>(), 'x'), 'x').size).toBe(0);
  });
});

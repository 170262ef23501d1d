import type { MissCause } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import type { Slot } from '../coverage/index.js';
import { type DayLearnt, type LearnContext, learnDay } from './learn.js';
import { type Awaited, type DeviceState, type PredictInput, predictDay } from './predict.js';
import { Rates } from './rates.js';

const context: LearnContext = {
  profileOf: () => 'loudspeaker',
  kindOf: () => 'estate',
  owedFor: () => undefined,
};

interface Told {
  readonly device: string;
  readonly at: number;
  /** Absent where it was verified. */
  readonly cause?: MissCause;
  readonly more?: Partial<Slot>;
}

function slot({ device, at, cause, more }: Told, day: string): Slot {
  return {
    id: `${device} ${at}`,
    day,
    place: `site/${device}`,
    device,
    release: 'r',
    campaign: 'c',
    cue: 'q',
    item: 'i',
    output: 'audio',
    dueAt: at,
    startAt: at,
    endAt: at + 1,
    status: cause ? 'missed' : 'verified',
    ...(cause ? { cause } : {}),
    ...more,
  };
}

const learnt = (day: string, told: readonly Told[], over: Partial<LearnContext> = {}): DayLearnt =>
  learnDay(
    day,
    told.map((one) => slot(one, day)),
    { ...context, ...over },
    1000,
  );

/** Ten slots of a device; the first `lost` of them are lost. */
const tenSlots = (device: string, lost = 0, cause: MissCause = 'pre-empted'): Told[] =>
  Array.from({ length: 10 }, (_, at) => ({ device, at, ...(at < lost ? { cause } : {}) }));

const unit = { id: 'a audio', peers: 'loudspeaker audio' };
const fit: DeviceState = { profile: 'loudspeaker', holds: () => true };
const awaits = (device: string, count: number, more: Partial<Awaited> = {}): Awaited => ({
  place: `site/${device}`,
  campaign: 'c',
  release: 'r',
  output: 'audio',
  device,
  count,
  ...more,
});
const input = (more: Partial<PredictInput>): PredictInput => ({
  day: '2026-11-21',
  today: '2026-11-20',
  history: [],
  awaited: [],
  kindOf: () => 'estate',
  device: () => fit,
  vehicles: () => [],
  alike: () => true,
  sets: new Set(),
  delivered: 0.9,
  ...more,
});

describe('what is learnt from a day', () => {
  it('leaves out what had not been delivered, and keeps the state in which the day ended', () => {
    const day = learnt('2026-11-20', [
      { device: 'a', at: 1, cause: 'not-delivered' },
      { device: 'a', at: 2 },
      { device: 'a', at: 3, cause: 'silent' },
      { device: 'b', at: 1, cause: 'silent' },
      { device: 'b', at: 2 },
      { device: 'c', at: 1, cause: 'pre-empted' },
    ]);
    expect(day.units.get('a audio')).toMatchObject({ slots: 2, endedIn: 'silent' });
    expect([...(day.units.get('a audio')?.lost ?? [])]).toEqual([['silent', 1]]);
    expect(day.units.get('b audio')?.endedIn).toBeUndefined();
    // Being pre-empted passes by itself.
    expect(day.units.get('c audio')?.endedIn).toBeUndefined();
    expect(day.places.get('site/b')?.covered).toBe(false);
  });

  it('takes what a device that is away owes as closing the day would', () => {
    const owing: Told[] = [
      { device: 'a', at: 1 },
      { device: 'a', at: 2, more: { status: 'pending' } },
      { device: 'a', at: 2000, more: { status: 'pending' } },
    ];
    const day = learnt('2026-11-20', owing, { owedFor: () => 'offline' });
    expect(day.units.get('a audio')).toMatchObject({ slots: 2, endedIn: 'offline' });
    expect(learnt('2026-11-20', owing).units.get('a audio')).toMatchObject({ slots: 1 });
  });

  it('counts within the hours asked for, and still sees how the day ended', () => {
    const told: Told[] = [
      { device: 'a', at: 1 },
      { device: 'a', at: 9, cause: 'silent' },
    ];
    const day = learnt('2026-11-20', told, { counts: ({ startAt }) => startAt < 5 });
    expect(day.units.get('a audio')).toMatchObject({ slots: 1, endedIn: 'silent' });
  });
});

describe('rates', () => {
  it('are drawn from the fleet to the kind to the device, by days', () => {
    const rates = new Rates([learnt('2026-11-20', [...tenSlots('a', 5), ...tenSlots('b')])], '2026-11-20');
    // Twenty slots, five lost; two unit-days' worth of prior with a loss of one in twenty for reasons unknown.
    const fleet = { known: 5 / 40, unknown: (20 * 0.05) / 40 };
    const peers = { known: (5 + 50 * fleet.known) / 70, unknown: (50 * fleet.unknown) / 70 };
    const own = rates.accidents(unit);
    expect(own.get('pre-empted')).toBeCloseTo((5 + 200 * peers.known) / 210, 9);
    expect(own.get('unknown')).toBeCloseTo((200 * peers.unknown) / 210, 9);
    expect(rates.accidents({ id: 'new audio', peers: unit.peers }).get('pre-empted')).toBeCloseTo(peers.known, 9);
  });

  it('forget by half in a week', () => {
    const long = new Rates([learnt('2026-11-13', tenSlots('a', 10))], '2026-11-20');
    // Half a day with ten slots: five, all lost, against twenty slots of prior.
    const fleet = 5 / 25;
    expect(long.accidents({ id: 'new', peers: 'other' }).get('pre-empted')).toBeCloseTo(fleet, 9);
  });

  it('learn from evening to morning whether outages are mended, and count those days for nothing else', () => {
    const nothing = new Rates([], '2026-11-21');
    expect(nothing.mended('silent', 1)).toBe(0.5);
    expect(nothing.mended('silent', 2)).toBe(0.75);
    const evening = learnt('2026-11-19', [...tenSlots('a'), { device: 'a', at: 20, cause: 'silent' }]);
    const morning = learnt('2026-11-20', tenSlots('a', 10, 'silent'));
    const rates = new Rates([evening, morning], '2026-11-20');
    // One day, nothing proven; drawn to one half by two.
    expect(rates.mended('silent', 1)).toBeCloseTo(1 / 3, 9);
    const before = new Rates([evening], '2026-11-20');
    expect(rates.accidents(unit).get('silent')).toBeCloseTo(before.accidents(unit).get('silent') ?? 0, 9);
  });
});

describe('a day foretold', () => {
  it('is awaited times likely, with nothing known one in twenty lost', () => {
    const { totals, covered, places } = predictDay(input({ awaited: [awaits('a', 8), awaits('b', 2)] }));
    expect(totals).toMatchObject({ expected: 10, verified: 9.5 });
    expect(totals.share).toBeCloseTo(0.95, 9);
    expect(totals.low).toBeLessThan(0.95);
    expect(totals.high).toBeGreaterThan(0.95);
    expect(covered).toMatchObject({ of: 2 });
    expect(places.map(({ covered: chance }) => chance)).toEqual([0.95, 0.95]);
  });

  it('keeps the share of the days before, however unevenly it lies', () => {
    const told = [...tenSlots('a', 10), ...Array.from({ length: 39 }, (_, index) => tenSlots(`b${index}`)).flat()];
    const days = ['2026-11-18', '2026-11-19', '2026-11-20'].map((day) => learnt(day, told));
    const awaited = [awaits('a', 10), ...Array.from({ length: 39 }, (_, index) => awaits(`b${index}`, 10))];
    const { totals } = predictDay(input({ history: days, awaited }));
    expect(totals.share).toBeCloseTo(0.975, 3);
  });

  it('takes a device that is away for gone or back, and says so', () => {
    const away = (id: string): DeviceState => (id === 'a' ? { ...fit, trouble: 'offline' } : fit);
    const { places } = predictDay(input({ awaited: [awaits('a', 10), awaits('b', 10)], device: away }));
    const [a, b] = places;
    expect(a?.share).toBeCloseTo(0.5 * 0.95, 9);
    expect(a?.covered).toBeCloseTo(0.5 * 0.95, 9);
    expect(a).toMatchObject({ reason: 'offline', devices: ['a'] });
    expect(b?.covered).toBeCloseTo(0.95, 9);
  });

  it('covers a place that can do without the device that is away', () => {
    const away = (id: string): DeviceState => (id === 'a' ? { ...fit, trouble: 'offline' } : fit);
    const some = predictDay(input({ awaited: [awaits('a', 2), awaits('b', 8, { place: 'site/a' })], device: away }));
    expect(some.places[0]?.covered).toBeCloseTo(0.95, 9);
    const most = predictDay(input({ awaited: [awaits('a', 3), awaits('b', 7, { place: 'site/a' })], device: away }));
    expect(most.places[0]?.covered).toBeCloseTo(0.5 * 0.95, 9);
  });

  it('takes what a place does not permit for decided, and learns how long decisions stand', () => {
    const evening = learnt('2026-11-20', [...tenSlots('a', 10, 'no-permission'), ...tenSlots('b')]);
    const [a] = predictDay(input({ history: [evening], awaited: [awaits('a', 10)] })).places;
    expect(a).toMatchObject({ reason: 'no-permission', devices: ['a'] });
    expect(a?.share).toBeLessThan(0.1);
    expect(new Rates([], '2026-11-21').stands(2)).toBeCloseTo(0.81, 9);
    // One day on which it was over; drawn to nine tenths by two.
    const changed = new Rates([evening, learnt('2026-11-21', tenSlots('a'))], '2026-11-21');
    expect(changed.stands(1)).toBeCloseTo(1.8 / 3, 9);
    const [back] = predictDay(
      input({ history: [evening, learnt('2026-11-21', tenSlots('a'))], awaited: [awaits('a', 10)], day: '2026-11-22' }),
    ).places;
    expect(back?.share).toBeGreaterThan(0.7);
  });

  it('lets hours of quiet take their share of a place, and not the whole of it', () => {
    const others = Array.from({ length: 20 }, (_, index) => tenSlots(`other-${index}`)).flat();
    const covered = (quiet: number): number | undefined => {
      const evening = learnt('2026-11-20', [...tenSlots('a', quiet, 'no-permission'), ...others]);
      return predictDay(input({ history: [evening], awaited: [awaits('a', 10)] })).places[0]?.covered;
    };
    // A tenth may be missing; of three tenths, nine in ten times they are missing again.
    expect(covered(1)).toBeGreaterThan(0.9);
    expect(covered(3)).toBeLessThan(0.1);
  });

  it('expects nothing where a stop order holds, and less where a release has not arrived', () => {
    const stopped = predictDay(input({ awaited: [awaits('a', 10)], device: () => ({ ...fit, trouble: 'stopped' }) }));
    expect(stopped.places[0]).toMatchObject({ share: 0, covered: 0, reason: 'stopped' });
    const missing = predictDay(input({ awaited: [awaits('a', 10)], device: () => ({ ...fit, holds: () => false }) }));
    expect(missing.places[0]?.share).toBeCloseTo(0.9 * 0.95, 9);
    expect(missing.places[0]?.reason).toBe('not-delivered');
  });

  it('serves a stop by whichever vehicle is left', () => {
    const awaited = [{ ...awaits('x', 1), device: undefined, trigger: 'stop-arrival' as const }].map(
      ({ device: _, ...rest }) => rest,
    );
    const vehicles = () => [
      { device: 'bus-1', calls: 20 },
      { device: 'bus-2', calls: 20 },
    ];
    const gone = (...out: string[]) =>
      predictDay(
        input({
          awaited,
          vehicles,
          device: (id) => (out.includes(id) ? { ...fit, trouble: 'stopped' } : fit),
        }),
      ).places[0];
    expect(gone()?.share).toBeCloseTo(0.95, 6);
    expect(gone('bus-1')?.share).toBeCloseTo(0.95, 6);
    expect(gone('bus-1', 'bus-2')).toMatchObject({ share: 0, reason: 'stopped', devices: ['bus-1', 'bus-2'] });
  });

  it('estimates what people will set off from recent days, those of the same kind counting more', () => {
    const unlocks = (day: string, count: number): DayLearnt =>
      learnt(
        day,
        Array.from({ length: count }, (_, at) => ({
          device: 'bike',
          at,
          more: { trigger: 'unlock' as const, place: 'site/p' },
        })),
      );
    // The first is of another kind, so that the second counts four times.
    const history = [unlocks('2026-11-13', 10), unlocks('2026-11-14', 20)];
    const day = '2026-11-21';
    const alike = (other: string): boolean => other === '2026-11-14';
    const { totals } = predictDay(input({ day, history, alike, sets: new Set(['c']) }));
    const [older, newer] = [0.5 ** (8 / 7), 4 * 0.5];
    expect(totals.expected).toBeCloseTo((10 * older + 20 * newer) / (older + newer), 9);
    expect(predictDay(input({ day, history, alike })).totals.expected).toBe(0);
  });
});

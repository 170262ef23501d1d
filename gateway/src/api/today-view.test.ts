import type { Calendar, Cue, NamedRelease, SitePolicy } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { at, day, zone } from '../testing/open-gateway.js';
import { joined, type TodayInput, todayView, without } from './today-view.js';

const calendar: Calendar = {
  ...{ v: 1, id: 'test', from: '2026-01-01', to: '2026-12-31' },
  holidays: [{ day: '2026-11-21', name: '休息日' }],
  makeupWorkdays: [],
  schoolTerms: [],
};
const policy = (from: string, to: string): SitePolicy => ({
  ...{ zone, dialects: ['cmn'], volumeCap: 70 },
  quietHours: { from, to },
});
const every = (from: string, to: string, days: 'every-day' | 'holidays' = 'every-day'): Cue => ({
  ...{ id: 'said', output: 'audio', items: ['one'], priority: 50, volumeCap: 80 },
  timing: { kind: 'every', seconds: 1800, windows: [{ days, from, to }] },
  ...{ dialects: 'first', breaksQuietHours: false },
});
const release = (campaign: string, cues: Cue[], more: Partial<NamedRelease['release']> = {}): NamedRelease => ({
  sha256: campaign.padEnd(64, '0'),
  release: {
    ...{ v: 1, campaign, revision: 1, title: campaign, frozenAt: 0 },
    ...{ validFrom: at('00:00', '2026-11-01'), validUntil: at('00:00', '2027-01-01') },
    audience: { profiles: ['loudspeaker'], places: ['site/early'] },
    items: [{ id: 'one', title: 'One', audio: [], text: 'one' }],
    cues,
    ...more,
  },
});
const view = (standing: NamedRelease[], more: Partial<TodayInput> = {}) =>
  todayView({
    ...{ now: at('09:10'), zone, calendar, standing, slots: [], titleOf: () => undefined },
    hasDevice: (place, profiles) => place !== 'site/empty' && profiles.includes('loudspeaker'),
    policyOf: (place) => (place === 'site/early' ? policy('22:00', '06:00') : policy('20:00', '08:00')),
    ...more,
  });

describe('spans', () => {
  it('are joined where they touch, and lose what is taken', () => {
    expect(
      joined([
        { from: 5, to: 7 },
        { from: 0, to: 3 },
        { from: 3, to: 4 },
      ]),
    ).toEqual([
      { from: 0, to: 4 },
      { from: 5, to: 7 },
    ]);
    expect(
      without({ from: 0, to: 10 }, [
        { from: 2, to: 4 },
        { from: 9, to: 20 },
      ]),
    ).toEqual([
      { from: 0, to: 2 },
      { from: 4, to: 9 },
    ]);
    expect(without({ from: 0, to: 10 }, [{ from: 0, to: 10 }])).toEqual([]);
  });
});

describe("the district's day", () => {
  it('leaves out the hours that are quiet at all places, and keeps those that are quiet at some', () => {
    const cues = [every('05:00', '21:00')];
    const places = ['site/early', 'site/late'];
    const spansOf = (standing: NamedRelease) => view([standing]).programme[0]?.lines[0]?.spans;
    expect(spansOf(release('a', cues))).toEqual([{ from: at('06:00'), to: at('21:00') }]);
    const late = { profiles: ['loudspeaker' as const], places: ['site/late'] };
    expect(spansOf(release('a', cues, { audience: late }))).toEqual([{ from: at('08:00'), to: at('20:00') }]);
    const nobody = { profiles: ['loudspeaker' as const], places: ['site/empty', 'site/late'] };
    expect(view([release('a', cues, { audience: nobody })]).programme[0]?.places).toBe(1);
    const both = { profiles: ['loudspeaker' as const], places };
    expect(spansOf(release('a', cues, { audience: both }))).toEqual([{ from: at('06:00'), to: at('21:00') }]);
  });

  it('keeps text and what breaks quiet hours, and follows a window past midnight', () => {
    const text: Cue = {
      ...every('21:00', '01:00'),
      output: 'text',
      timing: {
        kind: 'continuous',
        segmentSeconds: 900,
        windows: [{ days: 'every-day', from: '21:00', to: '01:00' }],
      },
    };
    expect(view([release('a', [text])]).programme[0]?.lines).toEqual([
      {
        output: 'text',
        spans: [
          { from: at('00:00'), to: at('01:00') },
          { from: at('21:00'), to: at('24:00') },
        ],
      },
    ]);
  });

  it('names what is on that day alone, with how often and when next', () => {
    const slots = ['07:00', '09:00', '09:30', '10:00'].map((clock) => ({
      campaign: 'a',
      startAt: at(clock),
      endAt: at(clock) + 5000,
    }));
    const today = view([release('a', [every('07:00', '10:30')]), release('b', [every('07:00', '08:00', 'holidays')])], {
      slots,
      titleOf: (id) => (id === 'a' ? { zh: '甲', en: 'A' } : undefined),
    });
    expect(today.programme).toMatchObject([{ campaign: 'a', title: { zh: '甲' }, plays: 4, next: at('09:30') }]);
    expect(today.days.slice(0, 2).map(({ day: one, kind }) => [one, kind.holiday])).toEqual([
      [day, undefined],
      ['2026-11-21', '休息日'],
    ]);
    expect(today.days).toHaveLength(15);
  });

  it('tells what ends within a week by its last variant, and how long the calendar lasts', () => {
    const ends = (campaign: string, last: string, hours = '24:00') =>
      release(campaign, [every('07:00', '10:00')], { validUntil: at(hours, last) });
    const today = view([
      ends('far', '2026-11-28'),
      ends('near', '2026-11-21'),
      ends('near', '2026-11-23'),
      ends('last', day),
      ends('over', day, '09:00'),
    ]);
    expect(today.ending.map(({ campaign, lastDay, remaining }) => [campaign, lastDay, remaining])).toEqual([
      ['last', day, 0],
      ['near', '2026-11-23', 3],
    ]);
    expect(today.calendar).toEqual({ until: '2026-12-31', remaining: 41 });
    expect(view([], { calendar: { ...calendar, to: '2026-10-01' } }).calendar.remaining).toBe(0);
  });
});

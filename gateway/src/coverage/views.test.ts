import { beforeAll, describe, expect, it } from 'vitest';
import { dayViewSchema, placeDaySchema, silentPlaceSchema } from '../api/contract.js';
import type { DistrictModel } from '../campaigns/index.js';
import { LiveFleet, type RegisteredDevice } from '../registry/index.js';
import { DayLedger } from './day-ledger.js';
import type { Slot } from './slot.js';
import { countSlot, emptyTally, isCovered, stateOf, topCause } from './tally.js';
import { at, day, KnownFleet, minute, modelOf, timedSlot } from './testing/builders.js';
import { DayTallies, dayView, placeDays, silentPlaces, type ViewContext } from './views.js';

let model: DistrictModel;
beforeAll(async () => {
  model = await modelOf();
});

const noon = at('12:00');
const outcome = (minutes: number, more: Partial<Slot>): Slot => timedSlot(at('07:00') + minutes * minute, more);
const tallyOf = (...slots: Slot[]) => {
  const tally = emptyTally();
  for (const slot of slots) countSlot(tally, slot, noon);
  return tally;
};
const heard: Partial<Slot> = { status: 'verified', evidence: 'heard' };
const claimed: Partial<Slot> = { status: 'verified', evidence: 'claimed' };
const offline: Partial<Slot> = { status: 'missed', cause: 'offline' };
const silent: Partial<Slot> = { status: 'missed', cause: 'silent', evidence: 'contradicted' };

describe('tallies', () => {
  it('count each slot once, and as due what is settled or over', () => {
    const late = timedSlot(at('13:00'));
    const tally = tallyOf(outcome(0, heard), outcome(1, claimed), outcome(2, offline), outcome(3, {}), late);
    expect(tally).toEqual({
      expected: 5,
      due: 4,
      verified: 2,
      heard: 1,
      partly: 0,
      missed: 1,
      contradicted: 0,
      causes: { offline: 1 },
    });
  });

  it('give a place its one colour', () => {
    const colour = (...slots: Slot[]) => stateOf(tallyOf(...slots));
    expect(colour()).toBe('none');
    expect(colour(outcome(0, {}))).toBe('pending');
    expect(colour(outcome(0, heard), outcome(1, claimed))).toBe('heard');
    expect(colour(outcome(0, heard), outcome(1, claimed), outcome(2, claimed))).toBe('claimed');
    expect(colour(outcome(0, heard), outcome(1, offline))).toBe('partly');
    expect(colour(outcome(0, { status: 'partly', cause: 'pre-empted' }))).toBe('partly');
    expect(colour(outcome(0, offline))).toBe('missed');
    expect(colour(outcome(0, offline), outcome(1, silent))).toBe('contradicted');
    expect(colour(outcome(0, offline), outcome(1, offline), outcome(2, silent))).toBe('missed');
    // An open slot with a sensor's word against one visit is not contradicted yet.
    expect(colour(outcome(0, offline), outcome(1, { evidence: 'contradicted' }))).toBe('missed');
  });

  it('call a place covered from four fifths of what is settled', () => {
    const covered = (verified: number, missed: number) =>
      isCovered({ ...emptyTally(), expected: 20, due: 20, verified, missed });
    expect(covered(0, 0)).toBe(false);
    expect(covered(4, 1)).toBe(true);
    expect(covered(11, 3)).toBe(false);
    expect(covered(12, 3)).toBe(true);
    expect(covered(1, 0)).toBe(true);
  });

  it('name the commonest cause', () => {
    expect(topCause(tallyOf(outcome(0, silent), outcome(1, offline), outcome(2, offline)))).toBe('offline');
    expect(topCause(emptyTally())).toBeUndefined();
  });
});

describe('views', () => {
  const deviceAt = (id: string, place: string): RegisteredDevice => ({
    id,
    profile: 'loudspeaker',
    place,
    sign: undefined,
    enrolled: true,
    revoked: false,
    revokedAt: undefined,
    key: undefined,
  });

  function stage(now: number, ...slots: Slot[]) {
    let time = at('06:00');
    const live = new LiveFleet(() => time);
    const devices = [deviceAt('speaker-1', 'site/estate-1'), deviceAt('speaker-2', 'site/estate-2')];
    for (const { id } of devices) live.connection(id, true);
    time = now;
    const ledger = new DayLedger(day, new KnownFleet());
    for (const slot of slots) ledger.add(slot);
    const tallies = new DayTallies(ledger);
    tallies.update(ledger.places(), now);
    const context: ViewContext = {
      model,
      live,
      devicesAt: (place) => devices.filter((device) => device.place === place),
      deviceCount: () => devices.length,
      get now() {
        return time;
      },
    };
    return {
      live,
      context,
      tallies,
      pass: (instant: number) => {
        time = instant;
      },
    };
  }
  const atTwo = (minutes: number, more: Partial<Slot>): Slot =>
    outcome(minutes, { ...more, id: `two-${minutes}`, place: 'site/estate-2', device: 'speaker-2', campaign: 'other' });

  it('break the day down by kind, township, station and campaign, as the contract says', () => {
    const { context, tallies } = stage(noon, outcome(0, heard), outcome(1, heard), atTwo(0, offline));
    const view = dayViewSchema.parse(dayView(context, tallies, false));
    expect(view.totals).toMatchObject({ expected: 3, due: 3, verified: 2, missed: 1 });
    expect(view.causes).toEqual({ offline: 1 });
    expect(view.kinds.map(({ id, covered, of }) => [id, covered, of])).toEqual([['estate', 1, 2]]);
    expect(view.townships.map(({ id, of }) => [id, of])).toEqual([['town', 2]]);
    expect(view.policeStations.map(({ id, covered }) => [id, covered])).toEqual([['station', 1]]);
    expect(view.campaigns.map(({ id, covered, of }) => [id, covered, of])).toEqual([
      ['morning', 1, 1],
      ['other', 0, 1],
    ]);
    expect(view.devices).toEqual({ known: 2, online: 2 });
    expect(view.places).toHaveLength(model.places.size);
    expect(dayView(context, tallies, false, ['site/estate-2']).places.map(({ place }) => place)).toEqual([
      'site/estate-2',
    ]);
  });

  it('show what is on at a place by its last beat, and only while it is connected', () => {
    const { live, context, tallies } = stage(noon, outcome(0, heard));
    live.beat('speaker-1', {
      v: 1,
      boot: 'b000001-00000000',
      at: noon,
      up: 10,
      clock: 'trusted',
      playing: [
        {
          output: 'audio',
          campaign: 'morning',
          cue: 'rush',
          item: 'brushing',
          since: noon - 1000,
          evidence: 'claimed',
        },
      ],
      unreported: 0,
      faults: [],
    });
    const [shown] = placeDays(context, tallies, ['site/estate-1']);
    expect(placeDaySchema.parse(shown)).toMatchObject({ online: true, playing: { item: 'brushing' } });
    live.connection('speaker-1', false);
    const [gone] = placeDays(context, tallies, ['site/estate-1']);
    expect(gone?.online).toBe(false);
    expect(gone?.playing).toBeUndefined();
  });

  it('call an unanswered slot of a device that has been away for ten minutes "offline", for the time being', () => {
    const { live, context, tallies, pass } = stage(noon, outcome(0, {}));
    live.connection('speaker-1', false);
    const shown = () => placeDays(context, tallies, ['site/estate-1'])[0];
    expect(shown()?.cause).toBeUndefined();
    expect(silentPlaces(context, tallies)).toEqual([]);
    pass(noon + 10 * minute + 1);
    expect(shown()).toMatchObject({ state: 'pending', cause: 'offline' });
    expect(silentPlaces(context, tallies)).toMatchObject([{ place: 'site/estate-1', cause: 'offline', ongoing: true }]);
    live.connection('speaker-1', true);
    expect(silentPlaces(context, tallies)).toEqual([]);
  });

  it('list silent places, those that still are first, since the first miss after the last success', () => {
    const { context, tallies } = stage(
      noon,
      outcome(0, offline),
      outcome(30, heard),
      atTwo(0, heard),
      atTwo(30, silent),
      atTwo(60, silent),
    );
    const silentNow = silentPlaces(context, tallies).map((place) => silentPlaceSchema.parse(place));
    expect(silentNow.map(({ place, cause, missed, ongoing, since }) => [place, cause, missed, ongoing, since])).toEqual(
      [
        ['site/estate-2', 'silent', 2, true, at('07:30')],
        ['site/estate-1', 'offline', 1, false, at('07:00')],
      ],
    );
  });
});

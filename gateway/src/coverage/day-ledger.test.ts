import { describe, expect, it } from 'vitest';
import { DayLedger } from './day-ledger.js';
import { stopSlotId } from './slot.js';
import {
  arrivalSlot,
  at,
  day,
  KnownFleet,
  minute,
  playOf,
  releaseName,
  second,
  timedSlot,
  visitOf,
} from './testing/builders.js';

const due = at('07:00');
const settled = 6 * minute;

function ledgerOf(...slots: ReturnType<typeof timedSlot>[]) {
  const fleet = new KnownFleet();
  const ledger = new DayLedger(day, fleet);
  for (const slot of slots) ledger.add(structuredClone(slot));
  const only = () => {
    const [slot] = ledger.slots();
    if (!slot) throw new Error('no slot');
    return slot;
  };
  return { fleet, ledger, only };
}
const idOf = (device: string, seq: number) => `${device}/b000001-00000000/${seq}`;

describe('timed slots', () => {
  it('are verified by their record, and by no other', () => {
    const { ledger, only } = ledgerOf(timedSlot());
    const id = idOf('speaker-1', 1);
    const missing = [
      { device: 'speaker-2', id, record: playOf() },
      { device: 'speaker-1', id, record: playOf({ dueAt: due + 1 }) },
      { device: 'speaker-1', id, record: playOf({ cue: 'dusk' }) },
      { device: 'speaker-1', id, record: playOf({ release: 'b'.repeat(64) }) },
    ];
    for (const record of missing) expect(ledger.apply(record)).toBeUndefined();
    expect(only().status).toBe('pending');
    ledger.apply({ device: 'speaker-1', id, record: playOf() });
    expect(only()).toMatchObject({
      status: 'verified',
      evidence: 'heard',
      startedAt: due,
      playedMs: 30_000,
      record: id,
    });
    expect(only().cause).toBeUndefined();
  });

  it('read the same in whatever order their records come, and however often', () => {
    const records = [
      {
        device: 'speaker-1',
        id: idOf('speaker-1', 1),
        record: playOf({ playedMs: 0, result: 'cut', cause: 'bad-file' }),
      },
      {
        device: 'speaker-1',
        id: idOf('speaker-1', 2),
        record: playOf({ playedMs: 9000, result: 'cut', cause: 'offline' }),
      },
      {
        device: 'speaker-1',
        id: idOf('speaker-1', 3),
        record: playOf({ evidence: 'claimed', startedAt: due + second }),
      },
      {
        device: 'speaker-1',
        id: idOf('speaker-1', 4),
        record: playOf({ evidence: 'claimed', startedAt: due + second }),
      },
    ];
    for (const taken of [1, 2, 3, 4]) {
      const some = records.slice(0, taken);
      const results = [some, [...some].reverse(), [...some, ...some]].map((order) => {
        const { ledger, only } = ledgerOf(timedSlot());
        for (const record of order) ledger.apply(record);
        return only();
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });

  it('wait until the device has reported past them, and then have a cause', () => {
    const { fleet, ledger, only } = ledgerOf(timedSlot());
    ledger.sweep(at('23:00'));
    expect(only().status).toBe('pending');
    fleet.until.set('speaker-1', only().endAt + settled - 1);
    ledger.sweep(at('23:00'));
    expect(only().status).toBe('pending');
    fleet.until.set('speaker-1', only().endAt + settled);
    ledger.sweep(at('23:00'));
    expect(only()).toMatchObject({ status: 'missed', cause: 'not-delivered' });
  });

  it('say "unknown" where the device was on and held the release, and mend with a late report', () => {
    const { fleet, ledger, only } = ledgerOf(timedSlot());
    fleet.facts('speaker-1').learn({ kind: 'active', seq: 1, at: at('05:00'), assignment: 1, releases: [releaseName] });
    fleet.until.set('speaker-1', at('08:00'));
    ledger.sweep(at('08:00'));
    expect(only()).toMatchObject({ status: 'missed', cause: 'unknown' });
    ledger.apply({ device: 'speaker-1', id: idOf('speaker-1', 1), record: playOf() });
    expect(only().status).toBe('verified');
    expect(only().cause).toBeUndefined();
    ledger.sweep(at('09:00'), true);
    expect(only().status).toBe('verified');
  });

  it('of a silent device are "offline" at the end of the day', () => {
    const { ledger, only } = ledgerOf(timedSlot());
    ledger.sweep(at('24:00'), true);
    expect(only()).toMatchObject({ status: 'missed', cause: 'offline' });
    ledger.apply({ device: 'speaker-1', id: idOf('speaker-1', 1), record: playOf() });
    expect(only().status).toBe('verified');
  });

  it('of a device that doubts its clock are put down to that', () => {
    const { fleet, ledger, only } = ledgerOf(timedSlot());
    fleet.doubtful.add('speaker-1');
    ledger.sweep(at('24:00'), true);
    expect(only()).toMatchObject({ status: 'missed', cause: 'clock' });
  });

  it('that are still to come are not missed by closing', () => {
    const { ledger, only } = ledgerOf(timedSlot());
    ledger.sweep(due + 29 * second, true);
    expect(only().status).toBe('pending');
  });
});

describe('arrival slots', () => {
  const visit = (seq: number, more: Parameters<typeof visitOf>[0] = {}, device = 'bus-1') => ({
    device,
    id: idOf(device, seq),
    record: visitOf({ seq, ...more }),
  });

  it('are verified by one good visit among bad ones', () => {
    const { ledger, only } = ledgerOf(arrivalSlot());
    ledger.apply(visit(1, { evidence: 'contradicted' }));
    ledger.apply(visit(2, { playedMs: 5000, result: 'cut', cause: 'pre-empted' }));
    expect(only().status).toBe('pending');
    ledger.apply(visit(3, {}, 'bus-2'));
    expect(only()).toMatchObject({ status: 'verified', evidence: 'heard', record: idOf('bus-2', 3) });
    expect(only().cause).toBeUndefined();
    ledger.apply(visit(4, { playedMs: 0, result: 'cut', cause: 'bad-file' }));
    expect(only().status).toBe('verified');
  });

  it('take visits within their span only, and the end of it is outside', () => {
    const { ledger, only } = ledgerOf(arrivalSlot());
    for (const dueAt of [at('06:59') + 59_999, at('09:00')]) expect(ledger.apply(visit(1, { dueAt }))).toBeUndefined();
    expect(ledger.apply(visit(1, { trigger: { on: 'stop-arrival', site: 'stop-2' } }))).toBeUndefined();
    expect(ledger.apply(visit(1, { trigger: { on: 'stop-arrival' } }))).toBeUndefined();
    ledger.apply(visit(2, { dueAt: at('07:00') }));
    expect(only().status).toBe('verified');
  });

  it('go to the span that holds the visit, where a cue has several', () => {
    const later = at('17:00');
    const evening = arrivalSlot({
      id: stopSlotId('stop-1', releaseName, 'rush', later),
      dueAt: later,
      startAt: later,
      endAt: at('19:00'),
    });
    const { ledger } = ledgerOf(arrivalSlot(), evening);
    ledger.apply(visit(1, { dueAt: at('17:30') }));
    expect([...ledger.slots()].map(({ status }) => status)).toEqual(['pending', 'verified']);
  });

  it('settle only when every vehicle has reported, with what can be mended as the cause', () => {
    const { fleet, ledger, only } = ledgerOf(arrivalSlot());
    fleet.vehicles = ['bus-1', 'bus-2'];
    ledger.apply(visit(1, { evidence: 'contradicted' }));
    ledger.apply(visit(2, { playedMs: 0, result: 'refused', cause: 'no-permission', evidence: 'claimed' }));
    fleet.until.set('bus-1', at('10:00'));
    ledger.sweep(at('10:00'));
    expect(only().status).toBe('pending');
    fleet.until.set('bus-2', at('10:00'));
    ledger.sweep(at('10:00'));
    expect(only()).toMatchObject({ status: 'missed', cause: 'silent' });
  });

  it('are partly covered by a visit that was cut short', () => {
    const { fleet, ledger, only } = ledgerOf(arrivalSlot());
    ledger.apply(visit(1, { playedMs: 9000, result: 'cut', cause: 'pre-empted' }));
    fleet.until.set('bus-1', at('10:00'));
    ledger.sweep(at('10:00'));
    expect(only()).toMatchObject({ status: 'partly', cause: 'pre-empted', playedMs: 9000 });
  });

  it('say why nobody came: off, nothing delivered, or no visit', () => {
    const cases = [
      { cause: 'not-delivered', held: false, off: false },
      { cause: 'no-visit', held: true, off: false },
      { cause: 'offline', held: true, off: true },
    ];
    for (const { cause, held, off } of cases) {
      const { fleet, ledger, only } = ledgerOf(arrivalSlot());
      fleet.until.set('bus-1', at('10:00'));
      const facts = fleet.facts('bus-1');
      if (held) facts.learn({ kind: 'active', seq: 1, at: at('06:00'), assignment: 1, releases: [releaseName] });
      if (off) facts.learn({ kind: 'clock', seq: 2, at: at('06:00'), from: at('06:00'), stepMs: 1 });
      if (off) {
        const previous = { boot: 'b000001-00000000', lastSeq: 1, chain: 'b'.repeat(64), lastAliveAt: at('07:10') };
        facts.learn({ kind: 'boot', seq: 1, at: at('08:00'), firmware: '1', previous });
      }
      ledger.sweep(at('10:00'));
      expect(only()).toMatchObject({ status: 'missed', cause });
    }
  });

  it('that were settled are mended by late visits, also by those that failed', () => {
    const { ledger, only } = ledgerOf(arrivalSlot());
    ledger.sweep(at('24:00'), true);
    expect(only()).toMatchObject({ status: 'missed', cause: 'offline' });
    ledger.apply(visit(1, { playedMs: 0, result: 'cut', cause: 'bad-file' }));
    expect(only()).toMatchObject({ status: 'missed', cause: 'bad-file' });
    ledger.apply(visit(2, { playedMs: 9000, result: 'cut', cause: 'pre-empted' }));
    expect(only()).toMatchObject({ status: 'partly', cause: 'bad-file' });
    ledger.apply(visit(3));
    expect(only().status).toBe('verified');
    expect(only().cause).toBeUndefined();
  });

  it('come to the same before and after they are settled, in any order', () => {
    const visits = [
      visit(1, { evidence: 'contradicted' }),
      visit(2, { playedMs: 9000, result: 'cut', cause: 'pre-empted' }, 'bus-2'),
      visit(3, { playedMs: 9000, result: 'cut', cause: 'offline', evidence: 'claimed' }),
    ];
    const results = [0, 1, 2, 3].flatMap((before) =>
      [visits, [...visits].reverse()].map((order) => {
        const { ledger, only } = ledgerOf(arrivalSlot());
        for (const one of order.slice(0, before)) ledger.apply(one);
        ledger.sweep(at('24:00'), true);
        for (const one of order.slice(before)) ledger.apply(one);
        return only();
      }),
    );
    for (const result of results) expect(result).toEqual(results[0]);
    expect(results[0]).toMatchObject({ status: 'partly', cause: 'silent', record: idOf('bus-2', 2) });
  });
});

describe('new expectations', () => {
  it('take away what nothing is known of, and leave what has become something', () => {
    const { fleet, ledger } = ledgerOf(timedSlot(), timedSlot(at('07:30')), timedSlot(at('08:00')));
    ledger.apply({ device: 'speaker-1', id: idOf('speaker-1', 1), record: playOf() });
    fleet.until.set('speaker-1', at('07:40'));
    ledger.sweep(at('07:40'));
    ledger.expectTimed('speaker-1', [timedSlot(at('08:30'))]);
    expect([...ledger.slots()].map(({ startAt, status }) => [startAt, status])).toEqual([
      [due, 'verified'],
      [at('07:30'), 'missed'],
      [at('08:30'), 'pending'],
    ]);
    ledger.sweep(at('24:00'), true);
    expect([...ledger.slots()].filter(({ status }) => status === 'pending')).toEqual([]);
  });

  it('move a slot to another place or span, with what has become of it', () => {
    const { ledger, only } = ledgerOf(arrivalSlot());
    ledger.apply({ device: 'bus-1', id: idOf('bus-1', 1), record: visitOf() });
    ledger.expectArrivals([arrivalSlot({ endAt: at('10:00') })]);
    expect(only()).toMatchObject({ status: 'verified', endAt: at('10:00'), record: idOf('bus-1', 1) });
    const moved = ledgerOf(timedSlot());
    moved.ledger.expectTimed('speaker-1', [timedSlot(due, { place: 'site/estate-2' })]);
    expect(moved.ledger.slotsOf('site/estate-1')).toEqual([]);
    expect(moved.ledger.slotsOf('site/estate-2')).toHaveLength(1);
  });

  it('open a slot again that was given up and goes on for longer', () => {
    const { fleet, ledger, only } = ledgerOf(arrivalSlot({ endAt: at('08:00') }));
    fleet.until.set('bus-1', at('08:30'));
    ledger.sweep(at('08:30'));
    expect(only().status).toBe('missed');
    ledger.expectArrivals([arrivalSlot()]);
    expect(only().status).toBe('pending');
    expect(only().cause).toBeUndefined();
    fleet.until.set('bus-1', at('10:00'));
    ledger.sweep(at('10:00'));
    expect(only().status).toBe('missed');
  });
});

it('tells which places have changed since it was asked last', () => {
  const { fleet, ledger } = ledgerOf(timedSlot(), arrivalSlot());
  expect(ledger.takeDirty().sort()).toEqual(['site/estate-1', 'site/stop-1']);
  expect(ledger.takeDirty()).toEqual([]);
  ledger.apply({ device: 'bus-1', id: idOf('bus-1', 1), record: visitOf() });
  expect(ledger.takeDirty()).toEqual(['site/stop-1']);
  // What has become due counts among what is due, though nothing is known of it.
  ledger.sweep(at('07:10'));
  expect(ledger.takeDirty()).toEqual(['site/estate-1']);
  ledger.sweep(at('07:11'));
  expect(ledger.takeDirty()).toEqual([]);
  fleet.until.set('speaker-1', at('07:12'));
  ledger.sweep(at('07:12'));
  expect(ledger.takeDirty()).toEqual(['site/estate-1']);
});

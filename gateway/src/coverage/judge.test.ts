import type { JournalRecord } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { DeviceFacts } from './device-facts.js';
import { causeOfSilence, judge, type Told, tellsMore, worstOf } from './judge.js';
import { at, minute, playOf, releaseName, second, timedSlot, visitOf } from './testing/builders.js';

const due = at('07:00');
/** A device that was on and held the release all day. */
const facts = new DeviceFacts();
facts.learn({ kind: 'active', seq: 1, at: at('06:00'), assignment: 1, releases: [releaseName] });

describe('judging a play', () => {
  it('verifies from nine tenths of the duration on', () => {
    expect(judge(playOf({ playedMs: 27_000 }), due, facts)).toEqual({ status: 'verified' });
    expect(judge(playOf({ playedMs: 27_000, result: 'cut', cause: 'pre-empted' }), due, facts)).toEqual({
      status: 'verified',
    });
    expect(judge(playOf({ playedMs: 26_999, result: 'cut', cause: 'pre-empted' }), due, facts)).toEqual({
      status: 'partly',
      cause: 'pre-empted',
    });
    expect(judge(playOf({ playedMs: 0, result: 'cut', cause: 'bad-file' }), due, facts)).toEqual({
      status: 'missed',
      cause: 'bad-file',
    });
  });

  it('says "unknown" where the device gives no cause', () => {
    expect(judge(playOf({ playedMs: 0, result: 'cut' }), due, facts)).toEqual({ status: 'missed', cause: 'unknown' });
  });

  it('takes no play that a sensor contradicts, nor one that was refused', () => {
    expect(judge(playOf({ evidence: 'contradicted' }), due, facts)).toEqual({ status: 'missed', cause: 'silent' });
    expect(judge(playOf({ result: 'refused', cause: 'no-permission' }), due, facts)).toEqual({
      status: 'missed',
      cause: 'no-permission',
    });
  });

  it('takes what expects nothing of itself only if something came out', () => {
    expect(judge(playOf({ expectedMs: 0, playedMs: 0 }), due, facts)).toEqual({ status: 'missed', cause: 'unknown' });
    expect(judge(playOf({ expectedMs: 0, playedMs: 10 }), due, facts).status).toBe('verified');
  });

  it('counts a late play as partly, from two minutes on, and only where there is a turn', () => {
    const late = { startedAt: due + 2 * minute + 1 };
    expect(judge(playOf({ startedAt: due + 2 * minute }), due, facts)).toEqual({ status: 'verified' });
    expect(judge(playOf(late), due, facts)).toEqual({ status: 'partly', cause: 'pre-empted' });
    expect(judge(playOf({ ...late, cause: 'clock', result: 'cut' }), due, facts)).toEqual({
      status: 'partly',
      cause: 'clock',
    });
    expect(judge(playOf(late), undefined, facts)).toEqual({ status: 'verified' });
  });

  it('says of a late play what kept it', () => {
    const late = playOf({ startedAt: due + 4 * minute });
    const known = (...records: JournalRecord[]): DeviceFacts => {
      const some = new DeviceFacts();
      for (const record of records) some.learn(record);
      return some;
    };
    const active = (since: number): JournalRecord => ({
      kind: 'active',
      seq: 1,
      at: since,
      assignment: 1,
      releases: [releaseName],
    });
    const boot = { kind: 'boot', seq: 1, at: due + 3 * minute, firmware: '1' } as const;
    const clock = { kind: 'clock', seq: 2, at: due + 3 * minute, from: due - minute, stepMs: 9_000 } as const;
    expect(judge(late, due, known(active(at('06:00')), boot)).cause).toBe('offline');
    expect(judge(late, due, known(active(at('06:00')), clock)).cause).toBe('clock');
    expect(judge(late, due, known(active(due + minute))).cause).toBe('not-delivered');
  });

  it('asks a vehicle to stand: five seconds, or half of a shorter announcement', () => {
    const status = (dwellMs: number, expectedMs: number) =>
      judge(visitOf({ dwellMs, expectedMs, playedMs: expectedMs }), undefined, facts);
    expect(status(5 * second, 30 * second)).toEqual({ status: 'verified' });
    expect(status(5 * second - 1, 30 * second)).toEqual({ status: 'partly', cause: 'no-visit' });
    expect(status(2 * second, 4 * second)).toEqual({ status: 'verified' });
    expect(status(2 * second - 1, 4 * second)).toEqual({ status: 'partly', cause: 'no-visit' });
  });
});

describe('several records of one slot', () => {
  const told = (more: Partial<Told> = {}): Told => ({
    status: 'partly',
    evidence: 'claimed',
    startedAt: 1000,
    record: 'bus-1/b000001-00000000/1',
    ...more,
  });

  it('prefers the better outcome, then the better evidence, then the earlier, then the name', () => {
    const ranked = [
      told({ status: 'verified', evidence: 'heard' }),
      told({ status: 'verified' }),
      told({ evidence: 'heard' }),
      told({ startedAt: 900 }),
      told(),
      told({ record: 'bus-2/b000001-00000000/1' }),
      told({ status: 'missed' }),
      told({ status: 'missed', evidence: 'contradicted' }),
    ];
    for (const [index, better] of ranked.entries()) {
      expect(tellsMore(better, better)).toBe(false);
      for (const worse of ranked.slice(index + 1)) {
        expect(tellsMore(better, worse)).toBe(true);
        expect(tellsMore(worse, better)).toBe(false);
      }
    }
  });

  it('names of several failures the one that somebody can mend', () => {
    expect(worstOf(['no-visit', 'offline', 'silent'])).toBe('silent');
    expect(worstOf(['no-visit', 'unknown'])).toBe('no-visit');
    expect(worstOf([])).toBeUndefined();
  });
});

describe('the cause of a silence', () => {
  const slot = timedSlot(due);
  const active = (instant: number, releases: string[]) =>
    ({ kind: 'active', seq: 1, at: instant, assignment: 1, releases }) as const;
  const boot = (lastAliveAt: number, instant: number) =>
    ({
      kind: 'boot',
      seq: 1,
      at: instant,
      firmware: '1',
      previous: { boot: 'b000001-00000000', lastSeq: 1, chain: 'b'.repeat(64), lastAliveAt },
    }) as const;

  it('is "not delivered" unless the release was active when its turn came', () => {
    const facts = new DeviceFacts();
    expect(causeOfSilence(slot, facts)).toBe('not-delivered');
    facts.learn(active(due + 1, [releaseName]));
    expect(causeOfSilence(slot, facts)).toBe('not-delivered');
    facts.learn(active(due, [releaseName]));
    expect(causeOfSilence(slot, facts)).toBe('unknown');
    facts.learn(active(due + 2, []));
    expect(facts.held(releaseName, due + 1)).toBe(true);
    expect(facts.held(releaseName, due + 2)).toBe(false);
  });

  it('is "offline" where a boot tells of a gap that touches the slot', () => {
    const facts = new DeviceFacts();
    facts.learn(active(at('06:00'), [releaseName]));
    facts.learn(boot(due - 2 * minute, due - minute));
    expect(causeOfSilence(slot, facts)).toBe('unknown');
    facts.learn(boot(due + 10 * second, due + minute));
    expect(causeOfSilence(slot, facts)).toBe('offline');
    expect(facts.wasOff(due + 2 * minute, due + 3 * minute)).toBe(false);
  });

  it('takes everything before a first boot as off', () => {
    const facts = new DeviceFacts();
    facts.learn({ kind: 'boot', seq: 1, at: due, firmware: '1' });
    expect(facts.wasOff(0, 1)).toBe(true);
    expect(facts.wasOff(due + 1, due + 2)).toBe(false);
  });

  it('is "clock" where the clock was in doubt', () => {
    const facts = new DeviceFacts();
    facts.learn(active(at('06:00'), [releaseName]));
    facts.learn({ kind: 'clock', seq: 2, at: due + minute, from: due - minute, stepMs: 5000 });
    expect(causeOfSilence(slot, facts)).toBe('clock');
    expect(facts.clockDoubtful(due + 2 * minute, due + 3 * minute)).toBe(false);
  });
});

import { instantOf } from '@xiaolaba/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TemporaryStore } from '../store/testing/temporary-store.js';
import { dueAfter, type Job, Jobs } from './jobs.js';

const zone = 'Asia/Shanghai';
const log = pino({ level: 'silent' });
const hour = 3_600_000;
const day = 24 * hour;
const at = (date: string, time: string, where = zone): number => instantOf(date, time, where);

describe('when a job is due', () => {
  it('is at the next such time of the day', () => {
    const when = { daily: '02:00' };
    expect(dueAfter(when, at('2026-11-20', '01:59'), zone)).toBe(at('2026-11-20', '02:00'));
    expect(dueAfter(when, at('2026-11-20', '02:00'), zone)).toBe(at('2026-11-21', '02:00'));
    expect(dueAfter(when, at('2026-12-31', '23:00'), zone)).toBe(at('2027-01-01', '02:00'));
  });

  it('is once on each day on which the clock changes', () => {
    const when = { daily: '02:30' };
    const berlin = 'Europe/Berlin';
    const times: number[] = [];
    // In 2026 the clock leaves 02:30 out on 29 March and shows it twice on 25 October.
    for (const start of ['2026-03-27', '2026-10-23']) {
      let last = at(start, '12:00', berlin);
      for (let count = 0; count < 4; count++) {
        last = dueAfter(when, last, berlin);
        times.push(last);
      }
    }
    expect(times).toEqual([
      ...['2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31'].map((date) => at(date, '02:30', berlin)),
      ...['2026-10-24', '2026-10-25', '2026-10-26', '2026-10-27'].map((date) => at(date, '02:30', berlin)),
    ]);
    expect(new Date(times[1] ?? 0).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(new Date(times[5] ?? 0).toISOString()).toBe('2026-10-25T00:30:00.000Z');
  });

  it('is so many minutes after it last ran', () => {
    expect(dueAfter({ everyMinutes: 60 }, 1000, zone)).toBe(1000 + hour);
  });
});

describe('jobs', () => {
  let temporary: TemporaryStore;
  let now: number;
  let ran: string[];
  beforeEach(async () => {
    temporary = await TemporaryStore.open();
    now = at('2026-11-20', '12:00');
    ran = [];
  });
  afterEach(() => temporary.close());

  const job = (name: string, when: Job['when'], run?: () => Promise<void>): Job => ({
    name,
    when,
    async run() {
      ran.push(name);
      await run?.();
    },
  });
  const open = (...jobs: Job[]) =>
    Jobs.open(
      jobs,
      temporary.store,
      () => zone,
      () => now,
      log,
    );

  it('miss nothing when they are new', async () => {
    const jobs = await open(job('nightly', { daily: '02:00' }));
    await jobs.runDue();
    expect(ran).toEqual([]);
    now = at('2026-11-21', '02:00') - 1;
    await jobs.runDue();
    expect(ran).toEqual([]);
    now += 1;
    await jobs.runDue();
    await jobs.runDue();
    expect(ran).toEqual(['nightly']);
  });

  it('are caught up once after the gateway was down, however long', async () => {
    await open(job('nightly', { daily: '02:00' }), job('hourly', { everyMinutes: 60 }));
    now += 5 * day;
    await temporary.reopen();
    const jobs = await open(job('nightly', { daily: '02:00' }), job('hourly', { everyMinutes: 60 }));
    await jobs.runDue();
    await jobs.runDue();
    expect(ran).toEqual(['nightly', 'hourly']);
    now = at('2026-11-26', '02:00');
    await jobs.runDue();
    expect(ran).toEqual(['nightly', 'hourly', 'nightly', 'hourly']);
  });

  it('run in their order, and one that fails keeps none from running', async () => {
    const failing = job('first', { daily: '01:00' }, async () => {
      throw new Error('disk full');
    });
    const jobs = await open(failing, job('second', { daily: '01:00' }));
    now += day;
    await jobs.runDue();
    expect(ran).toEqual(['first', 'second']);
    // The next night it is tried again.
    now += day;
    await jobs.runDue();
    expect(ran).toEqual(['first', 'second', 'first', 'second']);
    expect(jobs.lastRuns().get('first')).toBe(now);
  });

  it('do not overlap: a call while they run shares that run', async () => {
    let release: () => void = () => {};
    const slow = job('slow', { everyMinutes: 1 }, () => new Promise((resolve) => (release = resolve)));
    const jobs = await open(slow);
    now += hour;
    const both = [jobs.runDue(), jobs.runDue()];
    while (ran.length === 0) await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all(both);
    expect(ran).toEqual(['slow']);
  });

  it('go on after a clock that was years ahead has been put right', async () => {
    now = at('2036-01-01', '12:00');
    await open(job('nightly', { daily: '02:00' }));
    now = at('2026-11-20', '12:00');
    const jobs = await open(job('nightly', { daily: '02:00' }));
    await jobs.runDue();
    expect(ran).toEqual([]);
    now = at('2026-11-21', '02:00');
    await jobs.runDue();
    expect(ran).toEqual(['nightly']);
  });
});

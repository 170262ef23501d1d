import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, weekdayOf, weekdays } from '../calendar/calendar.js';
import { clockOf, dayOf, instantOf, instantsOf, isTimeZone } from './local-time.js';

const day = fc.integer({ min: 0, max: 3650 }).map((n) => addDays('2022-01-01', n));
const zone = fc.constantFrom(
  'Asia/Shanghai',
  'Asia/Urumqi',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
);
const clock = fc
  .integer({ min: 0, max: 1439 })
  .map((n) => `${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`);

describe('local time', () => {
  it('reads back what it looked up, but for the hour that a change leaves out', () =>
    fc.assert(
      fc.property(day, clock, zone, (on, time, where) => {
        const { usual, first, last } = instantsOf(on, time, where);
        expect(first).toBeLessThanOrEqual(last);
        expect(usual === first || usual > last).toBe(true);
        if (usual === first) expect(clockOf(usual, where)).toBe(`${time}:00`);
        expect(dayOf(usual, where)).toBe(on);
      }),
    ));
  it('has the days follow each other without a gap', () =>
    fc.assert(
      fc.property(day, zone, (on, where) => {
        expect(instantOf(on, '24:00', where)).toBe(instantOf(addDays(on, 1), '00:00', where));
      }),
    ));
  it('knows the weekday of any day', () =>
    fc.assert(
      fc.property(day, (on) => {
        const next = (weekdays.indexOf(weekdayOf(on)) + 1) % 7;
        expect(weekdayOf(addDays(on, 1))).toBe(weekdays[next]);
      }),
    ));
  it('knows which zones there are', () => {
    expect(isTimeZone('Asia/Urumqi')).toBe(true);
    expect(isTimeZone('Asia/Nowhere')).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { brightnessAt } from './brightness.js';
import { dotsAcross, legibleSpeed } from './legibility.js';
import { countedTime, localTimeAt } from './local-time.js';

const at = (hour: number, minute = 0) => ({ year: 2026, month: 1, day: 1, hour, minute, second: 0, weekday: 4 });

describe('local time', () => {
  it('is that of the zone, Sunday the seventh day', () => {
    const instant = Date.UTC(2026, 10, 21, 16, 30, 5);
    expect(localTimeAt(instant, 'Asia/Shanghai')).toEqual({ ...at(0, 30), month: 11, day: 22, second: 5, weekday: 7 });
    expect(localTimeAt(instant, 'UTC')).toMatchObject({ day: 21, hour: 16, weekday: 6 });
  });
  it('counts', () => {
    expect(countedTime({ ...at(1), day: 2 }) - countedTime(at(0, 59))).toBe((24 * 60 + 1) * 60_000);
  });
});

describe('brightness', () => {
  const usual = { day: 90, night: 20, dayFrom: '07:00', nightFrom: '19:00' };
  it.each([
    [6, 59, 20],
    [7, 0, 90],
    [18, 59, 90],
    [19, 0, 20],
    [0, 0, 20],
  ])('at %i:%i', (hour, minute, percent) => {
    expect(brightnessAt(usual, at(hour, minute))).toBe(percent);
  });
  it('knows a day that goes past midnight', () => {
    const late = { ...usual, dayFrom: '20:00', nightFrom: '02:00' };
    expect([19, 20, 23, 1, 2].map((hour) => brightnessAt(late, at(hour)))).toEqual([20, 90, 90, 90, 20]);
  });
  it('is that of the day where nobody knows the time', () => {
    expect(brightnessAt(usual, undefined)).toBe(90);
  });
});

describe('legibility', () => {
  it('counts dots as the fonts of signs have them', () => {
    expect(dotsAcross('96110防骗！')).toBe(5 * 8 + 3 * 16);
  });
  it('takes the speed that comes nearest', () => {
    expect(legibleSpeed([200, 100, 60, 20])).toBe(2);
    expect(legibleSpeed([10, 5])).toBe(0);
  });
});

import { expect, it } from 'vitest';
import { clockTyped, weekdayText } from './time.js';

it.each([
  ['8', '08:00'],
  ['830', '08:30'],
  ['0830', '08:30'],
  ['8:30', '08:30'],
  ['8：30', '08:30'],
  [' 21.05 ', '21:05'],
  ['24:00', '24:00'],
  ['24:01', undefined],
  ['25', undefined],
  ['8:60', undefined],
  ['8:3', undefined],
  ['morgen', undefined],
  ['', undefined],
])('takes what people type for a time of day: %j', (typed, time) => {
  expect(clockTyped(typed)).toBe(time);
});

it('names the weekday in either language', () => {
  expect(weekdayText('2026-11-25', 'zh-CN')).toBe('周三');
  expect(weekdayText('2026-11-25', 'en')).toBe('Wed');
});

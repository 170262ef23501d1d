import type { Programme } from '@xiaolaba/gateway/contract';
import { expect, it } from 'vitest';
import { across, drawnHours, namedHours } from './axis.js';

const hour = 3_600_000;
const day = { from: 0, to: 24 * hour };
const on = (from: number, to: number): Programme => ({
  ...{ campaign: 'a', title: { zh: 'a', en: 'a' }, places: 1, plays: 1 },
  lines: [{ output: 'audio', spans: [{ from: from * hour, to: to * hour }] }],
});

it('draws whole hours from the first programme to the last, and the present one', () => {
  expect(drawnHours(day, [on(7.5, 9)], 8.2 * hour)).toEqual({ from: 7 * hour, to: 10 * hour });
  expect(drawnHours(day, [on(7, 9)], 20.5 * hour)).toEqual({ from: 7 * hour, to: 21 * hour });
  expect(drawnHours(day, [on(7, 24)], 0.5 * hour)).toEqual({ from: 0, to: 24 * hour });
  // Another day's moment moves nothing, and a day of nothing is drawn whole.
  expect(drawnHours(day, [on(7, 8.5)], 30 * hour)).toEqual({ from: 7 * hour, to: 9 * hour });
  expect(drawnHours(day, [], 30 * hour)).toEqual(day);
});

it('names few enough hours, and keeps what is outside at the edge', () => {
  const hours = { from: 6 * hour, to: 22 * hour };
  expect(namedHours(hours, 12).map((at) => at / hour)).toEqual([6, 8, 10, 12, 14, 16, 18, 20, 22]);
  expect(namedHours({ from: 7 * hour, to: 10 * hour }, 12)).toHaveLength(4);
  expect([across(hours, 14 * hour), across(hours, 0), across(hours, 30 * hour)]).toEqual([50, 0, 100]);
});

import type { AlertDevice } from '@xiaolaba/gateway/contract';
import { expect, it } from 'vitest';
import { countdown, firstSoundMs, stepsOf, urgentFirst } from './progress.js';

const device = (id: string, stage: AlertDevice['stage'], soundedAt?: number) =>
  ({ device: id, stage, ...(soundedAt === undefined ? {} : { soundedAt }) }) as AlertDevice;

it('counts whoever has sounded as ready and assigned, whatever was told before', () => {
  const devices = { inScope: 4, assigned: 2, ready: 1, sounded: 3, missed: 0, offline: 1 };
  expect(stepsOf({ devices }).map(({ n, share }) => [n, share])).toEqual([
    [3, 0.75],
    [3, 0.75],
    [3, 0.75],
  ]);
  expect(stepsOf({ devices: { ...devices, inScope: 0, sounded: 0 } })[2]).toMatchObject({ n: 0, share: 0 });
});

it('lists what was missed first, and knows when the first one sounded', () => {
  const devices = [device('c', 'sounded', 9000), device('b', 'missed'), device('a', 'offline')];
  expect(urgentFirst(devices).map((one) => one.device)).toEqual(['b', 'a', 'c']);
  expect(firstSoundMs({ publishedAt: 5000 }, devices)).toBe(4000);
  expect(firstSoundMs({ publishedAt: 9500 }, devices)).toBe(0);
  expect(firstSoundMs({ publishedAt: 5000 }, [])).toBeUndefined();
});

it('counts down by the second', () => {
  expect([1_745_000, 3_720_000, 999, -5].map(countdown)).toEqual(['29:05', '1:02:00', '0:01', '0:00']);
});

import type { DeviceView, StopOrderView } from '@xiaolaba/gateway/contract';
import { encodeMessage, errorCode } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { openOnes, reachOf, readPrepared, scopeOf } from './stop-scope.js';

const device = (id: string, place: string, online: boolean, enrolled = true): DeviceView => ({
  ...{ id, place, online, enrolled, profile: 'loudspeaker', faults: [] },
});
const devices = [
  device('one', 'site/a', true),
  device('two', 'site/b', false),
  device('three', 'site/b', true),
  device('four', 'site/b', false, false),
];
const order = { v: 1, version: 7, issuedAt: 1, state: 'stop', reason: '演习' };

describe('where an order holds', () => {
  it('is what was chosen, and never everywhere by leaving something out', () => {
    expect(scopeOf({ by: 'everywhere', ids: ['town'] })).toBe('everywhere');
    expect(scopeOf({ by: 'townships', ids: ['town'] })).toEqual({ townships: ['town'] });
    expect(scopeOf({ by: 'places', ids: [] })).toBeUndefined();
  });

  it('is read from the bytes that are signed', () => {
    const prepared = readPrepared(encodeMessage({ ...order, scope: ['site/b'] }));
    expect(reachOf(prepared.order, devices)).toEqual({ devices: 2, online: 1 });
    const everywhere = readPrepared(encodeMessage({ ...order, scope: 'everywhere' }));
    expect(reachOf(everywhere.order, devices)).toEqual({ devices: 3, online: 2 });
    expect(() => readPrepared(encodeMessage({ ...order, scope: [] }))).toThrow(
      expect.toSatisfy((error: unknown) => errorCode(error) === 'message-malformed'),
    );
  });
});

it('shows those that still play first, and those that are not connected last', () => {
  const view: Pick<StopOrderView, 'open'> = {
    open: [
      { device: 'two', place: 'site/b', status: 'waiting' },
      { device: 'one', place: 'site/a', status: 'silent' },
      { device: 'three', place: 'site/b', status: 'playing' },
    ],
  };
  expect(openOnes(view as StopOrderView, devices).map((one) => `${one.device} ${one.status}`)).toEqual([
    'three playing',
    'one silent',
    'two offline',
  ]);
});

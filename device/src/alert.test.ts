import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, every, morning, releaseOf, spoken } from './testing/test-content.js';
import { TestDevice } from './testing/test-device.js';
import { TestGateway } from './testing/test-gateway.js';
import { TestWorld } from './testing/test-world.js';

let gateway: TestGateway;
let world: TestWorld;
let device: TestDevice;

beforeEach(async () => {
  gateway = await TestGateway.start();
  world = new TestWorld(morning);
  device = new TestDevice(world, gateway, gateway.identity());
});
afterEach(async () => {
  device.agent?.cut();
  await gateway.stop();
  expect(world.errors).toEqual([]);
});

describe('an alert', () => {
  it('is said at once and once, interrupts, lets go on what it interrupted, and ends by itself without a gateway', async () => {
    await device.start();
    const digest = spoken(gateway, 'digest', 60);
    const weekly = await gateway.addRelease(releaseOf([digest], [every('rush', 'digest', 600)]));
    const assign = (version: number, releases: (typeof weekly)[]) =>
      gateway.assign(gateway.assignment(device.identity, world.now(), { version, releases }));
    await assign(1, [weekly]);
    await world.advanceTo(at('07:10:20'));
    const windows = [{ days: 'every-day' as const, from: '07:05', to: '07:20' }];
    const speak = every('speak', 'warning', 120, {
      priority: 95,
      timing: { kind: 'every', windows, seconds: 120 },
    });
    const alert = await gateway.addRelease(
      releaseOf([spoken(gateway, 'warning', 10)], [speak], {
        campaign: 'exercise-one',
        validFrom: at('07:05:00'),
        validUntil: at('07:14:00'),
      }),
    );
    await assign(2, [{ ...alert, urgent: true }, weekly]);
    await world.settle();
    gateway.setOnline(false);
    await world.advanceTo(at('07:19:00'));
    // Overdue since 07:05, 07:07 and 07:09; due at 07:11 and 07:13; over at 07:14.
    expect(device.heard.slice(1).map((heard) => [heard.at, heard.fromMs])).toEqual([
      [at('07:10:00'), 0],
      [at('07:10:20'), 0],
      [at('07:10:30'), 20_000],
      [at('07:11:00'), 0],
      [at('07:11:10'), 50_000],
      [at('07:13:00'), 0],
    ]);
    gateway.setOnline(true);
    await world.advance(600_000);
    expect(gateway.plays.slice(1, 5).map(({ cue, result, pauses }) => [cue, result, pauses])).toEqual([
      ['speak', 'completed', 0],
      ['speak', 'completed', 0],
      ['rush', 'completed', 2],
      ['speak', 'completed', 0],
    ]);
  });
});

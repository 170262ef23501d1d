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

async function assignWeekly(version = 1): Promise<void> {
  const item = spoken(gateway, 'digest', 20);
  const release = await gateway.addRelease(releaseOf([item], [every('rush', 'digest', 600)]));
  await gateway.assign(gateway.assignment(device.identity, world.now(), { version, releases: [release] }));
}

describe('agent', () => {
  it('fetches what it is assigned, plays when due, proves it and is acknowledged', async () => {
    await device.start();
    await assignWeekly();
    await world.settle();
    expect(gateway.progress.map(({ stage }) => stage)).toEqual(['received', 'fetching', 'ready', 'active']);
    await world.advanceTo(at('07:30:00'));
    expect(device.heard.map((heard) => heard.at)).toEqual([
      at('07:00:00'),
      at('07:10:00'),
      at('07:20:00'),
      at('07:30:00'),
    ]);
    expect(device.relay[0]).toEqual({ at: at('06:59:58'), on: true });
    expect(gateway.plays).toHaveLength(3);
    expect(gateway.plays[0]).toMatchObject({
      startedAt: at('07:00:00'),
      playedMs: 20_000,
      expectedMs: 20_000,
      result: 'completed',
      evidence: 'heard',
      volume: 70,
      level: 70,
    });
    expect(gateway.all.slice(0, 2).map(({ kind }) => kind)).toEqual(['boot', 'active']);
    expect(gateway.hellos[0]).toMatchObject({ assignment: 0, clock: 'trusted' });
    expect(gateway.beats.at(-1)?.playing).toHaveLength(1);
  });

  it('plays on without a link and after a restart, and reports it all afterwards', async () => {
    await device.start();
    await assignWeekly();
    await world.settle();
    gateway.setOnline(false);
    await world.advanceTo(at('07:10:10'));
    device.agent?.cut();
    await world.settle();
    await world.advance(100_000);
    await device.start();
    await world.advanceTo(at('07:35:00'));
    expect(gateway.plays).toHaveLength(0);
    gateway.setOnline(true);
    await world.advance(600_000);
    expect(gateway.plays.map(({ dueAt, result, cause }) => [dueAt, result, cause])).toEqual([
      [at('07:00:00'), 'completed', undefined],
      [at('07:10:00'), 'cut', 'offline'],
      [at('07:10:00'), 'completed', undefined],
      [at('07:20:00'), 'completed', undefined],
      [at('07:30:00'), 'completed', undefined],
      [at('07:40:00'), 'completed', undefined],
    ]);
  });
});

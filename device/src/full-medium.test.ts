import { afterEach, beforeEach, expect, it } from 'vitest';
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
  await device.start();
  const release = await gateway.addRelease(releaseOf([spoken(gateway, 'digest', 20)], [every('rush', 'digest', 600)]));
  await gateway.assign(gateway.assignment(device.identity, world.now(), { releases: [release] }));
  await world.advanceTo(at('07:00:10'));
});
afterEach(async () => {
  device.agent?.cut();
  await gateway.stop();
  expect(world.errors).toEqual([]);
});

it('starts and plays on a medium that takes nothing at all, and reports it once it does', async () => {
  device.agent?.cut();
  gateway.setOnline(false);
  const { room } = device.storage;
  device.storage.room = -1;
  await device.start();
  await world.advanceTo(at('07:25:00'));
  // At once, as soon as the amplifier is awake.
  expect(device.heard.map((sound) => sound.at).slice(1)).toEqual([at('07:00:12'), at('07:10:00'), at('07:20:00')]);
  gateway.setOnline(true);
  device.storage.room = room;
  await world.advanceTo(at('07:35:00'));
  expect(gateway.plays.map(({ dueAt, result }) => [dueAt, result])).toEqual([
    [at('07:00:00'), 'completed'],
    [at('07:10:00'), 'completed'],
    [at('07:20:00'), 'completed'],
    [at('07:30:00'), 'completed'],
  ]);
  // What was cut off when the medium was full is closed by the boot after it.
  device.agent?.cut();
  await device.start();
  await world.advanceTo(at('07:45:00'));
  expect(gateway.plays.map(({ dueAt, result }) => [dueAt, result])).toContainEqual([at('07:00:00'), 'cut']);
});

it('plays what it holds when the list of revisions is spoilt', async () => {
  device.agent?.cut();
  device.storage.files.set('assignment/revisions', Buffer.from('{"a'));
  await device.start();
  await world.advanceTo(at('07:15:00'));
  expect(device.heard.map((sound) => sound.at)).toContain(at('07:10:00'));
});

it('throws out a download that nothing wants any more', async () => {
  const item = spoken(gateway, 'withdrawn', 20, 700_000);
  const sound = item.audio[0]?.renditions[0]?.sha256 ?? '';
  const release = await gateway.addRelease(releaseOf([item], [every('rush', 'withdrawn', 600)], { revision: 2 }));
  gateway.breakBlob = { sha256: sound, after: 300_000 };
  await gateway.assign(gateway.assignment(device.identity, world.now(), { version: 2, releases: [release] }));
  await world.settle();
  expect([...device.storage.files.keys()]).toContain(`partial/${sound}`);
  await gateway.assign(gateway.assignment(device.identity, world.now(), { version: 3, releases: [] }));
  await world.settle();
  expect([...device.storage.files.keys()].filter((name) => name.startsWith('partial/'))).toEqual([]);
});

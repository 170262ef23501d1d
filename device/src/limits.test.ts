import { alertPriority, type Cue, defaultPolicy, type SitePolicy } from '@xiaolaba/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LocalLimits } from './agent-types.js';
import { at, every, morning, releaseOf, spoken } from './testing/test-content.js';
import { TestDevice } from './testing/test-device.js';
import { TestGateway } from './testing/test-gateway.js';
import { TestWorld } from './testing/test-world.js';

let gateway: TestGateway;
let world: TestWorld;

beforeEach(async () => {
  gateway = await TestGateway.start();
  world = new TestWorld(morning);
});
afterEach(async () => {
  await gateway.stop();
  expect(world.errors).toEqual([]);
});

const onUnlock = (over: Partial<Cue>): Cue =>
  every('prompt', 'unlock', 600, {
    timing: {
      kind: 'triggered',
      on: 'unlock',
      windows: [{ days: 'every-day', from: '00:00', to: '24:00' }],
      cooldownSeconds: 0,
    },
    volumeCap: 100,
    ...over,
  });

/** What is heard from 07:00 to 07:36 where something is due every ten minutes, and a lock is opened every five. */
async function heard(
  policy: Partial<SitePolicy>,
  limits: LocalLimits,
  over: Partial<Cue> = {},
): Promise<(readonly [string, number])[]> {
  const device = new TestDevice(world, gateway, gateway.identity(), { limits });
  await device.start();
  const cues = [every('rush', 'digest', 600, { volumeCap: 100, ...over }), onUnlock(over)];
  const release = await gateway.addRelease(
    releaseOf([spoken(gateway, 'digest', 20), spoken(gateway, 'unlock', 5)], cues),
  );
  await gateway.assign(
    gateway.assignment(device.identity, world.now(), { releases: [release], policy: { ...defaultPolicy, ...policy } }),
  );
  await world.settle();
  for (let minute = 1; minute <= 36; minute += 5) {
    await world.advanceTo(at('07:00:00') + minute * 60_000);
    device.lock('unlock');
    // The amplifier wakes first.
    await world.advance(10_000);
  }
  device.agent?.cut();
  return device.heard.map(({ at: time, volume }) => [
    new Date(time + 8 * 3_600_000).toISOString().slice(11, 16),
    volume,
  ]);
}

const all = [
  '07:00',
  '07:01',
  '07:06',
  '07:10',
  '07:11',
  '07:16',
  '07:20',
  '07:21',
  '07:26',
  '07:30',
  '07:31',
  '07:36',
];

it.each([
  ['the site', { volumeCap: 40 }, {}, 40],
  ['the owner', { volumeCap: 80 }, { volumeCap: 30 }, 30],
  ['the site, whatever louder thing its owner allows', { volumeCap: 40 }, { volumeCap: 90 }, 40],
])('is never louder than %s allows', async (_who, policy, limits, most) => {
  const sounds = await heard(policy, limits);
  expect(sounds).toEqual(all.map((time) => [time, most]));
});

it('is silent where the cap is nought', async () => {
  expect(await heard({ volumeCap: 0 }, {})).toEqual([]);
});

const quiet = { quietHours: { from: '07:05', to: '07:20' } };
const loud = { ...quiet.quietHours };

it.each([
  ['the site', quiet, {}],
  ['the owner', { quietHours: null }, quiet],
  [
    'the site and, differently, the owner',
    { quietHours: { from: '07:05', to: '07:12' } },
    { quietHours: { from: '07:08', to: '07:20' } },
  ],
])('is silent in the quiet hours of %s', async (_who, policy, limits) => {
  const sounds = (await heard(policy, limits)).map(([time]) => time);
  expect(sounds).toEqual(all.filter((time) => time < loud.from || time >= loud.to));
});

it('breaks quiet hours only for what an approver has signed to break them, and keeps the cap then too', async () => {
  const sounds = await heard({ ...quiet, volumeCap: 40 }, {}, { breaksQuietHours: true, priority: alertPriority });
  expect(sounds).toEqual(all.map((time) => [time, 40]));
});

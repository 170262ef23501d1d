import type { Assignment } from '@xiaolaba/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { at, every, morning, releaseOf, spoken } from './testing/test-content.js';
import { TestDevice } from './testing/test-device.js';
import { TestGateway } from './testing/test-gateway.js';
import { TestWorld } from './testing/test-world.js';

type Named = Assignment['releases'][number];

/** The amplifier's. */
const wakeMs = 2_000;
let gateway: TestGateway;
let world: TestWorld;
let device: TestDevice;
let weekly: Named;
let later: Named;
let laterFile: string;
let alert: Named;
let alertFile: string;

const timing = {
  kind: 'every' as const,
  windows: [{ days: 'every-day' as const, from: '07:10', to: '07:40' }],
  seconds: 60,
};
const alertOf = async (revision: number, item = `warning-${revision}`): Promise<[Named, string]> => {
  const said = spoken(gateway, item, 10);
  const speak = every('speak', item, 60, { priority: 95, timing });
  const over = { campaign: 'exercise-one', revision, validFrom: at('07:10:00'), validUntil: at('07:30:00') };
  const named = await gateway.addRelease(releaseOf([said], [speak], over));
  return [{ ...named, urgent: true }, fileOf(said)];
};
const fileOf = (item: ReturnType<typeof spoken>): string => item.audio[0]?.renditions[0]?.sha256 ?? '';
const assign = async (version: number, releases: Named[], over: Partial<Assignment> = {}): Promise<void> => {
  await gateway.assign(gateway.assignment(device.identity, world.now(), { version, releases, ...over }));
  await world.settle();
};
const heardOf = (file: string): number => device.heard.filter(({ sha256 }) => sha256 === file).length;
const actives = (): [number, string[]][] =>
  gateway.all.flatMap((record) => (record.kind === 'active' ? [[record.assignment, record.releases]] : []));

beforeEach(async () => {
  gateway = await TestGateway.start();
  world = new TestWorld(morning);
  device = new TestDevice(world, gateway, gateway.identity());
  const [digest, more] = [spoken(gateway, 'digest', 20), spoken(gateway, 'more', 20, 300_000)];
  weekly = await gateway.addRelease(releaseOf([digest], [every('rush', 'digest', 600)]));
  later = await gateway.addRelease(releaseOf([more], [every('rush', 'more', 600)], { campaign: 'later' }));
  laterFile = fileOf(more);
  [alert, alertFile] = await alertOf(1);
});
afterEach(async () => {
  device.agent?.cut();
  await gateway.stop();
  expect(world.errors).toEqual([]);
});

it('is in force as soon as its own files are there; the rest comes into force at once, when it is whole', async () => {
  await device.start();
  await assign(1, [weekly]);
  await world.advanceTo(at('07:10:30'));
  gateway.unreachable.add(laterFile);
  await assign(2, [alert, later]);
  await world.advance(wakeMs);
  expect(heardOf(alertFile)).toBe(1);
  expect(gateway.progress.at(-1)?.stage).toBe('fetching');
  await world.advanceTo(at('07:20:30'));
  expect(device.heard.at(-2)?.at).toBe(at('07:20:00'));
  gateway.unreachable.clear();
  await world.advance(300_000);
  expect(gateway.progress.at(-1)?.stage).toBe('active');
  // What was not urgent stayed as it was until all was there.
  expect(actives()).toEqual([
    [1, [weekly.sha256]],
    [2, [alert.sha256, weekly.sha256]],
    [2, [alert.sha256, later.sha256]],
  ]);
  const before = heardOf(alertFile);
  await world.advanceTo(at('07:45:00'));
  expect(heardOf(alertFile)).toBeGreaterThan(before);
  expect(device.heard.some((heard) => heard.sha256 === laterFile)).toBe(true);
});

it('breaks off what is being fetched, which goes on afterwards from where it was', async () => {
  await device.start();
  await assign(1, [weekly]);
  await world.advanceTo(at('07:10:30'));
  gateway.stallBlob = { sha256: laterFile, after: 270_000 };
  await gateway.assign(gateway.assignment(device.identity, world.now(), { version: 2, releases: [weekly, later] }));
  await expect.poll(() => gateway.requests.some(({ path }) => path.endsWith(laterFile))).toBe(true);
  await assign(3, [alert, weekly, later]);
  await world.advance(wakeMs);
  expect(heardOf(alertFile)).toBe(1);
  const paths = gateway.requests.map(({ path }) => path.slice('/blobs/'.length));
  expect(paths.indexOf(alertFile)).toBeLessThan(paths.lastIndexOf(laterFile));
  expect(gateway.progress.at(-1)).toMatchObject({ assignment: 3, stage: 'active' });
});

it('is over at once when it is left out, whatever else there is to fetch', async () => {
  await device.start();
  await assign(1, [weekly]);
  await world.advanceTo(at('07:10:30'));
  await assign(2, [alert, weekly]);
  await world.advance(wakeMs);
  expect(heardOf(alertFile)).toBe(1);
  gateway.unreachable.add(laterFile);
  await assign(3, [weekly, later]);
  await world.advanceTo(at('07:19:30'));
  expect(heardOf(alertFile)).toBe(1);
  await world.advance(60_000);
  expect(device.heard.at(-1)?.at).toBe(at('07:20:00'));
  expect(actives().at(-1)).toEqual([3, [weekly.sha256]]);
});

it('takes the place of its earlier revision, and never goes back', async () => {
  await device.start();
  await assign(1, [alert, weekly]);
  await world.advanceTo(at('07:11:30'));
  const [second, secondFile] = await alertOf(2);
  gateway.unreachable.add(laterFile);
  await assign(2, [second, weekly, later]);
  await world.advance(60_000);
  expect([heardOf(alertFile), heardOf(secondFile)]).toEqual([2, 1]);
  await device.agent?.stop();
  await device.start();
  await assign(3, [alert, weekly, later]);
  await world.advance(120_000);
  expect(heardOf(alertFile)).toBe(2);
  expect(gateway.progress.some(({ reason }) => reason === 'release-rolled-back')).toBe(true);
});

it('is in force again after a restart without a link', async () => {
  await device.start();
  await assign(1, [weekly]);
  await world.advanceTo(at('07:10:30'));
  gateway.unreachable.add(laterFile);
  await assign(2, [alert, weekly, later]);
  await world.advanceTo(at('07:11:30'));
  device.agent?.cut();
  gateway.setOnline(false);
  await device.start();
  await world.advanceTo(at('07:13:30'));
  expect(device.heard.filter(({ sha256 }) => sha256 === alertFile).map((heard) => heard.at)).toEqual([
    at('07:10:32'),
    at('07:11:00'),
    at('07:12:00'),
    at('07:13:00'),
  ]);
});

it('is the first thing that a new device plays', async () => {
  await device.start();
  await world.advanceTo(at('07:10:30'));
  gateway.unreachable.add(laterFile);
  await assign(1, [alert, later]);
  await world.advance(wakeMs);
  expect(heardOf(alertFile)).toBe(1);
  expect(actives()).toEqual([[1, [alert.sha256]]]);
});

it('needs the dialects of its place, and fetches others after the rest', async () => {
  const said = spoken(gateway, 'warning', 10);
  const [cmn] = said.audio;
  const versions = ['yue', 'hak'].flatMap((dialect) =>
    spoken(gateway, dialect, 10).audio.map((version) => ({ ...version, dialect })),
  );
  const item = { ...said, audio: [...(cmn ? [cmn] : []), ...versions] };
  const speak = every('speak', 'warning', 60, { priority: 95, timing, dialects: 'rotate' });
  const over = { campaign: 'exercise-two', validFrom: at('07:10:00'), validUntil: at('07:30:00') };
  const many = { ...(await gateway.addRelease(releaseOf([item], [speak], over))), urgent: true };
  await device.start();
  const { policy } = gateway.assignment(device.identity, world.now(), {});
  await assign(1, [many, weekly], { policy: { ...policy, dialects: ['yue', 'cmn'] } });
  const files = item.audio.map(({ dialect, renditions }) => [dialect, `/blobs/${renditions[0]?.sha256}`] as const);
  const order = gateway.requests.map(({ path }) => files.find(([, file]) => file === path)?.[0] ?? 'other');
  expect(order.filter((one) => one !== 'other')).toEqual(['yue', 'cmn', 'hak']);
  expect(order.at(-1)).toBe('other');
});

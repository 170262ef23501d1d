import type { Assignment, Release, StopOrder } from '@xiaolaba/protocol';
import { at, every, morning, releaseOf, spoken } from './test-content.js';
import type { TestDevice } from './test-device.js';
import type { TestGateway } from './test-gateway.js';

/** What a gateway has for a device in the course of its life; two assignments that have no file in common. */
export interface LifeContent {
  readonly first: Assignment;
  readonly second: Assignment;
  /** SHA-256 of the sound that each assignment plays. */
  readonly sounds: { readonly first: string; readonly second: string };
  readonly stop: StopOrder;
  readonly lifted: StopOrder;
}

const order = (state: StopOrder['state'], version: number): StopOrder => ({
  v: 1,
  version,
  state,
  issuedAt: morning,
  scope: ['site/estate-01'],
  reason: 'drill',
});

export async function lifeContent(gateway: TestGateway, device: TestDevice): Promise<LifeContent> {
  const { identity } = device;
  const assignment = async (id: string, version: number): Promise<[Assignment, string]> => {
    const item = spoken(gateway, id, 20, 300_000);
    const release: Release = releaseOf([item], [every('rush', id, 600)], { campaign: id, revision: version });
    const named = await gateway.addRelease(release);
    const calendar = gateway.assignment(identity, morning, {}).calendar;
    return [
      gateway.assignment(identity, morning, { version, releases: [named], calendar }),
      item.audio[0]?.renditions[0]?.sha256 ?? '',
    ];
  };
  const [first, firstSound] = await assignment('digest', 1);
  const [second, secondSound] = await assignment('renewed', 2);
  return {
    first,
    second,
    sounds: { first: firstSound, second: secondSound },
    stop: order('stop', 1),
    lifted: order('lifted', 2),
  };
}

/**
 * The first assignment (its download breaks off once), plays, a second assignment, plays, a stop order. Ends early
 * where `over` says so after a step.
 */
export async function liveTypically(device: TestDevice, content: LifeContent, over: () => boolean): Promise<void> {
  const { gateway, world } = device;
  const steps: (() => Promise<unknown>)[] = [
    () => device.start(),
    () => {
      gateway.breakBlob = { sha256: content.sounds.first, after: 120_000 };
      return gateway.assign(content.first);
    },
    () => world.advanceTo(at('06:59:00')),
    () => world.advanceTo(at('07:00:10')),
    () => world.advanceTo(at('07:12:00')),
    () => gateway.assign(content.second),
    () => world.advanceTo(at('07:21:00')),
    () => gateway.order(device.identity.device, content.stop),
    () => world.advanceTo(at('07:32:00')),
  ];
  for (const step of steps) {
    await step();
    await world.settle();
    if (over()) return;
  }
}

import { keyPairFrom } from '@xiaolaba/protocol/node';
import { morning } from './test-content.js';
import { TestDevice } from './test-device.js';
import { TestGateway } from './test-gateway.js';
import { TestWorld } from './test-world.js';
import { type LifeContent, lifeContent } from './typical-life.js';

const keys = (filling: number) => keyPairFrom(new Uint8Array(32).fill(filling));

/** When within a write the process is killed; in its middle after so many further turns of the file system. */
export type KillMoment = 'before' | 'after' | number;

export interface KilledLife {
  readonly gateway: TestGateway;
  readonly world: TestWorld;
  readonly device: TestDevice;
  readonly content: LifeContent;
}

/** Gateway, device and content that two processes build alike. */
export async function killedLife(at = morning): Promise<KilledLife> {
  const gateway = await TestGateway.start(keys(1), keys(2));
  const world = new TestWorld(at);
  const identity = gateway.identity({ keys: keys(3) });
  const device = new TestDevice(world, gateway, identity, { beatSeconds: 300, random: Math.random });
  return { gateway, world, device, content: await lifeContent(gateway, device) };
}

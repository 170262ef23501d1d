import { describe, expect, it } from 'vitest';
import { checkAfterCut } from './testing/after-cut.js';
import { type Cut, CutStorage, cutMoments } from './testing/cut-storage.js';
import { morning } from './testing/test-content.js';
import { TestDevice } from './testing/test-device.js';
import { TestGateway } from './testing/test-gateway.js';
import { TestWorld } from './testing/test-world.js';
import { type LifeContent, lifeContent, liveTypically } from './testing/typical-life.js';

/** Lives that are lived side by side: each mostly waits for its own sockets. */
const sideBySide = 8;

interface Lived {
  readonly device: TestDevice;
  readonly content: LifeContent;
  readonly storage: CutStorage;
}

/** A life up to the cut, or whole; the gateway ends with `work`. */
async function live<T>(cut: Cut | undefined, work: (lived: Lived) => Promise<T>): Promise<T> {
  const gateway = await TestGateway.start();
  try {
    const world = new TestWorld(morning);
    const device = new TestDevice(world, gateway, gateway.identity(), { beatSeconds: 300 });
    const content = await lifeContent(gateway, device);
    const storage = new CutStorage(cut);
    device.medium = storage;
    storage.onCut = () => {
      device.agent?.cut();
      // What was under way never arrives.
      world.conserved = () => true;
    };
    await liveTypically(device, content, () => storage.isCut);
    const result = await work({ device, content, storage });
    device.agent?.cut();
    expect(world.errors).toEqual([]);
    return result;
  } finally {
    await gateway.stop();
  }
}

async function sweep<T>(work: readonly T[], one: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...work];
  const go = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await one(next);
  };
  await Promise.all(Array.from({ length: sideBySide }, go));
}

describe('power loss', { timeout: 180_000 }, () => {
  it('at any write, in any part of it, breaks nothing that was safe before', async () => {
    const writes = await live(undefined, async ({ device, content, storage }) => {
      // The life that is cut is one worth cutting.
      const { first, second } = content.sounds;
      expect(device.heard.map((sound) => sound.sha256)).toEqual([first, first, second, second]);
      expect(device.leds.at(-1)).toBe('stopped');
      expect(device.gateway.batches.length).toBeGreaterThan(3);
      return storage.writes;
    });
    expect(writes).toBeGreaterThan(30);
    const cuts = Array.from({ length: writes }, (_, index) =>
      cutMoments.map((moment): Cut => ({ write: index + 1, moment })),
    ).flat();
    const broken: string[] = [];
    let reached = 0;
    await sweep(cuts, (cut) =>
      live(cut, async ({ device, content, storage }) => {
        if (!storage.isCut) return;
        reached++;
        for (const what of await checkAfterCut(device, content, new Map(storage.files)))
          broken.push(`${cut.moment} write ${cut.write}: ${what}`);
      }),
    );
    expect(broken).toEqual([]);
    // A write more or less depends on how sockets cut up what they carry.
    expect(reached).toBeGreaterThan(cuts.length - 3 * cutMoments.length);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { Life } from '../life.js';
import { morning } from '../testing/test-content.js';
import { TestStorage } from '../testing/test-storage.js';
import { TestWorld } from '../testing/test-world.js';
import { Beats } from './beats.js';

let world: TestWorld;
let beats: Beats;
let sent: [at: number, regular: boolean][];

beforeEach(() => {
  world = new TestWorld(morning);
  sent = [];
  const life = new Life(world, world, new TestStorage());
  beats = new Beats(
    life,
    () => world.now(),
    'ls-0001',
    60,
    (regular) => void sent.push([world.monotonic(), regular]),
  );
});

describe('beats', () => {
  it('come on the period, and at once when something changes, but not in a storm', async () => {
    beats.start();
    for (let change = 0; change < 4; change++) {
      beats.soon();
      await world.advance(500);
    }
    await world.advance(120_000);
    expect(sent.filter(([, regular]) => !regular).map(([at]) => at)).toEqual([0, 2_000]);
    expect(sent.filter(([, regular]) => regular)).toHaveLength(2);
  });

  it('still come at once after a stop that swallowed one', async () => {
    beats.start();
    beats.soon();
    beats.soon();
    beats.stop();
    beats.start();
    await world.advance(500);
    beats.soon();
    await world.advance(3_000);
    expect(sent.filter(([, regular]) => !regular).map(([at]) => at)).toEqual([0, 2_000]);
  });
});

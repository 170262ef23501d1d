import { worldError } from '@xiaolaba/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { Life } from '../life.js';
import { TestStorage } from '../testing/test-storage.js';
import { TestWorld } from '../testing/test-world.js';
import { Amplifier } from './amplifier.js';

const never = new AbortController().signal;

let world: TestWorld;
let away: boolean;
let relay: boolean;
let told: (string | undefined)[];
let amplifier: Amplifier;
beforeEach(() => {
  world = new TestWorld(0);
  away = false;
  relay = false;
  told = [];
  const set = async (on: boolean): Promise<void> => {
    if (away) throw worldError('board-gone', 'the board is away');
    relay = on;
  };
  amplifier = new Amplifier(new Life(world, world, new TestStorage()), { wakeMs: 1_000, set }, (reason) =>
    told.push(reason),
  );
});

async function acquired(): Promise<number> {
  const from = world.monotonic();
  let at: number | undefined;
  world.run('acquire', async () => {
    await amplifier.acquire(never);
    at = world.monotonic();
  });
  await world.advance(3_000);
  return (at ?? Number.NaN) - from;
}

describe('the amplifier', () => {
  it('wakes once, stays on between sounds that follow one another, and sleeps after', async () => {
    expect(await acquired()).toBe(1_000);
    amplifier.release();
    await world.advance(2_000);
    expect(await acquired()).toBe(0);
    amplifier.release();
    await world.advance(4_000);
    expect(relay).toBe(true);
    await world.advance(2_000);
    expect(relay).toBe(false);
  });

  it('is told again where the board came back with the relay off', async () => {
    await acquired();
    amplifier.release();
    relay = false;
    await acquired();
    expect(relay).toBe(true);
  });

  it('wakes anew after it was away, and says once that it works again', async () => {
    away = true;
    await acquired();
    amplifier.release();
    away = false;
    expect(await acquired()).toBe(1_000);
    amplifier.release();
    expect(await acquired()).toBe(0);
    expect(told).toEqual(['the board is away', undefined]);
  });
});

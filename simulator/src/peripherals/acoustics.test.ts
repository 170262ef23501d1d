import { describe, expect, it } from 'vitest';
import { WorldTime } from '../time/world-time.js';
import { DeviceFacts } from '../world/facts.js';
import { stream } from '../world/random.js';
import { Acoustics } from './acoustics.js';

function amplifier() {
  const time = new WorldTime(0);
  const facts = new DeviceFacts();
  const traits = { wakeMs: 800, sensor: { rest: [44, 2], sounding: [78, 2], heardAt: 60 } } as const;
  const acoustics = new Acoustics(traits, time, facts, stream(1, 'test'));
  const until = (instant: number): void => {
    for (let next = time.next(); next !== undefined && next <= instant; next = time.next()) {
      time.moveTo(next);
      time.takeDue();
    }
    time.moveTo(instant);
  };
  return { time, facts, acoustics, until };
}

describe('Acoustics', () => {
  it('lets nobody hear what an amplifier swallows while it wakes', async () => {
    const { facts, acoustics, until } = amplifier();
    await acoustics.relay?.set(true);
    acoustics.begin('sound', 1, 0);
    until(2_000);
    acoustics.end();
    expect(facts.sounds).toMatchObject([
      { from: 0, to: 800, offsetMs: 0, audible: false },
      { from: 800, to: 2_000, offsetMs: 800, audible: true },
    ]);
  });

  it('is spoken over by the village microphone', async () => {
    const { facts, acoustics, until } = amplifier();
    await acoustics.relay?.set(true);
    until(1_000);
    acoustics.begin('sound', 1, 0);
    until(2_000);
    acoustics.setOverridden(true);
    until(3_000);
    acoustics.setOverridden(false);
    until(4_000);
    acoustics.end();
    expect(facts.sounds.map(({ from, to, audible }) => [from, to, audible])).toEqual([
      [1_000, 2_000, true],
      [2_000, 3_000, false],
      [3_000, 4_000, true],
    ]);
    expect(facts.overridden.spans).toEqual([{ from: 2_000, to: 3_000 }]);
  });

  it('dies at the next switching on, and the sensor shows it', async () => {
    const { facts, acoustics, until } = amplifier();
    await acoustics.relay?.set(true);
    until(1_000);
    acoustics.begin('sound', 1, 0);
    expect(acoustics.sensor?.read()).toBeGreaterThan(60);
    acoustics.setAlive(false);
    until(2_000);
    expect(acoustics.audible).toBe(true);
    acoustics.end();
    acoustics.begin('sound', 2, 0);
    until(3_000);
    expect(acoustics.sensor?.read()).toBeLessThan(60);
    acoustics.end();
    expect(facts.sounds.map(({ playing, audible }) => [playing, audible])).toEqual([
      [1, true],
      [2, false],
    ]);
  });
});

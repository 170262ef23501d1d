import { describe, expect, it } from 'vitest';
import { floorDb, LevelHistory, levelOf, shareOf } from './level.js';

const wave = (amplitude: number): Float32Array =>
  Float32Array.from({ length: 4800 }, (_, index) => amplitude * Math.sin((2 * Math.PI * 440 * index) / 48_000));
const judge = (amplitude: number) => {
  const history = new LevelHistory();
  history.add(levelOf(wave(amplitude)), 0);
  return history.verdict;
};

describe('the level of a microphone', () => {
  it('is 0 dBFS at full scale, and 3 dB less on average for a sine', () => {
    const { peak, rms } = levelOf(wave(1));
    expect(peak).toBeCloseTo(0, 1);
    expect(rms).toBeCloseTo(-3.01, 1);
    expect(levelOf(wave(0.1)).peak).toBeCloseTo(-20, 1);
  });

  it('never falls under the floor', () => {
    expect(levelOf(new Float32Array(64))).toEqual({ peak: floorDb, rms: floorDb });
    expect(levelOf(new Float32Array(0))).toEqual({ peak: floorDb, rms: floorDb });
    expect([shareOf(-90), shareOf(-30), shareOf(3)]).toEqual([0, 0.5, 1]);
  });

  it('is judged in words', () => {
    expect([0.001, 0.005, 0.2, 0.95].map(judge)).toEqual(['silent', 'quiet', 'right', 'overload']);
  });

  it('does not become too quiet between two words, but does when nobody speaks', () => {
    const history = new LevelHistory();
    const silence = { peak: floorDb, rms: floorDb };
    history.add(levelOf(wave(0.2)), 0);
    history.add(silence, 1000);
    expect(history.verdict).toBe('right');
    expect(history.top.peak).toBeCloseTo(-14, 0);
    history.add(silence, 1600);
    expect(history.verdict).toBe('silent');
  });
});

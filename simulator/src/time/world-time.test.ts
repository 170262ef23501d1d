import { describe, expect, it } from 'vitest';
import { WorldTime } from './world-time.js';

describe('WorldTime', () => {
  it('runs the events of an instant by phase, and only those of the first phase at once', () => {
    const time = new WorldTime(1_000);
    const seen: string[] = [];
    time.at(2_000, 'device', () => seen.push('device'));
    time.at(2_000, 'fault', () => seen.push('fault'));
    time.at(2_000, 'world', () => seen.push('world 1'));
    time.at(2_000, 'world', () => seen.push('world 2'));
    time.at(3_000, 'fault', () => seen.push('later'));
    time.moveTo(2_000);
    expect(time.takeDue()).toBe(1);
    expect(seen).toEqual(['fault']);
    expect(time.takeDue()).toBe(2);
    expect(time.takeDue()).toBe(1);
    expect(time.takeDue()).toBe(0);
    expect(seen).toEqual(['fault', 'world 1', 'world 2', 'device']);
    expect(time.next()).toBe(3_000);
  });

  it('forgets what was cancelled, and takes what is overdue now', () => {
    const time = new WorldTime(1_000);
    const seen: string[] = [];
    const cancel = time.at(1_500, 'world', () => seen.push('cancelled'));
    time.at(500, 'world', () => seen.push('overdue'));
    cancel();
    expect(time.next()).toBe(1_000);
    time.takeDue();
    expect(seen).toEqual(['overdue']);
    expect(time.next()).toBeUndefined();
  });

  it('neither goes back nor leaves anything out', () => {
    const time = new WorldTime(1_000);
    time.at(2_000, 'world', () => {});
    expect(() => time.moveTo(900)).toThrow(expect.objectContaining({ code: 'time-backwards' }));
    expect(() => time.moveTo(2_001)).toThrow(expect.objectContaining({ code: 'time-skipped' }));
  });
});

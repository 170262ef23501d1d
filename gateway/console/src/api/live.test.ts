import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LiveHandlers, openLive } from './live.js';

class Line extends EventTarget {
  static readonly all: Line[] = [];
  static get open(): Line[] {
    return Line.all.filter(({ closed }) => !closed);
  }
  onopen?: () => void;
  onerror?: () => void;
  closed = false;
  constructor() {
    super();
    Line.all.push(this);
  }
  close(): void {
    this.closed = true;
  }
  say(event: string, data: unknown): void {
    this.dispatchEvent(Object.assign(new Event(event), { data: JSON.stringify(data) }));
  }
}
class Page extends EventTarget {
  hidden = false;
  turn(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}
const page = new Page();
const listener = () => ({ now: vi.fn(), state: vi.fn(), vehicles: vi.fn(), alerts: vi.fn() }) satisfies LiveHandlers;
const time = { now: 1, day: '2026-11-20' };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Line);
  vi.stubGlobal('document', page);
  Line.all.length = 0;
  page.hidden = false;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the line to the gateway', () => {
  it('is one for a page, whoever listens, and is gone with the last of them', () => {
    const ends = [openLive(listener()), openLive(listener())];
    expect(Line.open).toHaveLength(1);
    ends[0]?.();
    expect(Line.open).toHaveLength(1);
    ends[1]?.();
    expect(Line.open).toHaveLength(0);
    vi.runAllTimers();
    expect(Line.all).toHaveLength(1);
  });

  it('tells whoever joins later what was said to those who came first', async () => {
    const end = openLive(listener());
    const bus = { device: 'b1', place: 'route/r1', position: [115, 23], playing: false, online: true };
    Line.all[0]?.say('now', time);
    Line.all[0]?.say('vehicles', [bus]);
    Line.all[0]?.say('alerts', []);
    const late = listener();
    const endLate = openLive(late);
    await Promise.resolve();
    expect(late.state).toHaveBeenLastCalledWith(true);
    expect(late.now).toHaveBeenCalledExactlyOnceWith(time);
    expect(late.vehicles).toHaveBeenCalledExactlyOnceWith([bus]);
    expect(late.alerts).toHaveBeenCalledExactlyOnceWith([]);
    end();
    endLate();
  });

  it('is given up by a page that nobody sees, and is back when it is looked at', () => {
    page.hidden = true;
    const one = listener();
    const end = openLive(one);
    expect(Line.all).toHaveLength(0);
    page.turn(false);
    Line.open[0]?.say('now', time);
    expect(one.state).toHaveBeenLastCalledWith(true);
    page.turn(true);
    expect(Line.open).toHaveLength(0);
    expect(one.state).toHaveBeenLastCalledWith(false);
    vi.runAllTimers();
    expect(Line.all).toHaveLength(1);
    page.turn(false);
    expect(Line.open).toHaveLength(1);
    end();
  });

  it('comes back by itself when it breaks or falls silent', () => {
    const one = listener();
    const end = openLive(one);
    Line.open[0]?.onerror?.();
    expect(one.state).toHaveBeenLastCalledWith(false);
    vi.advanceTimersByTime(1300);
    expect(Line.open).toHaveLength(1);
    vi.advanceTimersByTime(20_000);
    expect(Line.open).toHaveLength(0);
    vi.advanceTimersByTime(3000);
    expect(Line.open).toHaveLength(1);
    expect(Line.all).toHaveLength(3);
    end();
  });
});

import { describe, expect, it } from 'vitest';
import { PoweredClock, WallClock } from './device-clock.js';
import { Flights } from './flights.js';
import { type FarSide, type NearSide, Stepper, type StepperOptions } from './stepper.js';
import { WorldTime } from './world-time.js';

/** A far side that takes in what is sent only after some turns of the event loop, and answers some of it. */
class SlowSide implements FarSide, NearSide {
  running = true;
  standing: FarSide['standing'] = { handled: 0, pushed: 0, next: undefined };
  sentCount = 0;
  handledCount = 0;
  readonly seenAt: number[] = [];

  constructor(
    private readonly time: WorldTime,
    private readonly flights: Flights,
  ) {}

  sent = (): number => this.sentCount;
  handled = (): number => this.handledCount;
  connections = (): number => 0;
  tell = (): void => {};

  async settle(handled: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 2));
    this.seenAt.push(this.time.now());
    this.standing = { handled, pushed: handled, next: undefined };
    setTimeout(() => {
      this.handledCount = handled;
      this.flights.notify();
    }, 2);
  }
}

function world(options: StepperOptions = {}) {
  const time = new WorldTime(0);
  const flights = new Flights();
  const flight = flights.open('a-device');
  const thrown: unknown[] = [];
  const clock = new PoweredClock(time, new WallClock(time), flight, (_, error) => thrown.push(error));
  const far = new SlowSide(time, flights);
  return { time, flights, flight, clock, far, thrown, stepper: new Stepper(time, flights, far, far, options) };
}

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3));

describe('Stepper', () => {
  it('keeps time still until what an instant set off has landed', async () => {
    const { time, clock, stepper } = world();
    const seen: [string, number][] = [];
    clock.after(1_000, async () => {
      await later();
      seen.push(['first', time.now()]);
    });
    clock.after(1_001, () => void seen.push(['second', time.now()]));
    await stepper.runUntil(10_000);
    expect(seen).toEqual([
      ['first', 1_000],
      ['second', 2_000],
    ]);
    expect(time.now()).toBe(10_000);
  });

  it('does not count a sleeper as in flight', async () => {
    const { time, clock, stepper } = world();
    const woke: number[] = [];
    clock.run('sleeper', async () => {
      await clock.sleep(3_600_000);
      woke.push(time.now());
      await later();
      await clock.sleep(1_000);
      woke.push(time.now());
    });
    await stepper.runUntil(7_200_000);
    expect(woke).toEqual([3_600_000, 3_601_000]);
  });

  it('goes on only when messages have been handled on both sides', async () => {
    const { time, clock, far, stepper } = world();
    const handledAt: number[] = [];
    for (const seconds of [10, 20, 30]) {
      clock.after(seconds * 1000, () => {
        far.sentCount++;
      });
      clock.after(seconds * 1000 + 1, () => void handledAt.push(far.handledCount));
    }
    await stepper.runUntil(60_000);
    expect(far.seenAt).toEqual([10_000, 20_000, 30_000]);
    expect(handledAt).toEqual([1, 2, 3]);
    expect(time.now()).toBe(60_000);
    expect(stepper.counts.exchanges).toBe(3);
  });

  it('forgets a device whose plug is pulled', async () => {
    const { time, clock, flight, flights, stepper } = world();
    let woke = false;
    clock.run('never ends', () => new Promise<void>(() => {}));
    clock.run('sleeper', async () => {
      await clock.sleep(1_000);
      woke = true;
    });
    time.at(500, 'fault', () => {
      clock.off();
      flights.close(flight);
    });
    expect(flights.count).toBe(1);
    time.moveTo(500);
    time.takeDue();
    expect(flights.count).toBe(0);
    await stepper.runUntil(5_000);
    expect(woke).toBe(false);
  });

  it('hands on what work throws, and says who is in flight', async () => {
    const { clock, flights, thrown } = world();
    clock.run('sync', () => {
      throw new TypeError('at once');
    });
    clock.run('async', async () => {
      throw new RangeError('later');
    });
    clock.run('stuck', () => new Promise<void>(() => {}));
    await later();
    expect(thrown).toHaveLength(2);
    expect(flights.describe()).toEqual(['a-device: stuck×1 (waiting: 0)']);
  });

  it('names what it is stuck in; where somebody is told of it, it waits on instead, until it is aborted', async () => {
    const hangs = new Promise<void>(() => {});
    const stuck = world({ patienceMs: 10 });
    stuck.clock.run('hangs', () => hangs);
    await expect(stuck.stepper.settle()).rejects.toMatchObject({ code: 'world-stuck' });

    const told: string[] = [];
    const abort = new AbortController();
    const onWaiting = (what: string): void => {
      if (told.push(what) === 3) abort.abort();
    };
    const waiting = world({ patienceMs: 10, onWaiting });
    waiting.clock.run('hangs', () => hangs);
    await expect(waiting.stepper.runUntil(1_000, abort.signal)).rejects.toMatchObject({ code: 'world-stuck' });
    expect(told).toHaveLength(3);
    expect(told[0]).toContain('a-device: hangs×1');

    const busy = world({ patienceMs: 10, onWaiting });
    busy.clock.run('busy', () => new Promise<void>((resolve) => setTimeout(resolve, 60)));
    await busy.stepper.runUntil(1_000);
    expect(busy.flights.count).toBe(0);
    expect(told.length).toBeGreaterThan(3);
  });
});

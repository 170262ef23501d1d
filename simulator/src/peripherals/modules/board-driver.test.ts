import { createRequire } from 'node:module';
import { type BoardDriver, type Health, openBoardDriver } from '@xiaolaba/device/peripherals';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cable } from './cable.js';
import { FirmataTwin } from './firmata.js';
import { SteppedClock } from './testing/stepped-clock.js';

const relay = 7;
const lamp = 4;
const config = {
  relay: { pin: relay, contact: 'open', wakeMs: 1_500 },
  led: { pin: lamp },
  button: { pin: 2, pullup: true },
  override: { pin: 3, pullup: true },
  case: { pin: 8, pullup: true },
  level: { pin: 'A0', kind: 'sound', heardAt: 400 },
} as const;
const log = { debug() {}, info() {}, warn() {}, error() {} };

let clock: SteppedClock;
let twin: FirmataTwin;
let cable: Cable;
let driver: BoardDriver;
let healths: Health[];
let presses: string[];

beforeAll(async () => {
  // The first import of johnny-five takes seconds of real time, which a stepped clock knows nothing of.
  const warming = new SteppedClock();
  const { host } = new Cable(new FirmataTwin(warming));
  const first = openBoardDriver({ line: host, clock: warming, log }, config);
  await vi.waitFor(() => expect(warming.pending).toBeGreaterThan(0), { timeout: 20_000 });
  await first.close();
});
beforeEach(() => {
  clock = new SteppedClock();
  twin = new FirmataTwin(clock);
  cable = new Cable(twin);
});
afterEach(async () => {
  await driver.close();
});

function open(wiring: Parameters<typeof openBoardDriver>[1] = config): void {
  // The lid is shut.
  twin.press(8, true);
  driver = openBoardDriver({ line: cable.host, clock, log }, wiring);
  healths = [driver.health];
  driver.onHealth((health) => healths.push(health));
  presses = [];
  driver.parts.testButton?.onChange((pressed) => presses.push(`test ${pressed}`));
  driver.parts.override?.onChange((pressed) => presses.push(`override ${pressed}`));
  driver.parts.caseOpen?.onChange((pressed) => presses.push(`case ${pressed}`));
}

async function up(wiring?: Parameters<typeof openBoardDriver>[1]): Promise<void> {
  twin.setPowered(true);
  open(wiring);
  await clock.advance(3_000);
  expect(driver.health).toBeUndefined();
}

describe('a board', () => {
  it('switches, shows, senses and notices over Firmata', async () => {
    await up();
    expect(twin.mode(relay)).toBe(1);
    expect(twin.level(relay)).toBe(false);
    await driver.parts.amplifier?.set(true);
    await clock.flush();
    expect(twin.level(relay)).toBe(true);
    await driver.parts.amplifier?.set(false);
    await clock.flush();
    expect(twin.level(relay)).toBe(false);
    expect(driver.parts.amplifier?.wakeMs).toBe(1_500);

    driver.parts.led?.show('ready');
    await clock.flush();
    expect(twin.level(lamp)).toBe(true);
    driver.parts.led?.show('stopped');
    await clock.flush();
    expect(twin.level(lamp)).toBe(false);

    twin.setAnalog(0, 600);
    await clock.advance(1_100);
    expect(driver.parts.level?.read()).toBe(600);
    expect(driver.parts.level?.heardAt).toBe(400);

    twin.press(2, true);
    await clock.advance(50);
    twin.press(2, false);
    await clock.advance(50);
    twin.press(3, true);
    await clock.advance(50);
    twin.press(8, false);
    await clock.advance(50);
    expect(presses).toEqual(['test true', 'test false', 'override true', 'case true']);
  });

  it('blinks as fast as what it has to say is urgent', async () => {
    await up();
    const flips: number[] = [];
    twin.onPin((pin) => pin === lamp && flips.push(clock.monotonic()));
    const gaps = async (state: 'offline' | 'fault'): Promise<Set<number>> => {
      driver.parts.led?.show('off');
      await clock.flush();
      driver.parts.led?.show(state);
      await clock.flush();
      flips.length = 0;
      await clock.advance(5_000);
      return new Set(flips.slice(1).map((at, index) => at - (flips[index] ?? 0)));
    };
    expect(await gaps('offline')).toEqual(new Set([1_000]));
    expect(await gaps('fault')).toEqual(new Set([150]));
  });

  it('drives a relay that is wired normally closed the other way round, and an analog pin as a digital one', async () => {
    await up({ relay: { pin: 14, contact: 'closed', wakeMs: 0 }, led: { pin: 9 } });
    expect(twin.mode(14)).toBe(1);
    expect(twin.level(14)).toBe(true);
    await driver.parts.amplifier?.set(true);
    await clock.flush();
    expect(twin.level(14)).toBe(false);
    expect(twin.mode(9)).toBe(3);
    driver.parts.led?.show('playing');
    await clock.flush();
    expect(twin.level(9)).toBe(true);
  });

  it('starts without the board, says so, and comes up with it', async () => {
    open();
    expect(healths).toEqual(['starting']);
    await clock.advance(60_000);
    expect(healths).toEqual(['starting', 'no-answer']);
    await expect(driver.parts.amplifier?.set(true)).rejects.toMatchObject({ family: 'world', code: 'board-gone' });
    expect(driver.parts.level?.read()).toBeUndefined();
    expect(await driver.probe()).toEqual([{ ok: false, code: 'no-answer' }]);
    driver.parts.led?.show('ready');
    twin.setPowered(true);
    await clock.advance(12_000);
    expect(healths).toEqual(['starting', 'no-answer', undefined]);
    expect(twin.level(lamp)).toBe(true);
  });

  it('starts with the cable out', async () => {
    cable.setPlugged(false);
    open();
    expect(healths).toEqual(['unplugged']);
    expect(await driver.probe()).toEqual([{ ok: false, code: 'unplugged' }]);
    twin.setPowered(true);
    await clock.advance(5_000);
    cable.setPlugged(true);
    await clock.advance(5_000);
    expect(healths).toEqual(['unplugged', 'starting', undefined]);
  });

  it('takes a board that never restarts as well: it is asked', async () => {
    twin.setPowered(true);
    await clock.advance(5_000);
    open();
    await clock.advance(900);
    expect(driver.health).toBe('starting');
    await clock.advance(1_000);
    expect(driver.health).toBeUndefined();
  });

  it('comes back after unplugging with the relay off first of all, the lamp and the switches as they were', async () => {
    await up();
    await driver.parts.amplifier?.set(true);
    driver.parts.led?.show('playing');
    twin.press(3, true);
    await clock.advance(100);
    cable.setPlugged(false);
    expect(driver.health).toBe('unplugged');
    expect(driver.parts.level?.read()).toBeUndefined();
    await expect(driver.parts.amplifier?.set(false)).rejects.toMatchObject({ code: 'board-gone' });
    driver.parts.led?.show('ready');
    twin.press(3, false);
    twin.press(8, false);
    await clock.advance(5_000);
    // The board itself had power all the while.
    expect(twin.level(relay)).toBe(true);

    const moved: [number, boolean][] = [];
    twin.onPin((pin, level) => moved.push([pin, level]));
    cable.setPlugged(true);
    await clock.advance(3_000);
    expect(driver.health).toBeUndefined();
    expect(moved[0]).toEqual([relay, false]);
    expect(twin.level(relay)).toBe(false);
    expect(twin.level(lamp)).toBe(true);
    expect(presses).toEqual(['override true', 'override false', 'case true']);
    await driver.parts.amplifier?.set(true);
    await clock.flush();
    expect(twin.level(relay)).toBe(true);
  });

  it('notices that the board has fallen silent, and that it has restarted', async () => {
    await up();
    await clock.advance(60_000);
    expect(healths).toEqual(['starting', undefined]);
    twin.answers = false;
    await clock.advance(12_000);
    expect(healths.at(-1)).toBe('no-answer');
    twin.answers = true;
    await clock.advance(12_000);
    expect(healths.at(-1)).toBeUndefined();

    await driver.parts.amplifier?.set(true);
    twin.setPowered(false);
    twin.setPowered(true);
    await clock.advance(3_000);
    expect(healths.slice(-2)).toEqual(['starting', undefined]);
    expect(twin.level(relay)).toBe(false);
    twin.setAnalog(0, 300);
    await clock.advance(1_100);
    expect(driver.parts.level?.read()).toBe(300);
  });

  it('tells a stranger on the line from nobody', async () => {
    let say: (bytes: Uint8Array) => void = () => {};
    cable = new Cable({
      protocol: 'stranger',
      setPowered() {},
      receive: () => say(new Uint8Array(40).fill(0x2a)),
      onSend: (call) => {
        say = call;
      },
    });
    open();
    await clock.advance(11_000);
    expect(driver.health).toBe('wrong-module');
    expect(await driver.probe()).toEqual([{ ok: false, code: 'wrong-module', details: { got: '2a'.repeat(16) } }]);
  });

  it('refuses firmware of another generation, and a board without the pin', async () => {
    twin = new FirmataTwin(clock, { version: [3, 0] });
    cable = new Cable(twin);
    twin.setPowered(true);
    open();
    await clock.advance(5_000);
    expect(driver.health).toBe('wrong-module');
    await driver.close();
    twin = new FirmataTwin(clock);
    cable = new Cable(twin);
    twin.setPowered(true);
    open({ relay: { pin: 40, contact: 'open', wakeMs: 0 } });
    await clock.advance(5_000);
    expect(driver.health).toBe('wrong-module');
    await expect(driver.parts.amplifier?.set(true)).rejects.toMatchObject({ code: 'board-gone' });
  });

  it('takes a chattering contact for one press, and a spark for none', async () => {
    await up();
    for (let turn = 0; turn < 8; turn++) {
      twin.press(2, turn % 2 === 0);
      await clock.advance(5);
    }
    twin.press(2, true);
    await clock.advance(100);
    expect(presses).toEqual(['test true']);
    twin.press(2, false);
    await clock.advance(10);
    twin.press(2, true);
    await clock.advance(100);
    expect(presses).toEqual(['test true']);
  });

  it('keeps pull-ups on while a switch is pressed and the relay on the same port moves', async () => {
    await up();
    twin.press(2, true);
    await clock.advance(100);
    await driver.parts.amplifier?.set(true);
    await clock.flush();
    twin.press(2, false);
    await clock.advance(100);
    expect(presses).toEqual(['test true', 'test false']);
  });

  it('tells who listens late of a switch that is on already', async () => {
    await up();
    twin.press(3, true);
    await clock.advance(100);
    const late: boolean[] = [];
    driver.parts.override?.onChange((pressed) => late.push(pressed));
    expect(late).toEqual([true]);
  });

  it('measures current as the swing around the middle', async () => {
    twin.setAnalog(1, (at) => 512 + 100 * Math.sin(2 * Math.PI * 3 * (at / 1_000)));
    await up({ level: { pin: 'A1', kind: 'current', heardAt: 30 } });
    await clock.advance(2_000);
    expect(driver.parts.level?.read()).toBeGreaterThan(68);
    expect(driver.parts.level?.read()).toBeLessThan(73);
    twin.setAnalog(1, 512);
    await clock.advance(1_500);
    expect(driver.parts.level?.read()).toBe(0);
    twin.answers = false;
    await clock.advance(1_100);
    expect(driver.parts.level?.read()).toBeUndefined();
  });

  it('tells all that it knows when it is asked', async () => {
    await up();
    twin.setAnalog(0, 321);
    await clock.advance(1_100);
    const findings = driver.probe();
    await clock.flush();
    expect(await findings).toEqual([
      { ok: true, code: 'answers', details: { module: 'Firmata' } },
      { ok: true, code: 'version', details: { text: 'StandardFirmata.ino 2.5' } },
      { ok: true, code: 'reading', details: { value: 321, unit: 'ADC' } },
    ]);
    twin.answers = false;
    const silent = driver.probe();
    await clock.advance(2_100);
    expect(await silent).toEqual([{ ok: false, code: 'no-answer' }]);
  });

  it('leaves relay and lamp off, and no timer', async () => {
    await up();
    await driver.parts.amplifier?.set(true);
    driver.parts.led?.show('fault');
    twin.press(2, true);
    await clock.advance(1_000);
    const probing = driver.probe();
    await driver.close();
    await clock.flush();
    expect(twin.level(relay)).toBe(false);
    expect(twin.level(lamp)).toBe(false);
    await probing;
    twin.setPowered(false);
    expect(clock.pending).toBe(0);
  });

  it('is plugged in anew a thousand times and holds nothing of before', async () => {
    await up();
    driver.parts.led?.show('offline');
    await clock.advance(2_000);
    const pending = clock.pending;
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const warned = vi.fn();
    process.on('warning', warned);
    const states: Health[] = [];
    driver.onHealth((health) => states.push(health));
    for (let turn = 0; turn < 1_000; turn++) {
      cable.setPlugged(false);
      twin.press(2, turn % 2 === 0);
      cable.setPlugged(true);
      // Some come up, some are pulled while they are at it, some were never answered.
      await clock.advance(turn % 10 === 0 ? 2_500 : turn % 3 === 0 ? 0 : 1_000);
    }
    await clock.advance(5_000);
    expect(driver.health).toBeUndefined();
    expect(states.filter((health) => health === undefined).length).toBeGreaterThan(100);
    expect(clock.pending).toBeLessThanOrEqual(pending + 1);
    expect(timers()).toBeLessThanOrEqual(before + 1);
    const count = presses.length;
    twin.press(2, false);
    await clock.advance(100);
    twin.press(2, true);
    await clock.advance(100);
    expect(presses.slice(count)).toEqual(
      presses[count - 1] === 'test true' ? ['test false', 'test true'] : ['test true'],
    );
    // johnny-five never forgets a board.
    const five = createRequire(import.meta.url)('johnny-five') as { Board: { cache: readonly unknown[] } };
    expect(five.Board.cache.length).toBeLessThan(30);
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });
});

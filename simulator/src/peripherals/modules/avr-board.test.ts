import { setTimeout as delay } from 'node:timers/promises';
import { type Activity, type Clock, createAgent, type Lock, type SoundOutput } from '@xiaolaba/device';
import { openLine } from '@xiaolaba/device/adapters';
import { type BoardDriver, openBoardDriver } from '@xiaolaba/device/peripherals';
import { every, releaseOf, spoken, TestGateway, TestStorage } from '@xiaolaba/device/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AvrBoard } from './avr-board.js';
import { Cable } from './cable.js';
import { servePty } from './pty.js';
import { standardFirmata } from './testing/standard-firmata.js';

/** Real time, but always a Friday morning in Shanghai. */
const start = performance.now();
const clock: Clock = {
  now: () => Math.round(Date.parse('2026-11-20T07:00:00+08:00') + (performance.now() - start)),
  monotonic: () => performance.now() - start,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}).catch(() => {}),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};
const log = { debug() {}, info() {}, warn() {}, error() {} };
const soon = { timeout: 20_000, interval: 20 };
const relay = 7;
const lamp = 13;

describe('the real firmware', () => {
  let board: AvrBoard;
  let cable: Cable;
  let driver: BoardDriver;
  let sounding = false;

  beforeAll(async () => {
    board = new AvrBoard(standardFirmata(), clock);
    cable = new Cable(board);
    // A microphone hears the loudspeaker only while the amplifier has power.
    board.setAnalog(0, () => (sounding && board.level(relay) ? 620 : 30));
    board.setPowered(true);
    driver = openBoardDriver(
      { line: cable.host, clock, log },
      {
        relay: { pin: relay, contact: 'open', wakeMs: 300 },
        led: { pin: lamp },
        button: { pin: 2, pullup: true },
        override: { pin: 3, pullup: true },
        level: { pin: 'A0', kind: 'sound', heardAt: 300 },
      },
    );
    await vi.waitFor(() => expect(driver.health).toBeUndefined(), soon);
  }, 60_000);
  afterAll(async () => {
    await driver.close();
    board.setPowered(false);
  });

  it('answers, closes the relay, lights the lamp, reads the level and notices the switch', async () => {
    expect(board.baud).toBeGreaterThan(57_600 * 0.97);
    expect(board.baud).toBeLessThan(57_600 * 1.03);
    expect(await driver.probe()).toMatchObject([{ code: 'answers' }, { code: 'version' }, { code: 'reading' }]);
    expect(board.level(relay)).toBe(false);
    await driver.parts.amplifier?.set(true);
    await vi.waitFor(() => expect(board.level(relay)).toBe(true), soon);

    sounding = true;
    await vi.waitFor(() => expect(driver.parts.level?.read()).toBe(620), soon);
    await driver.parts.amplifier?.set(false);
    await vi.waitFor(() => expect(board.level(relay)).toBe(false), soon);
    await vi.waitFor(() => expect(driver.parts.level?.read()).toBe(30), soon);
    sounding = false;

    driver.parts.led?.show('ready');
    await vi.waitFor(() => expect(board.level(lamp)).toBe(true), soon);
    driver.parts.led?.show('stopped');
    await vi.waitFor(() => expect(board.level(lamp)).toBe(false), soon);

    const presses: string[] = [];
    driver.parts.testButton?.onChange((pressed) => presses.push(`test ${pressed}`));
    driver.parts.override?.onChange((pressed) => presses.push(`override ${pressed}`));
    board.press(2, true);
    await vi.waitFor(() => expect(presses).toEqual(['test true']), soon);
    // A write to the port of the pressed switch must not cost it its pull-up.
    await driver.parts.amplifier?.set(false);
    board.press(2, false);
    await vi.waitFor(() => expect(presses).toEqual(['test true', 'test false']), soon);
    board.press(3, true);
    await vi.waitFor(() => expect(presses.at(-1)).toBe('override true'), soon);
    board.press(3, false);
    await vi.waitFor(() => expect(presses.at(-1)).toBe('override false'), soon);
  });

  it('proves to a gateway that a play was heard, and that one with a cut wire was not', async () => {
    const gateway = await TestGateway.start();
    const identity = gateway.identity();
    gateway.deviceKeys = identity.keys;
    const failures: unknown[] = [];
    const activity: Activity = {
      run: (_name, work) => void (async () => work())().catch((error: unknown) => failures.push(error)),
    };
    let wired = true;
    let unlock: (event: 'unlock') => void = () => {};
    const lock: Lock = {
      onEvent: (call) => {
        unlock = call;
      },
    };
    const sound: SoundOutput = {
      async play({ durationMs, fromMs }, signal) {
        const from = clock.monotonic();
        sounding = wired;
        await clock.sleep(durationMs - fromMs, signal);
        sounding = false;
        return { playedMs: clock.monotonic() - from, ended: signal.aborted ? 'aborted' : 'finished' };
      },
    };
    const agent = createAgent(
      { identity, firmware: '0.1.0', limits: {}, beatSeconds: 60, cacheBytes: 1 << 20, random: Math.random },
      {
        clock,
        activity,
        storage: new TestStorage(),
        network: gateway,
        peripherals: { sound, lock, ...driver.parts, close: async () => {} },
        log,
      },
    );
    await agent.start();
    try {
      const prompt = every('prompt', 'digest', 10, {
        timing: {
          kind: 'triggered',
          on: 'unlock',
          windows: [{ days: 'every-day', from: '06:30', to: '20:00' }],
          cooldownSeconds: 0,
        },
      });
      const now = clock.now();
      const release = await gateway.addRelease(
        releaseOf([spoken(gateway, 'digest', 2)], [prompt], { validFrom: now - 86_400_000 }),
      );
      await gateway.assign(gateway.assignment(identity, now, { releases: [release] }));
      await vi.waitFor(() => expect(gateway.progress.at(-1)).toMatchObject({ stage: 'active' }), soon);
      unlock('unlock');
      await vi.waitFor(() => expect(gateway.plays).toHaveLength(1), soon);
      expect(gateway.plays[0]).toMatchObject({ result: 'completed', evidence: 'heard' });
      expect(gateway.plays[0]?.level).toBeGreaterThan(300);
      wired = false;
      unlock('unlock');
      await vi.waitFor(() => expect(gateway.plays).toHaveLength(2), soon);
      expect(gateway.plays[1]).toMatchObject({ result: 'completed', evidence: 'contradicted' });
      expect(failures).toEqual([]);
    } finally {
      await agent.stop();
      await gateway.stop();
    }
  });
});

describe('the real firmware on a serial port', () => {
  it('is driven, and again after its power was cut', async () => {
    const board = new AvrBoard(standardFirmata(), clock);
    const pty = await servePty(board);
    const line = openLine(pty.path, 57_600, clock, log);
    const driver = openBoardDriver({ line, clock, log }, { relay: { pin: relay, contact: 'open', wakeMs: 0 } });
    const switched = async (): Promise<void> => {
      await vi.waitFor(() => expect(driver.health).toBeUndefined(), soon);
      expect(board.level(relay)).toBe(false);
      await driver.parts.amplifier?.set(true);
      await vi.waitFor(() => expect(board.level(relay)).toBe(true), soon);
    };
    try {
      board.setPowered(true);
      await switched();
      board.setPowered(false);
      board.setPowered(true);
      await vi.waitFor(() => expect(driver.health).toBe('starting'), soon);
      await switched();
    } finally {
      await driver.close();
      board.setPowered(false);
      await pty.close();
    }
  }, 60_000);
});

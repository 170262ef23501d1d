import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeMessage, type StopOrder } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FfmpegSound } from '../adapters/ffmpeg-sound.js';
import type { LocalLimits } from '../agent-types.js';
import { at, every, morning, releaseOf, spoken } from '../testing/test-content.js';
import { TestDevice } from '../testing/test-device.js';
import { TestGateway } from '../testing/test-gateway.js';
import { TestWorld } from '../testing/test-world.js';
import { toneSound } from './test-tone.js';

describe('the tone itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xiaolaba-tone-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is a file that the decoder takes: two notes, one higher than the other, and no more than modest', async () => {
    const path = join(folder, 'tone.wav');
    const sound = toneSound(100);
    const end = await new FfmpegSound({ kind: 'file', path }).play(sound, new AbortController().signal);
    expect(end.ended).toBe('finished');
    expect(end.playedMs).toBeGreaterThan(1_100);
    const raw = execFileSync('ffmpeg', ['-loglevel', 'error', '-i', path, '-f', 's16le', '-ar', '16000', '-']);
    const samples = new Int16Array(raw.buffer, raw.byteOffset, raw.length / 2);
    const hertz = (from: number, to: number): number => {
      const part = samples.subarray(from * 16, to * 16);
      const crossings = part.filter((sample, index) => sample >= 0 !== (part[index - 1] ?? sample) >= 0).length;
      return crossings / 2 / ((to - from) / 1_000);
    };
    expect(samples.length / 16).toBeGreaterThan(1_150);
    expect(Math.abs(hertz(50, 550) - 660)).toBeLessThan(8);
    expect(Math.abs(hertz(650, 1_150) - 880)).toBeLessThan(8);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeGreaterThan(14_000);
    expect(peak).toBeLessThan(20_000);
    expect(readFileSync(path).length).toBeGreaterThan(1_000);
  });
});

describe('the test button', () => {
  let gateway: TestGateway;
  let world: TestWorld;
  let device: TestDevice;

  const start = async (limits: LocalLimits = {}, wall = morning): Promise<void> => {
    world = new TestWorld(wall);
    device = new TestDevice(world, gateway, gateway.identity(), { limits });
    await device.start();
  };
  const press = async (): Promise<void> => {
    device.testButton.set(true);
    device.testButton.set(false);
    await world.advance(10_000);
  };
  const details = (): (string | undefined)[] =>
    gateway.all.flatMap((record) =>
      record.kind === 'event' && record.event === 'test-button' ? [record.detail ?? ''] : [],
    );

  beforeEach(async () => {
    gateway = await TestGateway.start();
  });
  afterEach(async () => {
    device.agent?.cut();
    await gateway.stop();
    expect(world.errors).toEqual([]);
  });

  it('sounds before anything is assigned, and tells whether it was heard', async () => {
    await start();
    await press();
    expect(device.heard).toMatchObject([{ at: morning + 2_000, volume: 30 }]);
    expect(device.relay).toMatchObject([{ on: true }, { at: morning + 2_000 + 1_200 + 5_000, on: false }]);
    device.level = 10;
    await press();
    device.level = undefined;
    await press();
    device.soundFails = 'output';
    await press();
    device.soundFails = 'not-held';
    await press();
    await world.advance(60_000);
    expect(details()).toEqual(['heard', 'contradicted', 'claimed', 'silent', 'no tone']);
    expect(gateway.plays).toEqual([]);
  });

  it('sounds when it is asked to identify itself, and leaves no record of it', async () => {
    await start();
    await gateway.send('ls-0001', 'command', encodeMessage({ v: 1, kind: 'identify', id: 'a' }));
    await world.advance(10_000);
    expect(device.heard).toHaveLength(1);
    expect(device.leds).toContain('off');
    expect(details()).toEqual([]);
  });

  it('is silent in quiet hours, and never above the cap of the place', async () => {
    await start({ volumeCap: 12 });
    await press();
    expect(device.heard.map(({ volume }) => volume)).toEqual([12]);
    device.agent?.cut();
    await start({ volumeCap: 0 });
    await press();
    expect(device.heard).toEqual([]);
    device.agent?.cut();
    // The tone would reach into the night by its last note.
    await start({}, Date.parse('2026-11-20T21:59:57.500+08:00'));
    await press();
    await world.advance(60_000);
    expect(device.heard).toEqual([]);
    expect(details().at(-1)).toBe('not allowed');
  });

  it('is silent while the clock can not be trusted', async () => {
    await start();
    world.wallOffset += 6 * 3_600_000;
    await press();
    expect(device.heard).toEqual([]);
    await world.advance(60_000);
    expect(details()).toEqual(['not allowed']);
  });

  it('is silent while stopped, and falls silent when it is stopped', async () => {
    await start();
    const order: StopOrder = {
      v: 1,
      version: 1,
      state: 'stop',
      issuedAt: morning,
      scope: ['site/estate-01'],
      reason: 'drill',
    };
    device.testButton.set(true);
    await world.advance(2_500);
    expect(device.heard).toHaveLength(1);
    await gateway.order('ls-0001', order);
    await world.settle();
    expect(device.relay.at(-1)?.on).toBe(false);
    await press();
    await world.advance(60_000);
    expect(device.heard).toHaveLength(1);
    expect(details()).toEqual(['not allowed', 'not allowed']);
  });

  it('is silent while something plays or the local microphone is on, and what falls due waits for it', async () => {
    await start();
    const release = await gateway.addRelease(
      releaseOf([spoken(gateway, 'digest', 20)], [every('rush', 'digest', 600)]),
    );
    await gateway.assign(gateway.assignment(device.identity, world.now(), { releases: [release] }));
    await world.advanceTo(at('06:59:57'));
    await press();
    await world.advanceTo(at('07:00:10'));
    await press();
    await world.advanceTo(at('07:02:00'));
    device.override.set(true);
    await press();
    device.override.set(false);
    await world.advanceTo(at('07:03:00'));
    device.testButton.set(true);
    await world.advance(2_500);
    device.override.set(true);
    await world.advance(60_000);
    device.override.set(false);
    await world.advanceTo(at('07:15:00'));
    expect(details()).toEqual(['heard', 'not allowed', 'not allowed', 'not allowed']);
    const starts = device.heard.map((heard) => heard.at);
    expect(starts).toEqual([at('06:59:59'), at('07:00:00') + 200, at('07:03:02'), at('07:10:00')]);
    expect(gateway.plays.map(({ result, playedMs }) => [result, playedMs])).toEqual([
      ['completed', 20_000],
      ['completed', 20_000],
    ]);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '@xiaolaba/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.js';
import type { BenchFault, BenchState, SeenRecord, SerialFrame } from './contract.js';

const log = { debug() {}, info() {}, warn() {}, error() {} };
/** A play takes as long as it takes; this is when something is wrong. */
const within = { timeout: 25_000, interval: 50 };
let cacheDirectory: string;
let bench: Bench;
let frames: SerialFrame[];

beforeAll(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'xiaolaba-bench-'));
});
afterAll(() => rm(cacheDirectory, { recursive: true, force: true }));
afterEach(() => bench.stop());

async function open(profile: Profile): Promise<void> {
  bench = await Bench.start({ profile, cacheDirectory, host: '127.0.0.1', httpPort: 0, mqttPort: 0, log });
  frames = [];
  bench.onEvent((event) => {
    if (event.kind === 'frame') frames.push(event.body);
  });
  await state(
    (now) => now.modules.every(({ health }) => health === null) && now.seen[0]?.assignment?.stage === 'active',
  );
}

const state = async (holds: (now: BenchState) => boolean | undefined): Promise<BenchState> => {
  await expect.poll(() => holds(bench.state), within).toBe(true);
  return bench.state;
};
const fault = (id: BenchFault, on: boolean) => bench.order({ kind: 'fault', fault: id, on });
const play = (item: string) => bench.order({ kind: 'play', item });
const plays = (): SeenRecord[] => bench.state.records.filter(({ kind }) => kind === 'play');
/** The newest record of a play, once there are so many. */
const played = async (count: number): Promise<SeenRecord | undefined> => {
  await expect.poll(() => plays().length, within).toBe(count);
  return plays()[0];
};
const faultsSeen = (): string[] => (bench.state.seen[0]?.beat?.faults ?? []).map(({ part }) => part);

describe('the bench', () => {
  it('plays on a loudspeaker, hears it, and shows what the gateway sees when something breaks', async () => {
    await open('loudspeaker');
    await play('bike-prompt');
    const sounding = await state(({ sound, amplifier }) => sound !== null && amplifier?.awake === true);
    expect(sounding.sound).toMatchObject({ item: 'bike-prompt', dialect: 'cmn', volume: 80 });
    expect(await played(1)).toMatchObject({ item: 'bike-prompt', result: 'completed', evidence: 'heard' });
    expect(frames.map(({ frame }) => frame?.kind)).toEqual(expect.arrayContaining(['digital', 'analog']));

    await fault('kill-amplifier', true);
    await play('bike-prompt');
    expect(await played(2)).toMatchObject({ result: 'completed', evidence: 'contradicted' });
    await fault('kill-amplifier', false);

    await fault('open-case', true);
    await expect.poll(() => bench.state.records[0], within).toMatchObject({ event: 'tamper', detail: 'open' });
    await expect.poll(faultsSeen, within).toContain('case');
    await fault('open-case', false);

    await fault('cut-power', true);
    await state(({ seen, powered }) => !powered && seen[0]?.online === false);
    await fault('cut-power', false);
    await expect.poll(() => bench.state.records.filter(({ kind }) => kind === 'boot').length, within).toBe(2);

    // In quiet hours nothing is due: no sound, and nothing that the gateway would miss.
    await fault('quiet-hours', true);
    const before = bench.state.seen[0]?.assignment?.version ?? 0;
    await play('bike-prompt');
    await state(
      ({ seen: [seen] }) => (seen?.assignment?.version ?? 0) > before && seen?.assignment?.stage === 'active',
    );
    await expect.poll(() => bench.state.seen[0]?.beat?.playing, within).toEqual([]);
    expect(bench.state.sound).toBeNull();
    expect(plays()).toHaveLength(2);
  });

  it('plays on a module at the end of a cable, decodes both directions, and reports what happened without a link', async () => {
    await open('loudspeaker');
    await bench.order({ kind: 'module', part: 'sound', module: 'dfplayer', port: 'simulated' });
    await state(({ modules }) => modules.every(({ health }) => health === null));
    await play('bike-prompt');
    await state(({ sound }) => sound !== null);
    await fault('drop-link', true);
    await state(({ seen, sound }) => seen[0]?.online === false && sound === null);
    expect(plays()).toEqual([]);
    await fault('drop-link', false);
    expect(await played(1)).toMatchObject({ result: 'completed', evidence: 'heard' });
    const sound = frames
      .filter(({ part }) => part === 'sound')
      .map(({ direction, frame }) => `${direction} ${frame?.kind}`);
    expect(sound).toEqual(expect.arrayContaining(['to-module play-mp3-track', 'to-host sd-track-finished']));

    await fault('unplug-sound', true);
    await expect.poll(faultsSeen, within).toContain('sound');
    await play('bike-prompt');
    expect(await played(2)).toMatchObject({ result: 'refused', cause: 'silent' });
  });

  it('scrolls text on a sign dot for dot, and takes a sign that is unplugged for one that shows nothing', async () => {
    await open('booth-sign');
    await play('slogan');
    const { sign } = await state((now) => now.sign !== null);
    expect(sign).toMatchObject({ columns: 128, rows: 16, motion: 'left', text: '不轻信 不透露 不转账' });
    expect(Buffer.from(sign?.strip.bits ?? '', 'base64').some((byte) => byte !== 0)).toBe(true);
    await state(({ seen }) => seen[0]?.beat?.playing.length === 1);
    await fault('unplug-sign', true);
    await expect.poll(faultsSeen, within).toContain('sign');
    await state(({ seen }) => seen[0]?.beat?.playing.length === 0);
    await fault('unplug-sign', false);
    await state(({ seen }) => seen[0]?.beat?.playing.length === 1 && seen[0].beat.faults.length === 0);
    await bench.order({ kind: 'stop', on: true });
    await state((now) => now.sign === null && now.led === 'stopped');
  });

  it('speaks when a bike is unlocked, with files that came over MQTT', async () => {
    await open('bike-lock');
    await bench.order({ kind: 'press', button: 'unlock' });
    expect(await played(1)).toMatchObject({ item: 'bike-prompt', result: 'completed', evidence: 'claimed' });
    expect(frames.filter(({ part }) => part === 'lock').map(({ frame }) => frame?.kind)).toContain('unlocked');
  });

  it('speaks where a bus stops, and shows text on the terminal of the bus', async () => {
    await open('bus-screen');
    await bench.order({ kind: 'module', part: 'sign', module: 'jt808', port: 'simulated' });
    await state(
      ({ modules, seen }) => modules.every(({ health }) => health === null) && seen[0]?.beat?.site === 'stop-a',
    );
    await play('short');
    await state(({ sign }) => sign?.text === '谨防诈骗');
    expect(await played(1)).toMatchObject({ item: 'brushing', result: 'completed', evidence: 'heard' });
  });

  it('refuses orders that name nothing', async () => {
    await open('booth-sign');
    await expect(play('nothing')).rejects.toMatchObject({ code: 'order-unknown-item' });
    await expect(bench.order({ kind: 'drive', stop: 'stop-a' })).rejects.toMatchObject({ code: 'order-unknown-stop' });
    const other = { kind: 'module', part: 'sign', module: 'dfplayer', port: 'simulated' } as const;
    await expect(bench.order(other)).rejects.toMatchObject({ code: 'order-unknown-module' });
  });
}, 120_000);

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { worldError } from '@xiaolaba/protocol';
import { compare } from '@xiaolaba/protocol/command-line';
import { nodeFlags } from '../install/node-flags.js';
import type { TestGateway } from '../testing/test-gateway.js';
import { Child } from './child.js';
import { type HeldDevice, holdAssignment, mostSeconds } from './held-device.js';
import type { MeasureOptions, Progress } from './options.js';
import { childrenOf, cpuAnHour, residentBytes } from './process-use.js';
import type { DeviceResult } from './report.js';

/** A process has done what it does at its start by then, milliseconds. */
const settleMs = 3_000;
const soundMs = 60_000;

interface Use {
  readonly cpu: number;
  readonly rss: number;
}

/** @throws XiaolabaError `ffmpeg-missing`, `measure-stalled`, `measure-process-ended` */
export async function measureDevice(
  options: MeasureOptions,
  gateway: TestGateway,
  folder: string,
  signal: AbortSignal,
  progress: Progress,
): Promise<DeviceResult> {
  const held = await holdAssignment(gateway, folder);
  const seconds = Math.min(mostSeconds, options.seconds / options.rounds);
  const sides = () => ({ ours: [] as number[], peer: [] as number[] });
  const found = { idleCpu: sides(), idleRss: sides(), playingCpu: sides(), playingRss: sides(), coldStart: sides() };
  for (let round = 1; round <= options.rounds; round++) {
    signal.throwIfAborted();
    progress('device', round, options.rounds);
    // Both at once: they sleep nearly all of the time.
    const [idle, client] = await Promise.all([
      useOf('device-process', [await held.configure(`idle-${round}`, 'idle')], options.idleSeconds),
      useOf('mqtt-process', [gateway.addresses.mqtt], options.idleSeconds),
    ]);
    const playing = await useOf(
      'device-process',
      [await held.configure(`playing-${round}`, 'null')],
      seconds,
      async (pid) => (await childrenOf(pid)).length > 0,
    );
    found.idleCpu.ours.push(idle.cpu);
    found.idleRss.ours.push(idle.rss);
    found.playingCpu.ours.push(playing.cpu);
    found.playingRss.ours.push(playing.rss);
    found.idleCpu.peer.push(client.cpu);
    found.idleRss.peer.push(client.rss);
    found.playingRss.peer.push(client.rss);
    found.playingCpu.peer.push(await plainPlaying(held, seconds));
    found.coldStart.ours.push(await coldStart(held, folder, round));
    found.coldStart.peer.push(await plainStart(held, folder));
  }
  const of = ({ ours, peer }: { ours: number[]; peer: number[] }) => compare(ours, peer);
  return {
    idleCpu: of(found.idleCpu),
    idleRss: of(found.idleRss),
    playingCpu: of(found.playingCpu),
    playingRss: of(found.playingRss),
    coldStart: of(found.coldStart),
  };
}

async function useOf(
  module: string,
  args: readonly string[],
  seconds: number,
  ready: (pid: number) => Promise<boolean> = async () => true,
): Promise<Use> {
  const child = Child.start(module, args, nodeFlags);
  try {
    await child.message();
    await until(() => ready(child.pid));
    await delay(settleMs);
    return { cpu: await cpuAnHour(child.pid, seconds), rss: await residentBytes(child.pid) };
  } finally {
    await child.end();
  }
}

/** ffmpeg by hand, as a device calls it, at the pace of the sound. */
async function plainPlaying({ clip }: HeldDevice, seconds: number): Promise<number> {
  const player = ffmpeg(['-re', '-i', clip, '-vn', '-af', 'volume=0.70', '-f', 'null', '-']);
  try {
    await delay(settleMs);
    return await cpuAnHour(player.pid ?? 0, seconds);
  } finally {
    await killed(player);
  }
}

async function coldStart(held: HeldDevice, folder: string, round: number): Promise<number> {
  const file = join(folder, `sound-${round}.wav`);
  const config = await held.configure(`cold-${round}`, { file });
  const begun = performance.now();
  const child = Child.start('device-process', [config], nodeFlags);
  try {
    await until(() => hasSound(file));
    return performance.now() - begun;
  } finally {
    await child.end();
  }
}

async function plainStart({ clip }: HeldDevice, folder: string): Promise<number> {
  const file = join(folder, 'plain.wav');
  await rm(file, { force: true });
  const begun = performance.now();
  const player = ffmpeg(['-i', clip, '-vn', '-af', 'volume=0.70', '-f', 'wav', '-y', file]);
  try {
    await until(() => hasSound(file));
    return performance.now() - begun;
  } finally {
    await killed(player);
  }
}

const ffmpeg = (args: readonly string[]): ChildProcess =>
  spawn('ffmpeg', ['-hide_banner', '-nostdin', '-loglevel', 'error', ...args], { stdio: 'ignore' });

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** More than the head of a WAV file. */
const hasSound = async (file: string): Promise<boolean> => ((await stat(file).catch(() => undefined))?.size ?? 0) > 128;

async function until(holds: () => Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > soundMs) throw worldError('measure-stalled', 'no sound came');
    await delay(2);
  }
}

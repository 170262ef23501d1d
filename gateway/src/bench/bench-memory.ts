import { cp } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { compare } from '@xiaolaba/protocol/command-line';
import type { BenchOptions } from './options.js';
import type { MemoryResult } from './report.js';
import { onSide, type Side } from './sides.js';

interface PerConnection {
  readonly rss: number;
  readonly heap: number;
}

/** Connections that come and go first, so that what only the first ones cost is not counted. */
const warmUpConnections = 100;
const settleMs = 500;

/** What an idle device that is logged in costs: a fresh process for every round, RSS and heap after full collections. */
export async function benchMemory(
  options: BenchOptions,
  data: { readonly directory: string; readonly devices: string },
  signal: AbortSignal,
  progress: (round: number) => void,
): Promise<MemoryResult> {
  const found: Record<Side['who'], PerConnection[]> = { ours: [], peer: [] };
  for (let round = 1; round <= options.rounds; round++) {
    progress(round);
    for (const who of ['ours', 'peer'] as const) {
      const directory = `${data.directory}-${round}-${who}`;
      await cp(data.directory, directory, { recursive: true });
      const side = { execArgv: ['--expose-gc'], signal };
      found[who].push(await onSide(who, directory, side, (one) => measure(one, data.devices, options)));
    }
  }
  const pick = (what: keyof PerConnection) =>
    compare(
      found.ours.map((one) => one[what]),
      found.peer.map((one) => one[what]),
    );
  return { connections: options.memoryConnections, rss: pick('rss'), heap: pick('heap') };
}

async function measure({ server, load, port }: Side, devices: string, options: BenchOptions): Promise<PerConnection> {
  const count = options.memoryConnections;
  await load.ask('connect', { port, devices, from: count, count: Math.min(count, warmUpConnections) });
  await load.ask('disconnect');
  await delay(settleMs);
  const before = await server.ask('memory');
  await load.ask('connect', { port, devices, from: 0, count });
  await delay(settleMs);
  const after = await server.ask('memory');
  return { rss: (after.rss - before.rss) / count, heap: (after.heap - before.heap) / count };
}

/** Devices that must be enrolled for it. */
export const memoryDevices = (options: BenchOptions): number =>
  options.memoryConnections + Math.min(options.memoryConnections, warmUpConnections);

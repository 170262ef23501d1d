import { setTimeout as delay } from 'node:timers/promises';
import { worldError } from '@xiaolaba/protocol';
import { compare } from '@xiaolaba/protocol/command-line';
import type { BenchOptions } from './options.js';
import type { BeatsResult } from './report.js';
import { onBothSides, type Side } from './sides.js';

/** Real time for what has been sent to be counted, milliseconds. */
const countMs = 30_000;

/** Beats a second through the whole gateway against QoS 0 messages a second through bare aedes. */
export async function benchBeats(
  options: BenchOptions,
  data: { readonly directory: string; readonly devices: string },
  signal: AbortSignal,
  progress: (round: number) => void,
): Promise<BeatsResult> {
  const milliseconds = (options.seconds * 1000) / options.rounds;
  return await onBothSides(data.directory, { signal }, async (ours, peer) => {
    const rates: Record<Side['who'], number[]> = { ours: [], peer: [] };
    let payloadBytes = 0;
    for (const side of [ours, peer]) {
      const { port, load } = side;
      await load.ask('connect', { port, devices: data.devices, from: 0, count: options.beatConnections });
      // The code must be hot on both sides before it counts.
      payloadBytes = (await stretch(side, Math.min(1000, milliseconds))).bytes;
    }
    for (let round = 1; round <= options.rounds; round++) {
      progress(round);
      for (const side of [ours, peer]) rates[side.who].push((await stretch(side, milliseconds)).perSecond);
    }
    return { connections: options.beatConnections, payloadBytes, messages: compare(rates.ours, rates.peer) };
  });
}

async function stretch({ server, load }: Side, milliseconds: number): Promise<{ perSecond: number; bytes: number }> {
  const before = await server.ask('taken');
  const begun = performance.now();
  const { sent, bytes } = await load.ask('beats', { milliseconds });
  while ((await server.ask('taken')) < before + sent) {
    if (performance.now() - begun > milliseconds + countMs)
      throw worldError('bench-lost', 'not every beat that was sent was taken in', { sent });
    await delay(1);
  }
  return { perSecond: (sent * 1000) / (performance.now() - begun), bytes };
}

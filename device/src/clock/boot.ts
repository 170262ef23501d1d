import { bootPattern, encodeMessage, errorCode } from '@xiaolaba/protocol';
import type { AgentLog } from '../agent-types.js';
import type { Storage } from '../ports/index.js';

/**
 * The next boot id: a counter that storage keeps and a random tail, in case storage was lost. A medium that takes
 * nothing more doesn't keep a device from starting; the journals that are there say then where counting stands.
 */
export async function nextBoot(storage: Storage, random: () => number, log: AgentLog): Promise<string> {
  const bytes = await storage.read('boot');
  const stored = bytes ? Number.parseInt(new TextDecoder().decode(bytes), 10) : 0;
  const journalled = (await storage.list('journal')).map((name) =>
    bootPattern.test(name.replace(/\.jsonl$/, '')) ? Number(name.slice(1, 7)) : 0,
  );
  const last = Number.isSafeInteger(stored) && stored > 0 ? stored : 0;
  const count = Math.max(last, ...(last < 1_000_000 ? journalled : [])) + 1;
  try {
    await storage.replace('boot', encodeMessage(count));
  } catch (error) {
    if (errorCode(error) === 'agent-cut') throw error;
    log.error({ error: errorCode(error) }, 'the boot counter can not be stored');
  }
  const tail = Math.floor(random() * 2 ** 32);
  return `b${String(count % 1_000_000).padStart(6, '0')}-${tail.toString(16).padStart(8, '0')}`;
}

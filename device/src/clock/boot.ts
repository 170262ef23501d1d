import { encodeMessage } from '@xiaolaba/protocol';
import type { Storage } from '../ports/index.js';

/** The next boot id: a counter that storage keeps and a random tail, in case storage was lost. */
export async function nextBoot(storage: Storage, random: () => number): Promise<string> {
  const bytes = await storage.read('boot');
  const last = bytes ? Number.parseInt(new TextDecoder().decode(bytes), 10) : 0;
  const count = (Number.isSafeInteger(last) && last > 0 ? last : 0) + 1;
  await storage.replace('boot', encodeMessage(count));
  const tail = Math.floor(random() * 2 ** 32);
  return `b${String(count % 1_000_000).padStart(6, '0')}-${tail.toString(16).padStart(8, '0')}`;
}

import { setTimeout as delay } from 'node:timers/promises';
import { worldError } from '@xiaolaba/protocol';
import type { MemoryUse } from './orders.js';

/** What the process holds after full collections; it must have been started with `--expose-gc`. @throws XiaolabaError `bench-no-gc` */
export async function memoryUse(): Promise<MemoryUse> {
  const collect = globalThis.gc;
  if (!collect) throw worldError('bench-no-gc', 'the process was started without --expose-gc');
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await delay(50);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heap: heapUsed };
}

import cron from 'node-cron';
import type { GatewayClock } from '../gateway-types.js';

/** How often is looked at what time alone has changed. */
const tickMs = 30_000;

/** Calls by the gateway's clock. @returns what ends it */
export function everyTick(clock: GatewayClock, call: () => void): () => void {
  const tick = (): void => {
    call();
    cancel = clock.after(tickMs, tick);
  };
  let cancel = clock.after(tickMs, tick);
  return () => cancel();
}

/** Calls by the machine's clock. @returns what ends it */
export function everyMinute(call: () => void): () => Promise<void> {
  const minutely = cron.schedule('* * * * *', call, { noOverlap: true });
  return async () => {
    await minutely.destroy();
  };
}

import type { GatewayClock } from './gateway-types.js';

/** The machine's own time. */
export const systemClock: GatewayClock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

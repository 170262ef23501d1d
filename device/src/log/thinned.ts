import type { AgentLog } from '../agent-types.js';

/** The same message goes through this often in a span; then once at the end of each span, with how many there were. */
const freeMost = 5;
const spanMs = 600_000;
/** Different messages that are remembered; more would be no repetition. */
const keysMost = 256;

type Level = keyof AgentLog;

interface Seen {
  since: number;
  count: number;
}

/**
 * A log that a noisy loop can't fill: the same message of the same level, whatever its details, is thinned.
 * @param now monotonic, milliseconds
 */
export function thinned(log: AgentLog, now: () => number): AgentLog {
  const seen = new Map<string, Seen>();
  const at =
    (level: Level) =>
    (details: object, message: string): void => {
      const key = `${level} ${message}`;
      const before = seen.get(key);
      if (before && now() - before.since < spanMs) {
        before.count++;
        if (before.count <= freeMost) log[level](details, message);
        return;
      }
      const suppressed = before ? before.count - freeMost : 0;
      seen.delete(key);
      if (seen.size >= keysMost) seen.delete(seen.keys().next().value ?? '');
      seen.set(key, { since: now(), count: 1 });
      log[level](suppressed > 0 ? { ...details, suppressed } : details, message);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

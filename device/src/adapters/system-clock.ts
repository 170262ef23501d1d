import type { AgentLog } from '../agent-types.js';
import type { Activity, Cancel, Clock } from '../ports/index.js';

/** The most that a timer of Node's takes. */
const longestMs = 2 ** 31 - 1;

/** `Clock.sleep` for a clock that knows only how to call back. */
export function sleepOn(clock: Pick<Clock, 'after'>, milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(milliseconds, done);
    signal?.addEventListener('abort', done);
  });
}

/** The board's own clocks. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, milliseconds, signal);
  }

  after(milliseconds: number, call: () => void | Promise<void>): Cancel {
    const end = this.monotonic() + milliseconds;
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const rest = end - this.monotonic();
      timer = setTimeout(() => (end - this.monotonic() > 1 ? wait() : call()), Math.max(0, Math.min(longestMs, rest)));
    };
    wait();
    return () => clearTimeout(timer);
  }
}

/** Reports what nobody caught; the device goes on. */
export class LoggedActivity implements Activity {
  constructor(private readonly log: AgentLog) {}

  run(name: string, work: () => void | Promise<void>): void {
    const report = (error: unknown): void => this.log.error({ error, activity: name }, 'unexpected error');
    try {
      Promise.resolve(work()).catch(report);
    } catch (error) {
      report(error);
    }
  }
}

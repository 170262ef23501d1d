import type { AgentLog, Vitals } from '../agent-types.js';
import { notify } from './notify.js';

/** A beat may come this many periods late, and so much later, in milliseconds, before it counts as missing. */
const beatsLate = 2;
const slackMs = 60_000;

/**
 * Whether the device still does its work: its beat comes round and storage answers (with a refusal, where it is full;
 * but it answers), the player's timer goes off when it should, and no sound goes on for ever. Whether there is a link
 * doesn't matter.
 */
export function isAlive(vitals: Vitals | undefined, beatSeconds: number): boolean {
  if (!vitals) return false;
  return vitals.sinceBeatMs <= beatsLate * beatSeconds * 1000 + slackMs && vitals.playerLateMs <= slackMs;
}

export interface WatchdogOptions {
  /** `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`, as systemd sets them (sd_watchdog_enabled(3)). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly alive: () => boolean;
  readonly log: AgentLog;
}

/**
 * Tells systemd that the device is ready, and from then on, at half the time that systemd allows, that it is alive; as
 * long as it is. Without a service manager that listens it does nothing.
 * @returns how to say that the device is being stopped, and to end it
 */
export function startWatchdog({ environment, pid, alive, log }: WatchdogOptions): () => Promise<void> {
  if (!environment.NOTIFY_SOCKET) return async () => {};
  void notify('READY=1', log);
  const microseconds = Number(environment.WATCHDOG_USEC);
  const ours = environment.WATCHDOG_PID === undefined || Number(environment.WATCHDOG_PID) === pid;
  let timer: NodeJS.Timeout | undefined;
  if (ours && microseconds > 0) {
    timer = setInterval(() => {
      if (alive()) void notify('WATCHDOG=1', log);
      else log.error({}, 'the device is stuck: the watchdog is left to bite');
    }, microseconds / 2000);
  }
  return async () => {
    clearInterval(timer);
    await notify('STOPPING=1', log);
  };
}

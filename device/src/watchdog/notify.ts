import { spawn } from 'node:child_process';
import type { AgentLog } from '../agent-types.js';

/** A message to the service manager that takes longer than this is given up, in milliseconds. */
const patienceMs = 10_000;

/**
 * Tells systemd something (sd_notify(3), `READY=1` and the like). Node has no datagram sockets, so `systemd-notify`
 * says it, and the unit must have `NotifyAccess=all`. Never rejects: a device plays on whoever listens.
 */
export function notify(state: string, log: AgentLog, command = 'systemd-notify'): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, [state], { stdio: 'ignore', timeout: patienceMs, killSignal: 'SIGKILL' });
    const failed = (reason: string): void => {
      log.warn({ reason }, 'the service manager can not be told');
      resolve(false);
    };
    child.once('error', (error) => failed(error.message));
    child.once('exit', (code, signal) => {
      if (code === 0) resolve(true);
      else failed(`${command}: ${code ?? signal}`);
    });
  });
}

import { join } from 'node:path';
import { pino } from 'pino';
import type { AgentLog } from '../agent-types.js';
import type { DeviceConfig } from '../config/config.js';
import { BoundedFile } from './bounded-file.js';
import { thinned } from './thinned.js';

const usualFile = 'log/device.log';
const usualMegabytes = 8;

export interface OpenLog {
  readonly log: AgentLog;
  close(): Promise<void>;
}

export interface LogSurroundings {
  /** `JOURNAL_STREAM` is set where systemd takes standard error into its journal, which has bounds of its own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
}

/**
 * Where the device's log goes: standard error under systemd or at a terminal; a bounded file in the data folder where
 * there is no systemd, or the configuration asks for it. Nothing that befalls the log stops the device.
 */
export function openLog(
  { log: wanted, logLevel, data }: Pick<DeviceConfig, 'log' | 'logLevel' | 'data'>,
  device: string,
  { environment, stderr }: LogSurroundings,
): OpenLog {
  const journal = environment.JOURNAL_STREAM !== undefined;
  const megabytes = wanted?.megabytes ?? usualMegabytes;
  const file =
    wanted || !journal ? new BoundedFile(join(data, wanted?.file ?? usualFile), megabytes * 1024 * 1024) : undefined;
  const toStderr = journal || stderr.isTTY === true;
  const destination = {
    write(line: string): void {
      if (toStderr) stderr.write(line);
      file?.write(line);
    },
  };
  return {
    log: thinned(pino({ level: logLevel, base: { device } }, destination), () => performance.now()),
    close: async () => file?.close(),
  };
}

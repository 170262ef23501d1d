import { callerError } from '@xiaolaba/protocol';
import type { AgentLog } from '../agent-types.js';
import type { ByteLine } from '../peripherals/driver.js';
import type { Clock } from '../ports/index.js';
import { openListeningLine } from './listening-line.js';
import { openSerialLine } from './serial-line.js';
import { type HostPort, openTcpLine } from './tcp-line.js';

/**
 * The line to a module, as the configuration names its port: `/dev/…`, `COM…`, `tcp://host:port`, or
 * `listen://host:port` for a module that calls us. It opens by itself, again and again.
 * @param baud counts for serial ports only
 * @throws XiaolabaError (caller) `port-unknown`
 */
export function openLine(port: string, baud: number, clock: Clock, log: AgentLog): ByteLine {
  const parts = { clock, log };
  if (/^(\/|COM\d)/.test(port)) return openSerialLine(port, baud, parts);
  const url = URL.canParse(port) ? new URL(port) : undefined;
  const address = url && hostPort(url);
  if (address && url.protocol === 'tcp:') return openTcpLine(address, parts);
  if (address && url.protocol === 'listen:') return openListeningLine(address, parts);
  throw callerError('port-unknown', 'a port is /dev/…, COM…, tcp://host:port or listen://host:port', { port });
}

/** An IPv6 address stands in brackets in a URL, and without them everywhere else. */
const hostPort = ({ hostname, port }: URL): HostPort | undefined =>
  hostname === '' || port === '' ? undefined : { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };

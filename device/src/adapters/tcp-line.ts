import { connect } from 'node:net';
import type { ByteLine } from '../peripherals/driver.js';
import { type LineParts, type OpenOnce, ReopeningLine } from './reopening-line.js';
import { socketPort } from './socket-port.js';

const connectMs = 10_000;

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** A module behind a serial-to-network box, or one with a network port of its own. We call it. */
export const openTcpLine = (address: HostPort, parts: LineParts): ByteLine =>
  new ReopeningLine(`tcp://${address.host}:${address.port}`, tcpPort(address, parts), parts);

const tcpPort =
  (address: HostPort, { clock }: LineParts): OpenOnce =>
  (events, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect(address);
      const giveUp = (): void => {
        socket.destroy(new Error('nobody wants the connection any more'));
      };
      const cancel = clock.after(connectMs, () => {
        socket.destroy(new Error(`no connection within ${connectMs} ms`));
      });
      signal.addEventListener('abort', giveUp);
      const decided = (): void => {
        cancel();
        signal.removeEventListener('abort', giveUp);
      };
      socket.on('error', (error) => {
        decided();
        reject(error);
      });
      socket.once('connect', () => {
        decided();
        resolve(socketPort(socket, events));
      });
    });

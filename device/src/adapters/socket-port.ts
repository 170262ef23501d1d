import type { Socket } from 'node:net';
import type { OpenPort, PortEvents } from './reopening-line.js';

/** A peer that vanished without a word is noticed after this and some probes of the system's. */
const keepAliveMs = 15_000;
/** A peer that has stopped reading is cut off before it fills the memory. */
const mostWaitingBytes = 256 * 1024;

/** A connected socket as an open port. */
export function socketPort(socket: Socket, { data, gone }: PortEvents): OpenPort {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
  socket.on('data', data);
  socket.on('error', gone);
  // A peer that has said its last word won't answer any more either.
  socket.on('end', () => socket.destroy());
  socket.on('close', () => gone('closed by the peer'));
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (!socket.writable) return reject(new Error('the connection is closed'));
        if (socket.writableLength + bytes.length > mostWaitingBytes)
          socket.destroy(new Error('the peer does not read'));
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    close: async () => {
      socket.destroy();
    },
  };
}

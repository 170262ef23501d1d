import type { ByteLine } from '../peripherals/driver.js';
import { type LineParts, type OpenOnce, ReopeningLine } from './reopening-line.js';

/** A module on a serial port, 8 data bits, no parity, 1 stop bit. @param path `/dev/…` or `COM…` */
export const openSerialLine = (path: string, baud: number, parts: LineParts): ByteLine =>
  new ReopeningLine(path, serialPort(path, baud), parts);

const serialPort =
  (path: string, baud: number): OpenOnce =>
  async ({ data, gone }) => {
    // Native, and of no use to a device whose modules hang on the network.
    const { SerialPort } = await import('serialport');
    const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
    port.on('error', gone);
    port.on('close', (why: unknown) => gone(why ?? 'closed'));
    // `close` tells of an unplugged port only while somebody reads it.
    port.on('data', data);
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    return {
      write: (bytes) =>
        new Promise((resolve, reject) => {
          if (!port.isOpen) reject(new Error('the port is not open'));
          else port.write(bytes, (error) => (error ? reject(error) : resolve()));
        }),
      close: () => new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve())),
    };
  };

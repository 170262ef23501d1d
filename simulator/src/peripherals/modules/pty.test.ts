import { SystemClock } from '@xiaolaba/device/adapters';
import { SerialPort } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import { DfplayerTwin } from './dfplayer.js';
import { Jq8900Twin } from './jq8900.js';
import type { ModuleTwin } from './module-twin.js';
import { openPty, servePty } from './pty.js';
import { Syn6288Twin } from './syn6288.js';
import { Xfs5152ceTwin } from './xfs5152ce.js';

const clock = new SystemClock();
const card = { tracks: [{ number: 1, durationMs: 300 }] };
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A program that knows nothing but the data sheet. */
class Terminal {
  #heard = '';
  #changed: () => void = () => {};

  private constructor(private readonly port: SerialPort) {
    port.on('data', (bytes: Buffer) => {
      this.#heard += bytes.toString('hex').toUpperCase();
      this.#changed();
    });
  }

  static async open(path: string, baudRate: number): Promise<Terminal> {
    const port = new SerialPort({ path, baudRate, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    closing.push(() => new Promise((resolve) => port.close(() => resolve())));
    return new Terminal(port);
  }

  write(hex: string): void {
    this.port.write(Buffer.from(hex, 'hex'));
  }

  /** Resolves when that is all that was heard, in this order. */
  async hears(...frames: readonly string[]): Promise<void> {
    const expected = frames.join('');
    while (this.#heard.length < expected.length) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    expect(this.#heard).toBe(expected);
    this.#heard = '';
  }
}

async function serve(twin: ModuleTwin): Promise<string> {
  const { path, close } = await servePty(twin);
  closing.push(close);
  return path;
}

describe('twins at a pseudo-terminal', () => {
  it('answer as a DFPlayer', async () => {
    const twin = new DfplayerTwin(clock, { card, bootMs: 50, replyMs: 10 });
    const terminal = await Terminal.open(await serve(twin), 9600);
    twin.setPowered(true);
    await terminal.hears('7EFF063F000002FEBAEF');
    terminal.write('7EFF060600001EFED7EF');
    terminal.write('7EFF0643000000FEB8EF');
    await terminal.hears('7EFF064300001EFE9AEF');
    // With feedback, then in the form without checksum, then with a wrong one, then a file that is not there.
    terminal.write('7EFF0642010000FEB8EF');
    await terminal.hears('7EFF0642000200FEB7EF', '7EFF0641000000FEBAEF');
    terminal.write('7EFF0648000000EF');
    await terminal.hears('7EFF0648000001FEB2EF');
    terminal.write('7EFF0648000000FEB4EF');
    await terminal.hears('7EFF0640000004FEB7EF');
    terminal.write('7EFF0612000009FEE0EF');
    await terminal.hears('7EFF0640000006FEB5EF');
    terminal.write('7EFF0603000001FEF7EF');
    await terminal.hears('7EFF063D000001FEBDEF');
    terminal.write('7EFF060A000000FEF1EF');
    await terminal.hears('7EFF064000000AFEB1EF');
    terminal.write('7EFF0642000000FEB9EF');
    await terminal.hears('7EFF0640000002FEB9EF');
  });

  it('answer as a JQ8900', async () => {
    const twin = new Jq8900Twin(clock, { card, bootMs: 0, replyMs: 5 });
    const terminal = await Terminal.open(await serve(twin), 9600);
    twin.setPowered(true);
    await clock.sleep(100);
    terminal.write('AA0100AB');
    await terminal.hears('AA010100AC');
    await clock.sleep(100);
    terminal.write('AA07020001B4');
    await clock.sleep(100);
    terminal.write('AA0100AB');
    await terminal.hears('AA010101AD');
  });

  it.each([
    ['SYN6288', new Syn6288Twin(clock, { bootMs: 50 }), 9600, 'FD000B0100D3EED2F4CCECCFC2C1', 'FD000221DE', '414E'],
    ['XFS5152CE', new Xfs5152ceTwin(clock, { bootMs: 50 }), 115_200, 'FD000A0100D3EED2F4CCECCFC2', 'FD000121', '4E'],
  ] as const)('answer as a %s', async (_name, twin, baud, speak, query, busy) => {
    const terminal = await Terminal.open(await serve(twin), baud);
    twin.setPowered(true);
    await terminal.hears('4A');
    await clock.sleep(30);
    terminal.write(speak);
    await terminal.hears('41');
    await clock.sleep(30);
    terminal.write(query);
    await terminal.hears(busy);
    await terminal.hears('4F');
  });

  it('outlive the programs that open and close them', async () => {
    const twin = new Xfs5152ceTwin(clock, { bootMs: 0 });
    const path = await serve(twin);
    twin.setPowered(true);
    const first = await Terminal.open(path, 9600);
    await first.hears('4A');
    await closing.pop()?.();
    const second = await Terminal.open(path, 9600);
    second.write('FD000121');
    await second.hears('4F');
  });

  it('are gone when they are closed', async () => {
    const { path, line, close } = await openPty();
    await close();
    await expect(line.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'line-down' });
    expect(line.isUp).toBe(false);
    await expect(Terminal.open(path, 9600)).rejects.toThrow();
  });
});

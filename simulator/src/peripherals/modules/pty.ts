import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ByteLine } from '@xiaolaba/device/peripherals';
import { worldError } from '@xiaolaba/protocol';
import type { ModuleTwin } from './module-twin.js';

export interface Pty {
  /** `/dev/pts/N`, for any program that opens a serial port. */
  readonly path: string;
  /** Our end. */
  readonly line: ByteLine;
  close(): Promise<void>;
}

const openMs = 5000;

/**
 * A pseudo-terminal, by `socat`. It ends when our pipes to it end, however this process dies.
 * @throws XiaolabaError (world) `pty` where there is no `socat` or no terminal left
 */
export async function openPty(): Promise<Pty> {
  const child = spawn('socat', ['-d', '-d', '-', 'pty,raw,echo=0'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const gone = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  let isUp = true;
  const states: ((isUp: boolean) => void)[] = [];
  void gone.then(() => {
    if (!isUp) return;
    isUp = false;
    for (const call of states) call(false);
  });
  child.stdin.on('error', () => {});
  const path = await new Promise<string>((resolve, reject) => {
    let told = '';
    const fail = (cause?: unknown): void => {
      clearTimeout(limit);
      child.kill();
      reject(worldError('pty', 'socat opens no pseudo-terminal', { told }, cause));
    };
    const limit = setTimeout(fail, openMs);
    child.on('error', fail);
    child.on('close', () => fail());
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told = (told + text).slice(-4096);
      const found = /PTY is (\S+)/.exec(told)?.[1];
      if (!found) return;
      clearTimeout(limit);
      resolve(found);
    });
  });
  // While somebody holds it, it outlives the programs that open and close it.
  const held = await open(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const close = async (): Promise<void> => {
    isUp = false;
    await held.close().catch(() => {});
    child.kill();
    await gone;
  };
  return {
    path,
    close,
    line: {
      get isUp() {
        return isUp;
      },
      onData: (call) => void child.stdout.on('data', (bytes: Buffer) => call(Uint8Array.from(bytes))),
      onState: (call) => void states.push(call),
      write: (bytes) =>
        new Promise((resolve, reject) => {
          if (!isUp) return reject(worldError('line-down', 'the pseudo-terminal is closed'));
          child.stdin.write(bytes, (cause) =>
            cause ? reject(worldError('line-down', 'the pseudo-terminal is gone', {}, cause)) : resolve(),
          );
        }),
      close,
    },
  };
}

/** Puts a twin where any program finds it. Switching it on is the caller's; a twin has one cable. */
export async function servePty(twin: ModuleTwin): Promise<{ readonly path: string; close(): Promise<void> }> {
  const { path, line, close } = await openPty();
  line.onData((bytes) => twin.receive(bytes));
  // What nobody takes is lost, as on a wire.
  twin.onSend((bytes) => void line.write(bytes).catch(() => {}));
  return { path, close };
}

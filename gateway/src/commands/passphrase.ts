import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { callerError } from '@xiaolaba/protocol';
import type { CommandIo } from '@xiaolaba/protocol/command-line';

/** Where a passphrase comes from; the options that every command with a key takes. */
export const passphraseOptions = { 'passphrase-file': { type: 'string' } } as const;

export interface PassphraseValues {
  readonly 'passphrase-file'?: string | undefined;
}

/**
 * The passphrase from `--passphrase-file` (its first line), `XIAOLABA_PASSPHRASE`, or asked for without an echo.
 * @throws XiaolabaError `file-unreadable`, `passphrase-missing` where nobody can be asked
 */
export async function passphraseFor(path: string, values: PassphraseValues, io: CommandIo): Promise<string> {
  const file = values['passphrase-file'];
  if (file !== undefined) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw callerError('file-unreadable', `cannot read ${file}`, { path: file }, cause);
    });
    return text.split(/\r?\n/)[0] ?? '';
  }
  const given = process.env['XIAOLABA_PASSPHRASE'];
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) throw callerError('passphrase-missing', 'nobody to ask for the passphrase', { path });
  io.stderr(io.language === 'en' ? `Passphrase for ${path}: ` : `${path} 的口令：`);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question('', { signal: io.signal });
  } finally {
    lines.close();
    io.stderr('\n');
  }
}

/** For a key that is made: whoever types it, types it twice. @throws XiaolabaError as `passphraseFor`; `passphrase-differs` */
export async function newPassphrase(path: string, values: PassphraseValues, io: CommandIo): Promise<string> {
  const passphrase = await passphraseFor(path, values, io);
  if ((await passphraseFor(path, values, io)) !== passphrase)
    throw callerError('passphrase-differs', 'typed differently the second time', { path });
  return passphrase;
}

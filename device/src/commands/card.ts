import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { fillCard } from '../adapters/card-files.js';
import { FileStorage } from '../adapters/file-storage.js';
import { readConfig } from '../config/config.js';
import { readIdentity } from '../enrolment/identity-file.js';
import { messages } from './messages.js';

/** `xiaolaba device card`: fills the card of an MP3 module with what the device holds. */
export async function cardCommand(args: string[], io: CommandIo): Promise<number> {
  const say = messages[io.language];
  const options = { config: { type: 'string' }, out: { type: 'string' }, json: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args, options });
  if (!values.config || !values.out) {
    io.stderr(`${say.missingOptions([values.config ? 'out' : 'config'])}\n`);
    return 2;
  }
  const config = await readConfig(values.config);
  const identity = await readIdentity(config.identity);
  const blobPath = (sha256: string): string => join(config.data, 'blobs', sha256);
  const filled = await fillCard(new FileStorage(config.data), identity, blobPath, values.out);
  io.stdout(values.json ? `${JSON.stringify(filled)}\n` : `${say.cardFilled(filled)}\n`);
  return 0;
}

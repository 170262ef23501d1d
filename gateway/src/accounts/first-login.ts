import { open, rm } from 'node:fs/promises';
import type { Accounts } from './accounts.js';

/**
 * Where there is no account yet, writes the link that makes the first administrator to a file that only its owner
 * reads; where there are, sees to it that no such file is left. @returns the link, to be shown on the console
 */
export async function offerFirstLogin(
  accounts: Accounts,
  path: string,
  addressOf: (secret: string) => string,
): Promise<string | undefined> {
  await rm(path, { force: true });
  if ((await accounts.all()).length > 0) return undefined;
  const link = addressOf((await accounts.firstLink()).secret);
  const file = await open(path, 'wx', 0o600);
  await file.writeFile(`${link}\n`);
  await file.sync();
  await file.close();
  return link;
}

import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A user as the system's own tables have it. */
export interface Account {
  readonly uid: number;
  readonly gids: ReadonlySet<number>;
}

/** Where users and groups are told: `/etc`, or another folder with the same two files. */
export async function readAccount(user: string, folder = '/etc'): Promise<Account | undefined> {
  const [users, groups] = await Promise.all([table(`${folder}/passwd`), table(`${folder}/group`)]);
  const entry = users.find(([name]) => name === user);
  if (!entry) return;
  const member = groups.filter((group) => group[3]?.split(',').includes(user)).map((group) => Number(group[2]));
  return { uid: Number(entry[2]), gids: new Set([Number(entry[3]), ...member]) };
}

export async function groupExists(group: string, folder = '/etc'): Promise<boolean> {
  return (await table(`${folder}/group`)).some(([name]) => name === group);
}

async function table(path: string): Promise<string[][]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').map((line) => line.split(':'));
}

const bits = { read: 4, write: 2, enter: 1 } as const;

/** Whether the account may do that with the path, by owner, group and mode. Access lists are not looked at. */
export async function mayUse(
  account: Account,
  path: string,
  ...wants: readonly (keyof typeof bits)[]
): Promise<'yes' | 'no' | 'missing'> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const state = await allows(account, folder, bits.enter);
    if (state !== 'yes') return state;
    if (folder === dirname(folder)) break;
  }
  return allows(
    account,
    path,
    wants.reduce((mask, want) => mask | bits[want], 0),
  );
}

async function allows({ uid, gids }: Account, path: string, mask: number): Promise<'yes' | 'no' | 'missing'> {
  try {
    const { mode, uid: owner, gid } = await stat(path);
    if (uid === 0) return 'yes';
    const shift = owner === uid ? 6 : gids.has(gid) ? 3 : 0;
    return ((mode >> shift) & mask) === mask ? 'yes' : 'no';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'no';
  }
}

import { isAbsolute, join, relative } from 'node:path';
import type { DeviceConfig } from '../config/config.js';
import { type Account, groupExists, mayUse } from './account.js';

/** What would keep the service from running; `hint` is a command that mends it, where there is one. */
export interface InstallProblem {
  readonly code:
    | 'user-missing'
    | 'group-missing'
    | 'path-relative'
    | 'path-temporary'
    | 'path-missing'
    | 'path-unreadable'
    | 'data-unwritable'
    | 'outside-data'
    | 'program-missing';
  readonly what: string;
  readonly path?: string;
  readonly hint?: string;
}

export interface InstallPaths {
  readonly config: string;
  readonly node: string;
  readonly program: string;
  /** Folders of which the service sees its own; those of the system unless others are named. */
  readonly temporary?: readonly string[];
}

/** Where systemd looks for programs (systemd.exec(5), `$PATH`). */
const programFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const temporaryFolders = ['/tmp', '/var/tmp'];
const homes = ['/home', '/root', '/run/user'];

const isBelow = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
};

export const isInHome = (path: string): boolean => homes.some((folder) => isBelow(path, folder));

/** Serial devices that the configuration names. */
export const serialPorts = (config: DeviceConfig): string[] => {
  const { sound, sign, position, terminal, lock, board } = config;
  return [sound, sign, position, terminal, lock, board].flatMap((part) =>
    part && 'port' in part && part.port.startsWith('/') ? [part.port] : [],
  );
};

/** Everything that would keep the service from running, not only the first. */
export async function installProblems(
  config: DeviceConfig,
  paths: InstallPaths,
  user: string,
  account: Account | undefined,
): Promise<InstallProblem[]> {
  const problems: InstallProblem[] = [];
  const { data, identity, gateway, sound } = config;
  if (!account) {
    const hint = `sudo useradd --system --home-dir ${data} --shell /usr/sbin/nologin ${user}`;
    problems.push({ code: 'user-missing', what: user, hint });
  }
  const groups = [...(serialPorts(config).length > 0 ? ['dialout'] : []), ...(sound?.kind === 'alsa' ? ['audio'] : [])];
  for (const group of groups) {
    if (!(await groupExists(group)))
      problems.push({ code: 'group-missing', what: group, hint: `sudo groupadd --system ${group}` });
  }
  const reads = { config: paths.config, identity, ...(gateway.ca ? { 'gateway.ca': gateway.ca } : {}) };
  const programs = { node: paths.node, program: paths.program };
  for (const [what, path] of Object.entries({ ...programs, ...reads, data })) {
    const place = placeProblem(what, path, paths.temporary ?? temporaryFolders);
    if (place) problems.push(place);
    else if (account) problems.push(...(await accessProblem(account, user, what, path)));
  }
  if (sound?.kind === 'file' && !isBelow(sound.path, data))
    problems.push({ code: 'outside-data', what: 'sound.path', path: sound.path });
  const needs = ['systemd-notify', ...(sound && ['alsa', 'null', 'file'].includes(sound.kind) ? ['ffmpeg'] : [])];
  for (const program of needs)
    if (!(await isProgram(program))) problems.push({ code: 'program-missing', what: program });
  return problems;
}

/** The service has other ideas than a shell of where it starts, and sees other temporary folders. */
function placeProblem(what: string, path: string, temporary: readonly string[]): InstallProblem | undefined {
  if (!isAbsolute(path)) return { code: 'path-relative', what, path };
  if (temporary.some((folder) => isBelow(path, folder))) return { code: 'path-temporary', what, path };
  return;
}

async function accessProblem(account: Account, user: string, what: string, path: string): Promise<InstallProblem[]> {
  const isData = what === 'data';
  const state = isData
    ? await mayUse(account, path, 'read', 'write', 'enter')
    : await mayUse(account, path, 'read', ...(what === 'node' ? (['enter'] as const) : []));
  if (state === 'yes') return [];
  if (state === 'missing') {
    const hint = isData ? `sudo install -d -o ${user} -m 700 ${path}` : undefined;
    return [{ code: 'path-missing', what, path, ...(hint ? { hint } : {}) }];
  }
  if (isData) return [{ code: 'data-unwritable', what, path, hint: `sudo chown -R ${user} ${path}` }];
  return [
    { code: 'path-unreadable', what, path, ...(what === 'identity' ? { hint: `sudo chown ${user} ${path}` } : {}) },
  ];
}

async function isProgram(name: string): Promise<boolean> {
  const anybody: Account = { uid: -1, gids: new Set() };
  for (const folder of programFolders) {
    if ((await mayUse(anybody, join(folder, name), 'read', 'enter')) === 'yes') return true;
  }
  return false;
}

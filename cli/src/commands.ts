import type { CommandSpec } from '@xiaolaba/protocol/command-line';

/** How the commands of each package are loaded, by its name. */
export type CommandPackages = Readonly<Record<string, () => Promise<{ readonly commands: readonly CommandSpec[] }>>>;

/** Who may bring commands; a device has no gateway beside it, and a gateway no simulator. */
export const knownPackages: CommandPackages = {
  '@xiaolaba/gateway': () => import('@xiaolaba/gateway/commands'),
  '@xiaolaba/device': () => import('@xiaolaba/device/commands'),
  '@xiaolaba/simulator': () => import('@xiaolaba/simulator/commands'),
};

export interface FoundCommands {
  readonly commands: readonly CommandSpec[];
  /** Packages that are not installed here. */
  readonly missing: readonly string[];
}

const isAbsent = (error: unknown, name: string): boolean => {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && String(message).includes(`'${name}`);
};

/** The commands of the packages that are installed. A package that is there but broken is an error. */
export async function findCommands(packages: CommandPackages): Promise<FoundCommands> {
  const commands: CommandSpec[] = [];
  const missing: string[] = [];
  for (const [name, load] of Object.entries(packages)) {
    try {
      commands.push(...(await load()).commands);
    } catch (error) {
      if (!isAbsent(error, name)) throw error;
      missing.push(name);
    }
  }
  return { commands, missing };
}

import { XiaolabaError } from '@xiaolaba/protocol';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { type CommandPackages, findCommands, knownPackages } from './commands.js';
import { explain, isSystemError } from './error-messages.js';
import { languageOf } from './language.js';
import { texts } from './messages.js';

/** Where a command line runs: its streams and its environment. */
export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends a command that runs until it is told to stop; SIGINT and SIGTERM do where none is given. */
  readonly signal?: AbortSignal;
}

const processTerminal: Terminal = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  environment: process.env,
};

/** Runs one command line. @returns the exit code: 0 done, 1 found something wrong, 2 called wrongly, 3 the outside world failed */
export async function main(
  argv: readonly string[],
  terminal: Terminal = processTerminal,
  packages: CommandPackages = knownPackages,
): Promise<number> {
  const { language, rest } = languageOf(argv, terminal.environment);
  const ending = new AbortController();
  const end = () => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const { stdout, stderr } = terminal;
  try {
    return await run(packages, rest, { stdout, stderr, language, signal: terminal.signal ?? ending.signal });
  } catch (error) {
    const t = texts[language];
    if (isArgumentError(error)) {
      stderr(t.badArguments(explain(error, language).reason));
      return 2;
    }
    const { code, reason } = explain(error, language);
    stderr(t.failed(code, reason));
    if (code === 'internal' && error instanceof Error) stderr(`${error.stack}\n`);
    return isSystemError(error) || (error instanceof XiaolabaError && error.family === 'world') ? 3 : 1;
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

async function run(packages: CommandPackages, [name, ...args]: readonly string[], io: CommandIo): Promise<number> {
  const t = texts[io.language];
  const { commands, missing } = await findCommands(packages);
  const find = (wanted: string) => commands.find((command) => command.name === wanted);
  const unknown = (wanted: string): number => {
    io.stderr(t.unknownCommand(wanted, missing));
    return 2;
  };
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const [wanted] = args;
    if (wanted === undefined || wanted.startsWith('-')) io.stdout(t.overview(commands, missing));
    else {
      const command = find(wanted);
      if (!command) return unknown(wanted);
      io.stdout(t.usage(command));
    }
    return 0;
  }
  const command = find(name);
  if (!command) return unknown(name);
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout(t.usage(command));
    return 0;
  }
  return await command.run(args, io);
}

/** What `node:util` parseArgs throws at a wrong option. */
const isArgumentError = (error: unknown): boolean =>
  error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');

import { errorCode, errorText, XiaolabaError } from '@xiaolaba/protocol';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { findCommands } from './commands.js';
import { languageOf } from './language.js';
import { texts } from './messages.js';

/** Runs one command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  const { language, rest } = languageOf(argv, process.env);
  const t = texts[language];
  const ending = new AbortController();
  const end = () => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const io: CommandIo = {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    language,
    signal: ending.signal,
  };
  try {
    const [name, ...args] = rest;
    const { commands, missing } = await findCommands();
    if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
      const wanted = commands.find((command) => command.name === args[0]);
      io.stdout(wanted ? t.usage(wanted) : t.overview(commands, missing));
      return 0;
    }
    const command = commands.find((candidate) => candidate.name === name);
    if (!command) {
      io.stderr(t.unknownCommand(name, missing));
      return 2;
    }
    if (args.includes('--help') || args.includes('-h')) {
      io.stdout(t.usage(command));
      return 0;
    }
    return await command.run(args, io);
  } catch (error) {
    if (isArgumentError(error)) {
      io.stderr(t.badArguments(errorText(error)));
      return 2;
    }
    io.stderr(t.failed(errorCode(error), errorText(error)));
    if (errorCode(error) === 'internal' && error instanceof Error) io.stderr(`${error.stack}\n`);
    return error instanceof XiaolabaError && error.family === 'world' ? 3 : 1;
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/** What `node:util` parseArgs throws at a wrong option. */
const isArgumentError = (error: unknown): boolean =>
  error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');

import type { CommandIo } from '@xiaolaba/protocol/command-line';
import type { ContentProblemView } from '../api/contract.js';
import { GatewayRefusal } from './connection.js';

export const tellProblems = (problems: readonly ContentProblemView[], io: CommandIo): void => {
  for (const { message } of problems) io.stderr(`${io.language === 'en' ? message.en : message.zh}\n`);
};

/** Tells field by field what the gateway refused, where it says so; the refusal itself is passed on. */
export async function tellingProblems<Result>(io: CommandIo, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GatewayRefusal) {
      const { problems } = error.answer.details;
      if (Array.isArray(problems)) tellProblems(problems as ContentProblemView[], io);
    }
    throw error;
  }
}

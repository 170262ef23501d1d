import { callerError } from '@xiaolaba/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ContentProblem, formatProblem, problemSentence } from '../content/index.js';
import { DraftRefused } from '../desk/drafts.js';
import type { ContentProblemView } from './desk-contract.js';
import { problemText } from './messages.js';

export const problemView = (problem: ContentProblem): ContentProblemView => {
  const { severity, code, file, field, details } = problem;
  const message = { zh: formatProblem(problem, 'zh-CN'), en: formatProblem(problem, 'en') };
  const sentence = { zh: problemSentence(problem, 'zh-CN'), en: problemSentence(problem, 'en') };
  return { severity, code, file, ...(field === undefined ? {} : { field }), message, sentence, details };
};

/** Lets what a document is refused for reach the caller, each problem with its field and in both languages. */
export async function tellingProblems<T>(reply: FastifyReply, work: () => Promise<T>): Promise<T | FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DraftRefused)) throw error;
    return refuse(reply, error.problems);
  }
}

export function refuse(reply: FastifyReply, found: readonly ContentProblem[]): FastifyReply {
  const problems = found.map(problemView);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const message = problemText('content-refused', { errors });
  return reply.status(422).send({ code: 'content-refused', message, details: { problems } });
}

const machine = 'machine';

/** Who asks: the account of a session, or `machine` for whoever holds the token. */
export function authorOf(request: FastifyRequest): string {
  const { actor } = request as { actor?: { readonly kind: string; readonly account?: { readonly id: string } } };
  return actor?.account?.id ?? machine;
}

/** The account behind a request, if it is one: whoever holds the token of this machine has none. */
export const accountsOf = (request: FastifyRequest): string[] => {
  const author = authorOf(request);
  return author === machine ? [] : [author];
};

/** The version that a change builds on. @throws XiaolabaError `version-malformed` */
export function versionIn(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) return undefined;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header)?.[1];
  if (version === undefined) throw callerError('version-malformed', 'If-Match names a version', {});
  return Number(version);
}

import type { z } from 'zod';
import { isProblemCode, type ProblemCode } from './messages.js';
import type { ContentProblem } from './model.js';

/** Collects what is wrong, file by file. */
export class Problems {
  readonly list: ContentProblem[] = [];

  error(
    file: string,
    code: ProblemCode,
    details: ContentProblem['details'] = {},
    where: { line?: number; field?: string } = {},
  ): void {
    this.list.push({ file, code, severity: 'error', details, ...where });
  }

  warning(
    file: string,
    code: ProblemCode,
    details: ContentProblem['details'] = {},
    where: { line?: number; field?: string } = {},
  ): void {
    this.list.push({ file, code, severity: 'warning', details, ...where });
  }

  /** Takes over what a schema found. */
  issues(
    file: string,
    issues: readonly z.core.$ZodIssue[],
    lineOf: (path: readonly PropertyKey[]) => number | undefined,
  ): void {
    for (const issue of issues) {
      if (issue.code === 'invalid_union' && issue.errors.length > 0 && issue.path.at(-1) !== 'days') {
        this.issues(
          file,
          (issue.errors[0] ?? []).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
          lineOf,
        );
        continue;
      }
      const line = lineOf(issue.path);
      const where = { field: issue.path.join('.') || '(root)', ...(line === undefined ? {} : { line }) };
      const { code, details } = meaningOf(issue);
      this.error(file, code, details, where);
    }
  }
}

function meaningOf(issue: z.core.$ZodIssue): { code: ProblemCode; details: ContentProblem['details'] } {
  switch (issue.code) {
    case 'unrecognized_keys':
      return { code: 'field-unknown', details: { names: issue.keys.join(', ') } };
    case 'invalid_type':
      return issue.input === undefined
        ? { code: 'field-missing', details: {} }
        : { code: 'field-type', details: { expected: issue.expected } };
    case 'invalid_value':
      return { code: 'field-choice', details: { choices: issue.values.map(String).join(', ') } };
    case 'invalid_union':
      return {
        code: 'field-choice',
        details: { choices: 'every-day, workdays, rest-days, holidays, school-days, [mon, tue, …]' },
      };
    case 'too_small':
      if (isPosition(issue)) return { code: 'position-outside', details: {} };
      return { code: 'field-too-small', details: { limit: Number(issue.minimum) } };
    case 'too_big':
      if (isPosition(issue)) return { code: 'position-outside', details: {} };
      return { code: 'field-too-large', details: { limit: Number(issue.maximum) } };
    default:
      // The schemas of content files name the code in place of zod's sentence.
      if (isProblemCode(issue.message)) return { code: issue.message, details: {} };
      return { code: 'field-format', details: {} };
  }
}

const isPosition = ({ path }: z.core.$ZodIssue): boolean => path[0] === 'longitude' || path[0] === 'latitude';

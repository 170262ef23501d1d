import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { decodeText } from './decode-text.js';
import { columnNames } from './file-schemas.js';
import type { Problems } from './problems.js';

export interface Row<T> {
  readonly line: number;
  readonly value: T;
}

/** Reads the rows of a table, telling every cell that is wrong; rows with errors are left out. */
export function parseTable<S extends z.ZodObject>(
  file: string,
  bytes: Uint8Array,
  schema: S,
  problems: Problems,
): Row<z.output<S>>[] {
  const text = decodeText(bytes);
  if (text === undefined) {
    problems.error(file, 'encoding-unknown');
    return [];
  }
  let records: { record: Record<string, string>; info: { lines: number } }[] = [];
  let header: string[] = [];
  let failure: { reason: string; line?: number } | undefined;
  try {
    records = parse(text, {
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      columns: (cells: string[]) => {
        header = cells.map((cell) => columnNames[cell] ?? cell);
        return header;
      },
    }) as unknown as typeof records;
  } catch (error) {
    const { lines } = error as { lines?: number };
    failure = { reason: error instanceof Error ? error.message : String(error), ...(lines ? { line: lines } : {}) };
  }
  // A wrong header makes rows wrong too: it is what to tell first.
  if (!checkHeader(file, header, schema, failure === undefined, problems)) return [];
  if (failure) {
    const { reason, ...where } = failure;
    problems.error(file, 'csv-syntax', { reason }, where);
    return [];
  }
  return records.flatMap(({ record, info }) => {
    const result = schema.safeParse(withoutGuards(record));
    if (result.success) return [{ line: info.lines, value: result.data }];
    problems.issues(
      file,
      result.error.issues.map((issue) => emptyIsMissing(issue, record)),
      () => info.lines,
    );
    return [];
  });
}

/** Tells what is wrong with the first line; false where the rows then mean nothing. */
function checkHeader(
  file: string,
  header: readonly string[],
  schema: z.ZodObject,
  wholeFile: boolean,
  problems: Problems,
): boolean {
  if (header.length === 0) {
    if (wholeFile) problems.error(file, 'csv-empty');
    return !wholeFile;
  }
  const known = Object.keys(schema.shape);
  const repeated = header.filter((name, index) => header.indexOf(name) < index);
  const missing = known.filter((name) => !header.includes(name) && !schema.shape[name]?.safeParse('').success);
  const unknown = header.filter((name) => !known.includes(name));
  const names = (list: readonly string[]) => ({ names: [...new Set(list)].join(', ') });
  if (repeated.length > 0) problems.error(file, 'columns-repeated', names(repeated), { line: 1 });
  if (missing.length > 0) problems.error(file, 'columns-missing', names(missing), { line: 1 });
  if (unknown.length > 0) problems.error(file, 'columns-unknown', names(unknown), { line: 1 });
  return repeated.length === 0 && missing.length === 0;
}

/** A program that guards against formulas puts an apostrophe before such a cell; it is no part of the value. */
function withoutGuards(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, cell]) => [name, cell.replace(/^'(?=[=+\-@])/, '')]));
}

/** An empty cell was not filled in, whatever rule it breaks. */
function emptyIsMissing(issue: z.core.$ZodIssue, record: Record<string, string>): z.core.$ZodIssue {
  const [column] = issue.path;
  if (typeof column !== 'string' || record[column] !== '') return issue;
  return { code: 'invalid_type', expected: 'string', input: undefined, path: issue.path, message: '' };
}

export async function readTable<S extends z.ZodObject>(
  path: string,
  file: string,
  schema: S,
  problems: Problems,
): Promise<Row<z.output<S>>[]> {
  try {
    return parseTable(file, await readFile(path), schema, problems);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) problems.error(file, 'file-missing', { name: file });
    else problems.error(file, 'file-unreadable', { reason: error instanceof Error ? error.message : String(error) });
    return [];
  }
}

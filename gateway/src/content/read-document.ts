import { readFile } from 'node:fs/promises';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Problems } from './problems.js';

export interface ReadDocument<T> {
  readonly file: string;
  readonly value: T;
  /** Line of a field, counted from 1. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/** Reads a YAML file against its schema, telling every problem with its line. */
export async function readDocument<S extends z.ZodType>(
  path: string,
  file: string,
  schema: S,
  problems: Problems,
): Promise<ReadDocument<z.output<S>> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) problems.error(file, 'file-missing', { name: file });
    else problems.error(file, 'file-unreadable', { reason: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, strict: true, uniqueKeys: true });
  if (document.errors.length > 0) {
    for (const error of document.errors.slice(0, 5)) {
      problems.error(
        file,
        'yaml-syntax',
        { reason: error.message.split('\n')[0] ?? '' },
        { line: counter.linePos(error.pos[0]).line },
      );
    }
    return undefined;
  }
  // The field itself may be absent: then the nearest thing around it tells where it belongs.
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return counter.linePos(node.range[0]).line;
    }
    return undefined;
  };
  const result = schema.safeParse(document.toJS({ maxAliasCount: 100 }), { reportInput: true });
  if (!result.success) {
    problems.issues(file, result.error.issues, lineOf);
    return undefined;
  }
  return { file, value: result.data, lineOf };
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { decodeText } from './decode-text.js';
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
  let text: string | undefined;
  try {
    text = decodeText(await readFile(path));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) problems.error(file, 'file-missing', { name: file });
    else problems.error(file, 'file-unreadable', { reason: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
  if (text === undefined) {
    problems.error(file, 'encoding-unknown');
    return undefined;
  }
  return parseText(text, file, schema, problems);
}

/** The same for a text that is there already; JSON is YAML too. */
export function parseText<S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
  problems: Problems,
): ReadDocument<z.output<S>> | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    logLevel: 'error',
    strict: true,
    uniqueKeys: true,
  });
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
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Aliases that stand for more aliases, without end.
    problems.error(file, 'yaml-syntax', { reason: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
  const result = schema.safeParse(content, { reportInput: true });
  if (!result.success) {
    problems.issues(file, result.error.issues, lineOf);
    return undefined;
  }
  return { file, value: result.data, lineOf };
}

/** YAML files of a folder of the content directory, by name; none where there is no such folder. */
export async function yamlFiles(directory: string, folder: string): Promise<string[]> {
  const names = await readdir(join(directory, folder)).catch(() => [] as string[]);
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

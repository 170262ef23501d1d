import type { Campaign } from '../content/index.js';
import { bodyOf, hashOf } from './draft-bodies.js';

export interface DeskRow {
  readonly id: string;
  readonly body: string;
  readonly base: string | null;
}

/**
 * Whose word stands where desk and files both have a campaign. `same`: they agree. `files`: only the file has changed since
 * they did. `desk`: only the desk has. `conflict`: both have, or they never agreed.
 */
export type Outcome = 'same' | 'files' | 'desk' | 'conflict';

export function outcomeOf(file: Campaign, row: DeskRow): Outcome {
  const body = bodyOf(file);
  if (body === row.body) return 'same';
  if (row.base === null) return 'conflict';
  if (hashOf(row.body) === row.base) return 'files';
  return hashOf(body) === row.base ? 'desk' : 'conflict';
}

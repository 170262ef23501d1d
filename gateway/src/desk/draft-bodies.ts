import { sha256 } from '@xiaolaba/protocol/node';
import { type Campaign, type CampaignFile, campaignFrom, fileFrom } from '../content/index.js';

/** The one way in which a campaign is written down: equal campaigns have equal bodies, wherever they come from. */
export const bodyOf = (campaign: Campaign): string => JSON.stringify(fileFrom(campaign));

export const fileOf = (body: string): CampaignFile => JSON.parse(body) as CampaignFile;
export const campaignOf = (body: string): Campaign => campaignFrom(fileOf(body));
export const hashOf = (body: string): string => sha256(Buffer.from(body));

export interface FieldChange {
  /** Such as `items.0.text`. */
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What differs between two documents, leaf by leaf; lists whose entries have ids are held against each other by id. */
export function changedFields(from: unknown, to: unknown, field = ''): FieldChange[] {
  if (!isTree(from) || !isTree(to) || Array.isArray(from) !== Array.isArray(to)) {
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    return [{ field, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  }
  const [before, after] = [keyed(from), keyed(to)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    changedFields(before[key], after[key], field === '' ? key : `${field}.${key}`),
  );
}

function keyed(tree: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(tree)) return tree;
  const name = (entry: unknown, index: number) =>
    isTree(entry) && typeof (entry['id'] ?? entry['dialect']) === 'string'
      ? String(entry['id'] ?? entry['dialect'])
      : String(index);
  return Object.fromEntries(tree.map((entry, index) => [name(entry, index), entry]));
}

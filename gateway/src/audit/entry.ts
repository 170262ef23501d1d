import { sha256 } from '@xiaolaba/protocol/node';
import type { AuditTable } from '../store/index.js';

/** What an entry may say beyond who, what and when: plain values, never a secret. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** The hash before the first entry. */
export const noHash = '0'.repeat(64);

/** JSON with the names sorted by code unit and no blanks: one text for one value, whoever writes it. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${canonicalJson(one)}`).join(',')}}`;
}

/** The hash of an entry: over everything it says, and over the hash of the one before. */
export function hashOf({ hash: _, ...said }: AuditTable): string {
  return sha256(Buffer.from(canonicalJson(said)));
}

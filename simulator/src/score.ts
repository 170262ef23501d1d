import { createHash } from 'node:crypto';
import type { MissCause } from '@xiaolaba/protocol';
import type { TrueSlot } from './truth.js';

/** What scoring reads of a ledger entry; the API says more. */
export interface LedgerEntry {
  readonly id: string;
  readonly place: string;
  readonly device?: string;
  readonly campaign: string;
  readonly cue: string;
  readonly output: string;
  readonly dueAt: number;
  readonly startAt?: number;
  readonly endAt: number;
  readonly trigger?: string;
  readonly status: string;
  readonly cause?: string;
}

export interface CauseScore {
  /** Of the slots that the ledger blames on it, those that truly were. 1 where there is none. */
  readonly precision: number;
  /** Of the slots that truly were, those that the ledger blames on it. 1 where there is none. */
  readonly recall: number;
}

export interface Disagreement {
  readonly key: string;
  readonly place: string;
  readonly truth: string;
  readonly ledger: string;
}

export interface Score {
  readonly causes: Readonly<Record<string, CauseScore>>;
  /** Slots that only one of the two knows, or about which they differ. */
  readonly disagreements: readonly Disagreement[];
}

/** Causes that a score always names, whether or not the day had them. */
const scoredCauses: readonly MissCause[] = [
  'offline',
  'not-delivered',
  'bad-file',
  'clock',
  'pre-empted',
  'silent',
  'no-permission',
  'no-visit',
  'unknown',
];

const told = (slot: { readonly status: string; readonly cause?: string | undefined } | undefined): string =>
  slot ? [slot.status, slot.cause].filter(Boolean).join(' ') : 'none';

/**
 * Whether the two say the same. How much of a play came out before a plug was pulled nobody can report: for that the
 * cause alone has to agree.
 */
function agree(real: TrueSlot | undefined, said: LedgerEntry | undefined): boolean {
  if (real?.cause === 'offline' && said?.cause === 'offline') return true;
  return told(real) === told(said);
}

/** Holds the ledger against the truth, slot by slot. */
export function score(truth: readonly TrueSlot[], ledger: readonly LedgerEntry[]): Score {
  const trueById = new Map(truth.map((slot) => [slot.id, slot]));
  const toldById = new Map(ledger.map((slot) => [slot.id, slot]));
  const blamed = new Map<string, { both: number; told: number; true: number }>();
  const count = (cause: string) => {
    const found = blamed.get(cause) ?? { both: 0, told: 0, true: 0 };
    blamed.set(cause, found);
    return found;
  };
  const disagreements: Disagreement[] = [];
  for (const id of new Set([...trueById.keys(), ...toldById.keys()])) {
    const real = trueById.get(id);
    const said = toldById.get(id);
    if (real?.cause) count(real.cause).true++;
    if (said?.cause) count(said.cause).told++;
    if (real?.cause && real.cause === said?.cause) count(real.cause).both++;
    if (!agree(real, said)) {
      disagreements.push({
        key: real?.key ?? id,
        place: real?.place ?? said?.place ?? '',
        truth: told(real),
        ledger: told(said),
      });
    }
  }
  const causes: Record<string, CauseScore> = {};
  for (const cause of scoredCauses) {
    const { both, told: said, true: real } = count(cause);
    causes[cause] = { precision: said === 0 ? 1 : both / said, recall: real === 0 ? 1 : both / real };
  }
  return { causes, disagreements };
}

/** One hash over lines in any order: equal in two runs that came out alike. */
export function digestOf(lines: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const line of [...lines].sort()) hash.update(`${line}\n`);
  return hash.digest('hex');
}

export const truthLine = (slot: TrueSlot): string => `${slot.key} ${slot.status} ${slot.cause ?? ''}`;

/** As `truthLine` for the same slot: without ids that hold the hash of a signature. */
export function ledgerLine(entry: LedgerEntry): string {
  const who = entry.trigger === 'stop-arrival' ? `stop ${entry.place.replace(/^site\//, '')}` : (entry.device ?? '');
  return `${who} ${entry.campaign} ${entry.cue} ${entry.output} ${entry.dueAt} ${entry.status} ${entry.cause ?? ''}`;
}

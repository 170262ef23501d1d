import {
  chainNext,
  type JournalRecord,
  journalRecordSchema,
  type PlayRecord,
  playRecordSchema,
  sha256Schema,
} from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import { z } from 'zod';

/*
 * A journal file is lines of text. `#` begins the head: from which record on this file holds, and the chain
 * value before it. `>` marks a play that has begun. Anything else is a record, byte for byte as it will be sent.
 */

/** A place in a boot's chain: the number of the last record, and the chain value after it. */
export interface ChainPoint {
  readonly seq: number;
  readonly chain: string;
}

/** A play record that has no number yet. */
export type PlayDraft = Omit<PlayRecord, 'seq'>;

const headSchema = z.strictObject({ seq: z.number().int().min(0), chain: sha256Schema });
const draftSchema = playRecordSchema.omit({ seq: true });

export const headLine = (base: ChainPoint): string => `#${JSON.stringify({ seq: base.seq, chain: base.chain })}`;
export const markerLine = (draft: PlayDraft): string => `>${JSON.stringify(draft)}`;

/** Which play a marker and its record belong to. */
export const playKey = (play: Pick<PlayRecord, 'release' | 'cue' | 'dueAt' | 'output'>): string =>
  `${play.release}/${play.cue}/${play.dueAt}/${play.output}`;

export interface JournalEntry {
  readonly line: string;
  /** Chain value after this line. */
  readonly chain: string;
}

export interface ParsedJournal {
  readonly base: ChainPoint;
  readonly entries: readonly JournalEntry[];
  readonly plays: readonly PlayRecord[];
  /** Plays that began and have no record. */
  readonly open: readonly PlayDraft[];
  /** Whether all bytes made sense; if not, the file must be written anew before anything is appended. */
  readonly whole: boolean;
}

const text = new TextDecoder();

/** Reads what a boot left. A torn last line (no newline) never counts, however complete it looks. */
export function parseJournal(bytes: Uint8Array, start: ChainPoint): ParsedJournal {
  const lines = text.decode(bytes).split('\n');
  let whole = lines.pop() === '';
  let base = start;
  let { chain } = start;
  const entries: JournalEntry[] = [];
  const plays: PlayRecord[] = [];
  const open = new Map<string, PlayDraft>();
  for (const line of lines) {
    try {
      if (line.startsWith('#')) {
        base = headSchema.parse(JSON.parse(line.slice(1)));
        chain = base.chain;
        entries.length = 0;
      } else if (line.startsWith('>')) {
        const draft = draftSchema.parse(JSON.parse(line.slice(1)));
        open.set(playKey(draft), draft);
      } else {
        const record: JournalRecord = journalRecordSchema.parse(JSON.parse(line));
        if (record.seq !== base.seq + entries.length + 1) throw new RangeError(`seq ${record.seq}`);
        chain = chainNext(sha256, chain, line);
        entries.push({ line, chain });
        if (record.kind === 'play') {
          open.delete(playKey(record));
          plays.push(record);
        }
      }
    } catch {
      // A flash page gone bad: what follows can't be numbered any more.
      whole = false;
      break;
    }
  }
  return { base, entries, plays, open: [...open.values()], whole };
}

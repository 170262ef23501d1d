import { errorCode } from './errors.js';
import { decodeMessage, type JsonLimits } from './json.js';
import {
  chainNext,
  type JournalRecord,
  journalRecordSchema,
  maxRecordBytes,
  type RecordBatch,
  type Sha256,
} from './play-record.js';

export interface ReadRecord {
  readonly seq: number;
  readonly line: string;
  readonly record: JournalRecord;
}

/** A line that is no record. It stays in the chain, and the lines around it count all the same. */
export interface RejectedLine {
  readonly seq: number;
  readonly line: string;
  /** `message-*` as `decodeMessage`, or `record-sequence` where the line bears another number than its place. */
  readonly code: string;
}

export interface ReadBatch {
  readonly accepted: readonly ReadRecord[];
  readonly rejected: readonly RejectedLine[];
  /** Number of the record after the last line. */
  readonly next: number;
  /** Chain value after the last line. */
  readonly chain: string;
}

const recordLimits: JsonLimits = { maxBytes: maxRecordBytes, maxDepth: 6 };
const encoder = new TextEncoder();

/** Reads a batch whose envelope has been verified; a bad line never blocks the rest. */
export function readBatch(sha256: Sha256, batch: RecordBatch): ReadBatch {
  const accepted: ReadRecord[] = [];
  const rejected: RejectedLine[] = [];
  let { chain } = batch;
  for (const [index, line] of batch.lines.entries()) {
    const seq = batch.first + index;
    chain = chainNext(sha256, chain, line);
    try {
      const record = decodeMessage(journalRecordSchema, encoder.encode(line), recordLimits);
      if (record.seq === seq) accepted.push({ seq, line, record });
      else rejected.push({ seq, line, code: 'record-sequence' });
    } catch (error) {
      rejected.push({ seq, line, code: errorCode(error) });
    }
  }
  return { accepted, rejected, next: batch.first + batch.lines.length, chain };
}

import {
  callerError,
  chainNext,
  chainStart,
  decodeMessage,
  type JournalRecord,
  journalRecordSchema,
  openEnvelope,
  type PublicKey,
  type RecordBatch,
  recordBatchSchema,
} from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';

const encoder = new TextEncoder();
const batchLimits = { maxBytes: 256 * 1024, maxDepth: 4 };
const lineLimits = { maxBytes: 2048, maxDepth: 6 };

/** Opens a batch that this device's own key has signed. @throws XiaolabaError as `openEnvelope` and `decodeMessage`, `batch-foreign` */
export function openBatch(device: string, key: PublicKey | undefined, bytes: Uint8Array): RecordBatch {
  if (!key) throw callerError('device-unknown', `no key for ${device}`, { device });
  const { payload } = openEnvelope('records', bytes, [key], verify, 1, batchLimits);
  const batch = decodeMessage(recordBatchSchema, payload, batchLimits);
  if (batch.device !== device)
    throw callerError('batch-foreign', `a batch of ${batch.device}`, { device: batch.device });
  return batch;
}

export interface ChainState {
  readonly upTo: number;
  readonly chain: string;
}

export interface TakenBatch {
  readonly state: ChainState;
  readonly records: readonly { readonly seq: number; readonly line: string; readonly record: JournalRecord }[];
  /** Lines that are no record: they count as taken, so that they don't block what follows. */
  readonly bad: readonly { readonly line: string; readonly error: unknown }[];
}

/**
 * What is new in a batch, given how far this boot's chain has come. What was taken before is skipped, but it
 * must hash to the same chain. @throws XiaolabaError `batch-gap`, `chain-broken`
 */
export function takeBatch(batch: RecordBatch, known: ChainState | undefined): TakenBatch {
  const start = chainStart(sha256, batch.device, batch.boot);
  const upTo = known?.upTo ?? 0;
  if (batch.first > upTo + 1) {
    throw callerError('batch-gap', `begins at ${batch.first}, ${upTo + 1} is awaited`, {
      first: batch.first,
      awaited: upTo + 1,
    });
  }
  if (batch.first === 1 && batch.chain !== start)
    throw callerError('chain-broken', 'the chain does not begin as it must');
  const records: { seq: number; line: string; record: JournalRecord }[] = [];
  const bad: { line: string; error: unknown }[] = [];
  let chain = batch.chain;
  let seq = batch.first - 1;
  const expected = known?.chain ?? start;
  if (seq === upTo && chain !== expected)
    throw callerError('chain-broken', 'the chain does not continue what was taken');
  for (const line of batch.lines) {
    seq++;
    chain = chainNext(sha256, chain, line);
    if (seq === upTo && chain !== expected)
      throw callerError('chain-broken', 'what was taken before reads differently now');
    if (seq <= upTo) continue;
    try {
      const record = decodeMessage(journalRecordSchema, encoder.encode(line), lineLimits);
      if (record.seq !== seq) throw callerError('record-misnumbered', `numbered ${record.seq}, stands at ${seq}`);
      records.push({ seq, line, record });
    } catch (error) {
      bad.push({ line, error });
    }
  }
  return { state: seq > upTo ? { upTo: seq, chain } : { upTo, chain: expected }, records, bad };
}

import {
  callerError,
  chainNext,
  chainStart,
  decodeMessage,
  openEnvelope,
  type PublicKey,
  type ReadRecord,
  type RecordBatch,
  readBatch,
  recordBatchSchema,
} from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';

const batchLimits = { maxBytes: 256 * 1024, maxDepth: 4 };

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
  readonly records: readonly ReadRecord[];
  /** Lines that are no record: they count as taken, so that they don't block what follows. */
  readonly bad: readonly { readonly line: string; readonly error: unknown }[];
}

/**
 * What is new in a batch, given how far this boot's chain has come. What was taken before is not read again, but it
 * must hash to the same chain. @throws XiaolabaError `batch-gap`, `chain-broken`
 */
export function takeBatch(batch: RecordBatch, known: ChainState | undefined): TakenBatch {
  const start = chainStart(sha256, batch.device, batch.boot);
  const upTo = known?.upTo ?? 0;
  const expected = known?.chain ?? start;
  if (batch.first > upTo + 1) {
    throw callerError('batch-gap', `begins at ${batch.first}, ${upTo + 1} is awaited`, {
      first: batch.first,
      awaited: upTo + 1,
    });
  }
  if (batch.first === 1 && batch.chain !== start)
    throw callerError('chain-broken', 'the chain does not begin as it must');
  const taken = upTo + 1 - batch.first;
  const fresh = batch.lines.slice(taken);
  if (taken <= batch.lines.length) {
    const chain = batch.lines.slice(0, taken).reduce((value, line) => chainNext(sha256, value, line), batch.chain);
    if (chain !== expected) {
      throw callerError(
        'chain-broken',
        taken === 0 ? 'the chain does not continue what was taken' : 'what was taken before reads differently now',
      );
    }
  }
  if (fresh.length === 0) return { state: { upTo, chain: expected }, records: [], bad: [] };
  const read = readBatch(sha256, { ...batch, first: upTo + 1, chain: expected, lines: fresh });
  return {
    state: { upTo: read.next - 1, chain: read.chain },
    records: read.accepted,
    bad: read.rejected.map(({ seq, line, code }) => ({
      line,
      error: callerError(code, `record ${seq} of boot ${batch.boot}`, { seq }),
    })),
  };
}

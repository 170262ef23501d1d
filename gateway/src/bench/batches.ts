import {
  chainNext,
  chainStart,
  encodeMessage,
  type JournalRecord,
  type PlayRecord,
  type RecordBatch,
  sealEnvelope,
} from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import { type BenchDevice, signerOf } from './bench-device.js';
import type { PrepareOrder } from './orders.js';

export interface SignedBatch {
  readonly envelope: Uint8Array;
  /** Number of its last record. */
  readonly last: number;
}

const release = sha256(Buffer.from('bench release'));
const clipMs = 38_500;

/** What a loudspeaker in an estate writes down of one announcement, every five minutes. */
export function benchRecord(seq: number, at: number): JournalRecord {
  if (seq === 1) return { kind: 'boot', seq, at, firmware: '0.1.0' };
  const dueAt = at + seq;
  return {
    kind: 'play',
    seq,
    at: dueAt + clipMs,
    release,
    campaign: 'estates-morning',
    cue: 'weekly-digest',
    item: 'digest-online-tasks',
    output: 'audio',
    dueAt,
    startedAt: dueAt + 12,
    playedMs: clipMs,
    expectedMs: clipMs,
    result: 'completed',
    evidence: 'heard',
    dialect: 'cmn',
    volume: 65,
    level: 71.4,
    pauses: 0,
  } satisfies PlayRecord;
}

/** The batches of one device and boot, chained and signed as the device itself does it. */
export async function signBatches(device: BenchDevice, order: PrepareOrder): Promise<SignedBatch[]> {
  const { boot, at, recordsPerBatch, batchesPerDevice } = order;
  const signer = signerOf(device);
  let chain = chainStart(sha256, device.id, boot);
  let seq = 0;
  const batches: SignedBatch[] = [];
  for (let index = 0; index < batchesPerDevice; index++) {
    const lines = Array.from({ length: recordsPerBatch }, (_, line) => JSON.stringify(benchRecord(seq + 1 + line, at)));
    const batch: RecordBatch = { v: 1, device: device.id, boot, first: seq + 1, chain, lines };
    for (const line of lines) chain = chainNext(sha256, chain, line);
    seq += lines.length;
    batches.push({ envelope: await sealEnvelope('records', encodeMessage(batch), [signer]), last: seq });
  }
  return batches;
}

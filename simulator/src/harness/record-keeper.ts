import {
  callerError,
  chainStart,
  decodeMessage,
  openEnvelope,
  type PublicKey,
  type ReadRecord,
  readBatch,
  recordBatchSchema,
} from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';
import type { SeenBatch } from './harness-events.js';

const batchLimits = { maxBytes: 256 * 1024, maxDepth: 4 };

interface BootLines {
  /** Chain value before each line; index 0 is the one before line 1. */
  readonly chain: string[];
  readonly lines: string[];
}

/** The records of one device as they came, held against their own chain. */
export class RecordKeeper {
  readonly #boots = new Map<string, BootLines>();
  readonly #records = new Map<string, ReadRecord>();

  constructor(
    private readonly device: string,
    private readonly key: PublicKey,
  ) {}

  /** Records in the order of boots and numbers. */
  get all(): ReadRecord[] {
    return [...this.#records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
  }

  /** @throws XiaolabaError as `openEnvelope` and `decodeMessage`, or `batch-foreign` */
  take(envelope: Uint8Array): SeenBatch {
    const { payload } = openEnvelope('records', envelope, [this.key], verify, 1, batchLimits);
    const batch = decodeMessage(recordBatchSchema, payload);
    if (batch.device !== this.device) throw callerError('batch-foreign', 'of another device', { device: batch.device });
    const boot = this.#bootOf(batch.boot);
    const read = readBatch(sha256, batch);
    const expected = boot.chain[batch.first - 1];
    if (expected !== batch.chain) return { batch, read, chain: 'broken' };
    const known = boot.lines.slice(batch.first - 1, read.next - 1);
    if (known.some((line, index) => line !== batch.lines[index])) return { batch, read, chain: 'broken' };
    for (const record of read.accepted)
      this.#records.set(`${batch.boot}/${String(record.seq).padStart(12, '0')}`, record);
    const isNew = known.length < batch.lines.length;
    this.#extend(boot, batch.first, batch.lines);
    return { batch, read, chain: isNew ? 'holds' : 'same' };
  }

  #bootOf(name: string): BootLines {
    const known = this.#boots.get(name);
    if (known) return known;
    const boot: BootLines = { chain: [chainStart(sha256, this.device, name)], lines: [] };
    this.#boots.set(name, boot);
    return boot;
  }

  #extend({ chain, lines }: BootLines, first: number, added: readonly string[]): void {
    for (const line of added.slice(lines.length - (first - 1))) {
      const before = chain.at(-1) ?? '';
      lines.push(line);
      chain.push(sha256(Buffer.from(`${before}\n${line}`)));
    }
  }
}

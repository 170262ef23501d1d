import { errorCode, type JournalRecord, type RecordBatch } from '@xiaolaba/protocol';
import type { Store } from '../store/index.js';
import { type ChainState, takeBatch } from './batch.js';

export interface TakenRecord {
  readonly device: string;
  readonly boot: string;
  readonly receivedAt: number;
  readonly record: JournalRecord;
}

export interface IntakeResult {
  /** Everything of this boot up to here is safe. */
  readonly upTo: number;
  /** Records that the device no longer has and that were never taken here. */
  readonly lost?: { readonly from: number; readonly to: number };
  /** Why nothing was taken, where nothing was. */
  readonly refused?: unknown;
  readonly bad: readonly { readonly line: string; readonly error: unknown }[];
}

interface Waiting {
  readonly batch: RecordBatch;
  readonly resolve: (result: IntakeResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A play belongs to the day it was due on, whatever happens to the clock after. */
const dueOf = (record: JournalRecord): number => (record.kind === 'play' ? record.dueAt : record.at);

/** SQLite takes 32,766 values in one statement; a row has eight. */
const rowsAtOnce = 1000;

/**
 * Makes records durable. Batches that arrive while a commit runs share the next one: one sync serves
 * hundreds of devices, and each batch's promise resolves only after its commit.
 */
export class RecordIntake {
  readonly #chains = new Map<string, ChainState>();
  /** By boot: where the last batch began that left a gap. */
  readonly #gaps = new Map<string, number>();
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;

  private constructor(
    private readonly store: Store,
    private readonly now: () => number,
    private readonly taken: (records: readonly TakenRecord[]) => void,
  ) {}

  static async open(
    store: Store,
    now: () => number,
    taken: (records: readonly TakenRecord[]) => void,
  ): Promise<RecordIntake> {
    const intake = new RecordIntake(store, now, taken);
    for (const row of await store.selectFrom('chains').selectAll().execute()) {
      intake.#chains.set(`${row.device} ${row.boot}`, { upTo: row.up_to, chain: row.chain });
    }
    return intake;
  }

  /** How far the records of a boot have been taken. */
  upTo(device: string, boot: string): number {
    return this.#chains.get(`${device} ${boot}`)?.upTo ?? 0;
  }

  take(batch: RecordBatch): Promise<IntakeResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async settled(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  async #flush(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        // One turn of the loop lets everything that has already arrived join this commit.
        await new Promise((resolve) => setImmediate(resolve));
        const group = this.#waiting;
        this.#waiting = [];
        try {
          await this.#commit(group);
        } catch (error) {
          for (const waiting of group) waiting.reject(error);
        }
      }
    } finally {
      this.#flushing = undefined;
    }
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const receivedAt = this.now();
    const chains = new Map<string, ChainState>();
    const rows: {
      device: string;
      boot: string;
      seq: number;
      at: number;
      due_at: number;
      kind: string;
      line: string;
      received_at: number;
    }[] = [];
    const records: TakenRecord[] = [];
    const results: IntakeResult[] = [];
    for (const { batch } of group) {
      const { device, boot } = batch;
      const key = `${device} ${boot}`;
      const known = chains.get(key) ?? this.#chains.get(key);
      try {
        const lost = this.#lostBefore(key, batch, known);
        const taken = takeBatch(batch, lost ? { upTo: lost.to, chain: batch.chain } : known);
        this.#gaps.delete(key);
        if (taken.state.upTo > (known?.upTo ?? 0)) chains.set(key, taken.state);
        for (const { seq, line, record } of taken.records) {
          rows.push({
            device,
            boot,
            seq,
            at: record.at,
            due_at: dueOf(record),
            kind: record.kind,
            line,
            received_at: receivedAt,
          });
          records.push({ device, boot, receivedAt, record });
        }
        results.push({ upTo: taken.state.upTo, bad: taken.bad, ...(lost ? { lost } : {}) });
      } catch (error) {
        if (errorCode(error) === 'internal') throw error;
        if (errorCode(error) === 'batch-gap') this.#gaps.set(key, batch.first);
        results.push({ upTo: known?.upTo ?? 0, refused: error, bad: [] });
      }
    }
    await this.store.transaction().execute(async (transaction) => {
      for (let at = 0; at < rows.length; at += rowsAtOnce) {
        await transaction
          .insertInto('records')
          .values(rows.slice(at, at + rowsAtOnce))
          .execute();
      }
      for (const [key, { upTo, chain }] of chains) {
        const [device = '', boot = ''] = key.split(' ');
        await transaction
          .insertInto('chains')
          .values({ device, boot, up_to: upTo, chain })
          .onConflict((conflict) => conflict.columns(['device', 'boot']).doUpdateSet({ up_to: upTo, chain }))
          .execute();
      }
    });
    for (const [key, state] of chains) this.#chains.set(key, state);
    this.taken(records);
    for (const [index, waiting] of group.entries()) {
      const result = results[index];
      if (result) waiting.resolve(result);
    }
  }

  /**
   * A device that was told where it should begin and begins where it did before has nothing older: a store that was
   * restored from a backup knows less than the device has long forgotten. What is gone is told, the rest goes on.
   */
  #lostBefore(key: string, batch: RecordBatch, known: ChainState | undefined): IntakeResult['lost'] {
    const awaited = (known?.upTo ?? 0) + 1;
    if (batch.first <= awaited || this.#gaps.get(key) !== batch.first) return undefined;
    return { from: awaited, to: batch.first - 1 };
  }
}

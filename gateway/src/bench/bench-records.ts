import { compare } from '@xiaolaba/protocol/command-line';
import { dataDirectory } from '../data-directory.js';
import { openSqlite } from '../store/index.js';
import { benchBoot } from './bench-device.js';
import type { BenchOptions } from './options.js';
import type { RecordsSent } from './orders.js';
import type { Conservation, RecordsResult } from './report.js';
import { onBothSides, type Side } from './sides.js';

/** Trials double until one fills this part of a stretch: by then the code is hot and its speed is known. */
const trialPart = 0.4;
const mostTrials = 8;

interface Data {
  readonly directory: string;
  readonly devices: string;
}

/** Signed records a second, committed and acknowledged, against QoS 1 messages of the same bytes through bare aedes. */
export async function benchRecords(
  options: BenchOptions,
  data: Data,
  signal: AbortSignal,
  progress: (round: number, of: number) => void,
): Promise<{ batches: RecordsResult[]; conservation: Conservation }> {
  const batches: RecordsResult[] = [];
  let acknowledged = 0;
  await onBothSides(data.directory, { signal }, async (ours, peer) => {
    for (const { load, port } of [ours, peer])
      await load.ask('connect', { port, devices: data.devices, from: 0, count: options.recordConnections });
    const rounds = options.rounds * options.recordsPerBatch.length;
    for (const recordsPerBatch of options.recordsPerBatch) {
      const bench = new RecordBench(options, recordsPerBatch);
      await bench.warmUp([ours, peer]);
      for (let round = 1; round <= options.rounds; round++) {
        progress(batches.length * options.rounds + round, rounds);
        await bench.round([ours, peer]);
      }
      acknowledged += bench.acknowledged;
      batches.push(bench.result());
    }
    // Ends everything that the gateway has begun before the rows are counted.
    await ours.server.ask('stop');
  });
  return { batches, conservation: { acknowledged, ...(await stored(data.directory)) } };
}

class RecordBench {
  acknowledged = 0;
  readonly #rates: Record<Side['who'], number[]> = { ours: [], peer: [] };
  readonly #batchesPerDevice: Record<Side['who'], number> = { ours: 1, peer: 1 };
  #payloadBytes = 0;
  #boots = 0;

  constructor(
    private readonly options: BenchOptions,
    private readonly recordsPerBatch: number,
  ) {}

  /** Finds how many batches fill a stretch on either side. */
  async warmUp(sides: readonly Side[]): Promise<void> {
    const { options } = this;
    const stretchSeconds = options.seconds / options.rounds;
    for (const side of sides) {
      // The peer reads nothing, so the same batches may go round there as often as its speed asks for.
      const most = side.who === 'ours' ? options.mostBatches : Number.POSITIVE_INFINITY;
      let batches = Math.min(most, 4);
      for (let trial = 1; ; trial++) {
        const { milliseconds } = await this.#stretch(side, batches);
        const filled = milliseconds / 1000 / stretchSeconds;
        if (filled >= trialPart || trial === mostTrials) {
          this.#batchesPerDevice[side.who] = Math.min(most, Math.max(2, Math.ceil(batches / filled)));
          break;
        }
        batches = Math.min(most, batches * 3);
      }
    }
  }

  async round(sides: readonly Side[]): Promise<void> {
    for (const side of sides) {
      const sent = await this.#stretch(side, this.#batchesPerDevice[side.who]);
      this.#rates[side.who].push((sent.messages * 1000) / sent.milliseconds);
    }
  }

  result(): RecordsResult {
    const { recordsPerBatch } = this;
    const { ours, peer } = this.#rates;
    const perRecord = (rates: readonly number[]) => rates.map((rate) => rate * recordsPerBatch);
    return {
      connections: this.options.recordConnections,
      recordsPerBatch,
      payloadBytes: this.#payloadBytes,
      messages: compare(ours, peer),
      records: compare(perRecord(ours), perRecord(peer)),
    };
  }

  async #stretch({ who, load }: Side, batchesPerDevice: number): Promise<RecordsSent> {
    const own = who === 'ours';
    const { bytes } = await load.ask('prepare', {
      boot: benchBoot(++this.#boots),
      at: Date.now(),
      recordsPerBatch: this.recordsPerBatch,
      batchesPerDevice: own ? batchesPerDevice : Math.min(batchesPerDevice, 20),
    });
    this.#payloadBytes = bytes;
    const sent = await load.ask('records', { batchesPerDevice, awaitHighWater: own });
    this.acknowledged += sent.acknowledged;
    return sent;
  }
}

async function stored(directory: string): Promise<Pick<Conservation, 'stored' | 'rejected'>> {
  const store = await openSqlite(dataDirectory(directory).database);
  try {
    const count = async (table: 'records' | 'rejects') => {
      const { rows } = await store
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow();
      return Number(rows);
    };
    return { stored: await count('records'), rejected: await count('rejects') };
  } finally {
    await store.destroy();
  }
}

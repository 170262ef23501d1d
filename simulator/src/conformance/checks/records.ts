import type { JournalRecord } from '@xiaolaba/protocol';
import type { HarnessEvent, HarnessEventOf } from '../../harness/harness-events.js';
import { type Examiner, patienceMs } from '../examiner.js';
import { CheckFailed } from '../verdict.js';
import type { Check } from './check.js';

type Active = Extract<JournalRecord, { kind: 'active' }>;
type Batch = HarnessEventOf<'records'>;

const recordOf =
  (version: number) =>
  (record: JournalRecord): record is Active =>
    record.kind === 'active' && record.assignment === version;

/** Something to journal, and that it has come here. */
async function journalled(x: Examiner): Promise<void> {
  const { version } = await x.activate([]);
  if (!(await x.maybeRecord(recordOf(version), 2.5 * patienceMs))) throw new CheckFailed('stuck', brokenOf(x.events));
}

const isBroken = (event: HarnessEvent): event is Batch => event.kind === 'records' && event.body.chain === 'broken';
const brokenOf = (events: readonly HarnessEvent[]): { broken: number } => ({ broken: events.filter(isBroken).length });

export const ackMissing: Check = {
  id: 'ack-missing',
  async run(x) {
    const { harness, subject } = x;
    await journalled(x);
    harness.setAcknowledges(subject.device, false);
    const mark = x.mark();
    await x.activate([]);
    const { body: sent } = await x.until('records', mark, 'stuck', undefined, 2.5 * patienceMs);
    const again = await x.reconnect();
    const { body: repeated } = await x.until('records', again, 'not-repeated');
    const { boot, first } = sent.batch;
    if (repeated.chain === 'broken') throw new CheckFailed('repeated-otherwise', { first });
    if (repeated.batch.boot !== boot || repeated.batch.first > first)
      throw new CheckFailed('not-repeated', { first, repeatedFrom: repeated.batch.first });
    harness.setAcknowledges(subject.device, true);
    await harness.acknowledge(subject.device, boot, repeated.read.next - 1);
    await journalled(x);
    return { first, lines: sent.batch.lines.length };
  },
};

export const ackRepeated: Check = {
  id: 'ack-repeated',
  async run(x) {
    const { harness, subject } = x;
    await journalled(x);
    const last = x.events.findLast((event): event is Batch => event.kind === 'records');
    if (!last) throw new CheckFailed('stuck');
    const { boot } = last.body.batch;
    const upTo = last.body.read.next - 1;
    for (let time = 0; time < 3; time++) await harness.acknowledge(subject.device, boot, upTo);
    await harness.acknowledge(subject.device, boot, Math.max(0, upTo - 1));
    await harness.acknowledge(subject.device, boot, upTo + 1000);
    await harness.acknowledge(subject.device, 'b999999-00000000', 1);
    await journalled(x);
    if (brokenOf(x.events).broken > 0) throw new CheckFailed('chain-broken', brokenOf(x.events));
    return { upTo };
  },
};

/** Enough for more than one batch to have to agree. */
const activations = 24;

export const recordChain: Check = {
  id: 'record-chain',
  async run(x) {
    for (let count = 0; count < activations; count++) await x.activate([]);
    const intact = async (): Promise<void> => {
      await journalled(x).catch((error: unknown) => {
        if (x.events.some(isBroken)) throw new CheckFailed('chain-broken', brokenOf(x.events));
        throw error;
      });
    };
    await intact();
    await intact();
    const seen = [...x.history, ...x.events];
    if (seen.some(isBroken)) throw new CheckFailed('chain-broken', brokenOf(seen));
    const refused = seen.find((event) => event.kind === 'refused' && event.body.about === 'records');
    if (refused?.kind === 'refused') throw new CheckFailed('record-refused', { reason: refused.body.code });
    const batches = seen.filter((event): event is Batch => event.kind === 'records');
    const rejected = batches.flatMap(({ body }) => body.read.rejected)[0];
    if (rejected) throw new CheckFailed('record-refused', { seq: rejected.seq, reason: rejected.code });
    const first = batches.flatMap(({ body }) => body.read.accepted).find(({ seq }) => seq === 1);
    if (first && first.record.kind !== 'boot') throw new CheckFailed('no-boot-record', { kind: first.record.kind });
    return { batches: batches.length, records: new Set(batches.flatMap(({ body }) => body.batch.lines)).size };
  },
};

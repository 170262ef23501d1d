import type { JournalRecord } from '@xiaolaba/protocol';
import { type Examiner, patienceMs } from '../examiner.js';
import type { Check } from './check.js';

type Event = Extract<JournalRecord, { kind: 'event' }>;

/** Orders silence, and says from when on it must hold. */
async function stopped(x: Examiner, version: number): Promise<number> {
  const sentAt = x.now;
  await x.order(x.orderOf('stop', version));
  const isTold = (record: JournalRecord): record is Event =>
    record.kind === 'event' && record.event === 'stopped' && record.at >= sentAt;
  const told = await x.maybeRecord(isTold, patienceMs / 3);
  return told?.at ?? x.now;
}

export const stopOrder: Check = {
  id: 'stop-order',
  async run(x) {
    const { harness, subject } = x;
    const campaign = await x.playing('a');
    const version = x.nextOrder();
    const since = await stopped(x, version);
    await x.untilSilent(campaign, since, 'stop-ignored', 14_000);
    // It must be the device that remembers.
    await harness.clear(subject.device);
    if (subject.simulated) {
      const mark = x.mark();
      await subject.simulated.powerCycle();
      await x.until('hello', mark, 'not-connected');
    } else await x.reconnect();
    await x.untilSilent(campaign, x.now, 'stop-forgotten');
    await x.order(x.orderOf('lifted'));
    await x.untilPlayed(campaign, x.now);
    return { restarted: subject.simulated !== undefined };
  },
};

export const stopForged: Check = {
  id: 'stop-forged',
  async run(x) {
    const campaign = await x.playing('a');
    await x.order(x.orderOf('stop'), x.stranger);
    await x.untilPlayed(campaign, x.now + 1_000, 'forgery-obeyed');
    const version = x.nextOrder();
    const since = await stopped(x, version);
    await x.order(x.orderOf('lifted', version + 5), x.stranger);
    await x.order(x.orderOf('lifted', version - 1));
    await x.untilSilent(campaign, since, 'forgery-obeyed');
    await x.order(x.orderOf('lifted'));
    await x.untilPlayed(campaign, x.now);
    return {};
  },
};

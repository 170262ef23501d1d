import type { CampaignView, DraftSummary, StopOrderView } from '@xiaolaba/gateway/contract';
import { type Waiting, waitingOf } from '../approvals/waiting.js';

/** What waits for one person, in the order in which they see to it. */
export interface Work {
  readonly approve: readonly Waiting[];
  readonly rejected: readonly DraftSummary[];
  readonly failed: readonly DraftSummary[];
  readonly open: readonly DraftSummary[];
  /** Their own that others approve: nothing to do, and good to know. */
  readonly handedIn: readonly Waiting[];
}

interface Somebody {
  readonly id: string;
  readonly approves: boolean;
  readonly writes: boolean;
}

const newestFirst = (a: DraftSummary, b: DraftSummary): number => b.updatedAt - a.updatedAt;

/** Nobody approves what they wrote; and what nobody wrote here (it came as a file) is every editor's to mend. */
export const workOf = (
  { id, approves, writes }: Somebody,
  drafts: readonly DraftSummary[],
  campaigns: readonly CampaignView[],
): Work => {
  const mine = drafts.filter(({ author }) => author === id).sort(newestFirst);
  const waiting = waitingOf(campaigns, drafts);
  const inState = (state: DraftSummary['state']) => (writes ? mine.filter((draft) => draft.state === state) : []);
  return {
    approve: approves ? waiting.filter(({ draft }) => draft?.author !== id) : [],
    rejected: inState('rejected'),
    failed: writes
      ? drafts.filter(({ state, author }) => state === 'failed' && (author === id || author === undefined))
      : [],
    open: inState('draft'),
    handedIn: writes ? waiting.filter(({ draft }) => draft?.author === id) : [],
  };
};

/** Orders that still hold somewhere. */
export const inForce = (orders: readonly StopOrderView[]): StopOrderView[] =>
  orders.filter(({ state, devices }) => state === 'stop' && devices.inScope > 0);

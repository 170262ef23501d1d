import type { CampaignView, DraftSummary } from '@xiaolaba/gateway/contract';

/** A campaign that waits for approval. */
export interface Waiting {
  readonly campaign: CampaignView;
  /** Absent where there is none behind it, as with an alert. */
  readonly draft: DraftSummary | undefined;
  readonly isAlert: boolean;
  /** Signatures that are still missing, over all its variants. */
  readonly missing: number;
  readonly signed: number;
}

/**
 * What waits, urgent first: alerts; then what somebody has signed already; then what is to be on air the soonest;
 * then what has waited longest.
 */
export function waitingOf(campaigns: readonly CampaignView[], drafts: readonly DraftSummary[]): Waiting[] {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const waiting = campaigns
    .filter(({ state, candidates }) => state === 'candidate' && candidates.length > 0)
    .map((campaign): Waiting => {
      const approvals = campaign.candidates.flatMap(({ approval }) => approval ?? []);
      return {
        campaign,
        draft: byId.get(campaign.id),
        isAlert: approvals.some(({ kind }) => kind === 'alert'),
        missing: approvals.reduce((sum, { missing }) => sum + missing, 0),
        signed: approvals.reduce((sum, { signedBy }) => sum + signedBy.length, 0),
      };
    });
  const order = (a: Waiting, b: Waiting): number =>
    Number(b.isAlert) - Number(a.isAlert) ||
    Number(b.signed > 0) - Number(a.signed > 0) ||
    (a.draft?.valid.from ?? '').localeCompare(b.draft?.valid.from ?? '') ||
    (a.draft?.updatedAt ?? 0) - (b.draft?.updatedAt ?? 0);
  return waiting.sort(order);
}

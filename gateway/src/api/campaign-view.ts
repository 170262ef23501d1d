import type { Release } from '@xiaolaba/protocol';
import type { Campaign } from '../content/index.js';
import type { ApiContext } from './context.js';
import type { CampaignView } from './contract.js';
import { keyNames } from './key-names.js';

/** Drafts, candidates and releases, one entry a campaign. */
export async function campaignViews(context: ApiContext): Promise<CampaignView[]> {
  const { store, campaigns, content, rollouts } = context;
  const nameOf = await keyNames(context);
  const model = content.model();
  const rows = await store.selectFrom('campaigns').selectAll().orderBy('id').execute();
  const candidates = await store
    .selectFrom('candidates')
    .select(['sha256', 'campaign', 'variant', 'payload'])
    .execute();
  const lapsed = new Set((await store.selectFrom('lapsed').select('sha256').execute()).map((row) => row.sha256));
  const released = new Set(
    (await store.selectFrom('releases').select(['sha256', 'payload_sha256']).execute()).flatMap((row) =>
      lapsed.has(row.sha256) ? [] : row.payload_sha256,
    ),
  );
  const approvals = new Map(
    await Promise.all(
      candidates.map(
        async ({ sha256, payload }) =>
          [sha256, await campaigns.approvalOf(sha256, JSON.parse(payload) as Release)] as const,
      ),
    ),
  );
  return rows.map((row) => {
    const { draft } = JSON.parse(row.draft) as { draft: Campaign };
    const open = candidates.filter((candidate) => candidate.campaign === row.id && !released.has(candidate.sha256));
    return {
      id: row.id,
      title: draft.title,
      state: open.length > 0 ? 'candidate' : (row.state as CampaignView['state']),
      revision: row.revision,
      problems: JSON.parse(row.problems) as CampaignView['problems'],
      candidates: open.map(({ sha256, variant, payload }) => {
        const release = JSON.parse(payload) as Release;
        const { audience } = release;
        const people = audience.places.reduce((sum, place) => sum + (model?.places.get(place)?.people ?? 0), 0);
        const approval = approvals.get(sha256);
        return {
          sha256,
          places: audience.places.length,
          people,
          staged: rollouts.isStagedAsSet(release),
          ...(variant ? { variant } : {}),
          ...(approval ? { approval: { ...approval, signedBy: [...approval.signedBy] } } : {}),
        };
      }),
      releases: campaigns
        .standing()
        .filter(({ release }) => release.campaign === row.id)
        .map(({ sha256, release, approvedBy }) => ({
          sha256,
          revision: release.revision,
          approvedBy: [...approvedBy],
          approvers: approvedBy.map(nameOf),
          places: release.audience.places.length,
          ...(release.variant ? { variant: release.variant } : {}),
        })),
    };
  });
}

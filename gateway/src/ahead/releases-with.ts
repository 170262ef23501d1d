import { callerError, type NamedRelease, type Release } from '@xiaolaba/protocol';
import type { Campaigns } from '../campaigns/index.js';
import type { Store } from '../store/index.js';

/**
 * What stands, as it would be with a candidate on air, or with all that waits of a campaign. A candidate goes by the
 * SHA-256 of its payload, as approvers know it.
 * @throws XiaolabaError `candidate-unknown`
 */
export async function releasesWith(
  campaigns: Campaigns,
  store: Store,
  wanted: string | undefined,
): Promise<NamedRelease[]> {
  const standing = campaigns.standing();
  if (wanted === undefined) return standing;
  const rows = await store
    .selectFrom('candidates')
    .select(['sha256', 'campaign', 'variant', 'payload'])
    .where((where) => where.or([where('sha256', '=', wanted), where('campaign', '=', wanted)]))
    .execute();
  if (rows.length === 0) throw callerError('candidate-unknown', `no candidate ${wanted}`, { sha256: wanted });
  const tried = rows.map((row) => ({ sha256: row.sha256, release: JSON.parse(row.payload) as Release }));
  const replaced = new Set(rows.map(({ campaign, variant }) => `${campaign}/${variant}`));
  return [...standing.filter(({ release }) => !replaced.has(`${release.campaign}/${release.variant ?? ''}`)), ...tried];
}

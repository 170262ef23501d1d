import { callerError } from '@xiaolaba/protocol';
import type { Store } from '../store/index.js';

/** Who wrote what of a campaign has not been on air yet; where nothing is newer than that, who wrote it last. */
export async function authorsOf(store: Store, campaign: string): Promise<string[]> {
  const released = await store
    .selectFrom('releases')
    .select('published_at')
    .where('campaign', '=', campaign)
    .orderBy('published_at', 'desc')
    .executeTakeFirst();
  const versions = await store
    .selectFrom('draft_versions')
    .select(['author', 'at'])
    .where('id', '=', campaign)
    .orderBy('version', 'desc')
    .execute();
  const newer = versions.filter(({ at }) => at > (released?.published_at ?? -1));
  return [...new Set((newer.length > 0 ? newer : versions.slice(0, 1)).map(({ author }) => author))];
}

/**
 * Nobody approves their own draft. Accounts are those that hand a signature in, or whose keys made it.
 * @throws XiaolabaError `own-draft`
 */
export async function refuseOwnWork(store: Store, campaign: string, accounts: readonly string[]): Promise<void> {
  const authors = await authorsOf(store, campaign);
  if (accounts.some((account) => authors.includes(account)))
    throw callerError('own-draft', 'nobody approves their own draft', { draft: campaign });
}

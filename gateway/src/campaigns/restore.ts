import { buffer } from 'node:stream/consumers';
import {
  callerError,
  decodeMessage,
  encodeMessage,
  openEnvelope,
  type PublicKey,
  releaseLimits,
  releaseSchema,
} from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';
import type { BlobStore } from '../library/index.js';
import type { Store } from '../store/index.js';
import { displaced } from './draft-body.js';
import type { PublishedRelease } from './published-release.js';

export interface RestoreDeps {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly approvers: readonly PublicKey[];
  readonly now: () => number;
}

/** What is to be signed anew, so that an earlier release is on air again. */
export interface RestoredCandidate {
  readonly sha256: string;
  readonly campaign: string;
  readonly variant: string;
  readonly revision: number;
}

/**
 * Makes a candidate of what an earlier release said. Devices refuse to go back to a lower revision, so it gets the
 * next one and must be signed anew. It takes the place of the variant's candidate, if one waits: that would have the
 * lower revision then. What is so displaced is rendered anew at the next import.
 * @throws XiaolabaError `release-lapsed`, `release-files-gone`; as `openEnvelope` where no present approver signed it
 */
export async function restore(earlier: PublishedRelease, deps: RestoreDeps): Promise<RestoredCandidate> {
  const { store, blobs, approvers, now } = deps;
  const { campaign, variant = '' } = earlier.release;
  const { stream } = await blobs.open(earlier.sha256);
  const { payload } = openEnvelope('release', await buffer(stream), approvers, verify);
  const release = decodeMessage(releaseSchema, payload, releaseLimits);
  if (release.validUntil <= now())
    throw callerError('release-lapsed', 'its dates are over', { campaign, until: release.validUntil });
  const files = release.items.flatMap(({ audio, video }) => [
    ...audio.flatMap(({ renditions }) => renditions.map((rendition) => rendition.sha256)),
    ...(video ? [video.sha256] : []),
  ]);
  const kept = await Promise.all([...new Set(files)].map((file) => blobs.has(file)));
  if (kept.includes(false)) throw callerError('release-files-gone', 'files that it names are gone', { campaign });
  return await store.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('campaigns')
      .select(['revision', 'draft'])
      .where('id', '=', campaign)
      .executeTakeFirst();
    const revision = Math.max(row?.revision ?? 0, release.revision) + 1;
    const body = encodeMessage(releaseSchema.parse({ ...release, revision, frozenAt: now() }));
    const hash = sha256(body);
    const waiting = await transaction
      .deleteFrom('candidates')
      .where('campaign', '=', campaign)
      .where('variant', '=', variant)
      .where('sha256', 'not in', (query) => query.selectFrom('releases').select('payload_sha256'))
      .returning('sha256')
      .execute();
    // Also the row of what is on air: whether a revision is complete is asked of the candidates.
    await transaction
      .deleteFrom('candidates')
      .where('campaign', '=', campaign)
      .where('variant', '=', variant)
      .execute();
    await transaction
      .insertInto('candidates')
      .values({ sha256: hash, campaign, variant, revision, payload: new TextDecoder().decode(body), created_at: now() })
      .execute();
    const draft = row && waiting.length > 0 ? displaced(row.draft) : row?.draft;
    await transaction
      .updateTable('campaigns')
      .set({ revision, state: 'candidate', updated_at: now(), ...(draft === undefined ? {} : { draft }) })
      .where('id', '=', campaign)
      .execute();
    return { sha256: hash, campaign, variant, revision };
  });
}

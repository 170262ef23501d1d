import {
  callerError,
  decodeMessage,
  errorCode,
  type NamedRelease,
  openEnvelope,
  type PublicKey,
  type Release,
  releaseLimits,
  releaseSchema,
} from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';
import type { Logger } from 'pino';
import type { Campaign } from '../content/index.js';
import type { BlobStore, Library } from '../library/index.js';
import type { ReleaseTable, Store } from '../store/index.js';
import type { DistrictModel } from './district-model.js';
import { type CampaignProblem, freeze } from './freeze.js';

export interface PublishedRelease extends NamedRelease {
  readonly bytes: number;
  readonly publishedAt: number;
  readonly withdrawnAt: number | undefined;
  readonly approvedBy: readonly string[];
}

export interface CampaignsDeps {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly library: Library;
  readonly approvers: readonly PublicKey[];
  readonly now: () => number;
  readonly log: Logger;
}

const decoder = new TextDecoder();

/** Drafts, what of them waits for approval, and what has been approved. */
export class Campaigns {
  readonly #releases = new Map<string, PublishedRelease>();
  readonly #rendering = new Set<string>();

  private constructor(private readonly deps: CampaignsDeps) {}

  static async open(deps: CampaignsDeps): Promise<Campaigns> {
    const campaigns = new Campaigns(deps);
    for (const row of await deps.store.selectFrom('releases').selectAll().execute()) {
      campaigns.#releases.set(row.sha256, publishedOf(row));
    }
    return campaigns;
  }

  /** All releases that were ever published. */
  releases(): readonly PublishedRelease[] {
    return [...this.#releases.values()];
  }

  release(sha256: string): PublishedRelease | undefined {
    return this.#releases.get(sha256);
  }

  /** Those on air at an instant, whatever their dates say. */
  standing(): PublishedRelease[] {
    return this.releases().filter((release) => release.withdrawnAt === undefined);
  }

  isRendering(campaign: string): boolean {
    return this.#rendering.has(campaign);
  }

  /** Takes drafts in. One that reads as it did keeps its candidates and release. */
  async import(drafts: readonly Campaign[], model: DistrictModel, audioDirectory: string): Promise<void> {
    const { store, now } = this.deps;
    for (const draft of drafts) {
      const body = JSON.stringify({ draft, audience: [...model.places.keys()] });
      const known = await store.selectFrom('campaigns').selectAll().where('id', '=', draft.id).executeTakeFirst();
      if (known?.draft === body && known.state !== 'failed' && known.state !== 'rendering') continue;
      const revision = (known?.revision ?? 0) + 1;
      const row = { draft: body, state: 'rendering', revision, problems: '[]', updated_at: now() };
      await store
        .insertInto('campaigns')
        .values({ id: draft.id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
      await this.#freeze(draft, revision, model, audioDirectory);
    }
  }

  async #freeze(draft: Campaign, revision: number, model: DistrictModel, audioDirectory: string): Promise<void> {
    const { store, library, now, log } = this.deps;
    this.#rendering.add(draft.id);
    try {
      const { candidates, problems } = await freeze(draft, revision, model, { library, audioDirectory, now });
      const failed = problems.some((problem) => problem.severity === 'error');
      await store.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('candidates').where('campaign', '=', draft.id).execute();
        for (const { variant, payload } of failed ? [] : candidates) {
          await transaction
            .insertInto('candidates')
            .values({
              sha256: sha256(payload),
              campaign: draft.id,
              variant,
              revision,
              payload: decoder.decode(payload),
              created_at: now(),
            })
            .execute();
        }
        await transaction
          .updateTable('campaigns')
          .set({ state: failed ? 'failed' : 'candidate', problems: JSON.stringify(problems) })
          .where('id', '=', draft.id)
          .execute();
      });
      log.info(
        { campaign: draft.id, revision, candidates: candidates.length, problems: problems.length },
        'campaign frozen',
      );
    } catch (error) {
      const problems: CampaignProblem[] = [{ severity: 'error', code: errorCode(error) }];
      await store
        .updateTable('campaigns')
        .set({ state: 'failed', problems: JSON.stringify(problems) })
        .where('id', '=', draft.id)
        .execute();
      log.error({ campaign: draft.id, error }, 'campaign could not be frozen');
    } finally {
      this.#rendering.delete(draft.id);
    }
  }

  /** The exact bytes to sign. @throws XiaolabaError `candidate-unknown` */
  async candidate(hash: string): Promise<Uint8Array> {
    const row = await this.deps.store
      .selectFrom('candidates')
      .select('payload')
      .where('sha256', '=', hash)
      .executeTakeFirst();
    if (!row) throw callerError('candidate-unknown', `no candidate ${hash}`, { sha256: hash });
    return Buffer.from(row.payload);
  }

  /**
   * Takes an approver's signature over a candidate, and puts it on air in place of the campaign's earlier release.
   * @throws XiaolabaError as `openEnvelope`; `candidate-unknown` where what was signed is not, or no longer, the candidate
   */
  async approve(envelope: Uint8Array): Promise<PublishedRelease> {
    const { store, blobs, approvers, now, log } = this.deps;
    const opened = openEnvelope('release', envelope, approvers, verify);
    const payloadHash = sha256(opened.payload);
    const release: Release = decodeMessage(releaseSchema, opened.payload, releaseLimits);
    const candidate = await store
      .selectFrom('candidates')
      .selectAll()
      .where('sha256', '=', payloadHash)
      .executeTakeFirst();
    const already = this.releases().find((one) => one.withdrawnAt === undefined && one.sha256 === sha256(envelope));
    if (already) return already;
    if (!candidate)
      throw callerError('candidate-unknown', 'what was signed is not the present candidate', { sha256: payloadHash });
    const { sha256: name, bytes } = await blobs.put(envelope);
    const at = now();
    const row: ReleaseTable = {
      sha256: name,
      payload_sha256: payloadHash,
      campaign: release.campaign,
      variant: release.variant ?? '',
      revision: release.revision,
      payload: decoder.decode(opened.payload),
      bytes,
      approved_by: JSON.stringify(opened.signedBy),
      published_at: at,
      withdrawn_at: null,
    };
    await store.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('releases')
        .set({ withdrawn_at: at })
        .where('campaign', '=', row.campaign)
        .where('variant', '=', row.variant)
        .where('withdrawn_at', 'is', null)
        .execute();
      await transaction.insertInto('releases').values(row).execute();
      await transaction.updateTable('campaigns').set({ state: 'released' }).where('id', '=', row.campaign).execute();
    });
    for (const [hash, one] of this.#releases) {
      const replaced = one.release.campaign === row.campaign && (one.release.variant ?? '') === row.variant;
      if (replaced && one.withdrawnAt === undefined) this.#releases.set(hash, { ...one, withdrawnAt: at });
    }
    const published = publishedOf(row);
    this.#releases.set(name, published);
    log.info(
      { campaign: row.campaign, variant: row.variant, revision: row.revision, by: opened.signedBy },
      'release approved',
    );
    return published;
  }
}

const publishedOf = (row: ReleaseTable): PublishedRelease => ({
  sha256: row.sha256,
  release: JSON.parse(row.payload) as Release,
  bytes: row.bytes,
  publishedAt: row.published_at,
  withdrawnAt: row.withdrawn_at ?? undefined,
  approvedBy: JSON.parse(row.approved_by) as string[],
});

import { callerError, errorCode } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { Logger } from 'pino';
import type { Campaign, MediaDirectories } from '../content/index.js';
import type { Library } from '../library/index.js';
import type { Store } from '../store/index.js';
import type { DistrictModel } from './district-model.js';
import { displaced, draftBody } from './draft-body.js';
import { type CampaignProblem, freeze } from './freeze.js';

export interface CandidatesDeps {
  readonly store: Store;
  readonly library: Library;
  readonly now: () => number;
  readonly log: Logger;
}

const decoder = new TextDecoder();

/** Drafts as they were taken in, and what was made of them for approvers to sign. */
export class Candidates {
  readonly #rendering = new Set<string>();
  #closing = false;

  constructor(private readonly deps: CandidatesDeps) {}

  isRendering(campaign: string): boolean {
    return this.#rendering.has(campaign);
  }

  /** Takes drafts in. One that reads as it did keeps its candidates and release, unless it is submitted `anew`. */
  async take(
    drafts: readonly Campaign[],
    model: DistrictModel,
    media: MediaDirectories,
    { anew = false } = {},
  ): Promise<void> {
    const { store, now } = this.deps;
    for (const draft of drafts) {
      if (this.#closing) return;
      const body = await draftBody(draft, model, media);
      const known = await store.selectFrom('campaigns').selectAll().where('id', '=', draft.id).executeTakeFirst();
      const done = known?.state !== 'failed' && known?.state !== 'rendering';
      if (known?.draft === body && done && !anew) continue;
      const revision = (known?.revision ?? 0) + 1;
      const row = { draft: body, state: 'rendering', revision, problems: '[]', updated_at: now() };
      await store
        .insertInto('campaigns')
        .values({ id: draft.id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
      await this.#freeze(draft, revision, model, media);
    }
  }

  /** The exact bytes to sign. @throws XiaolabaError `candidate-unknown` */
  async payload(hash: string): Promise<Uint8Array> {
    const row = await this.deps.store
      .selectFrom('candidates')
      .select('payload')
      .where('sha256', '=', hash)
      .executeTakeFirst();
    if (!row) throw callerError('candidate-unknown', `no candidate ${hash}`, { sha256: hash });
    return Buffer.from(row.payload);
  }

  /** Nothing of a campaign waits for approval any longer. @throws XiaolabaError `campaign-unknown` */
  async drop(campaign: string): Promise<void> {
    const { store } = this.deps;
    const row = await store.selectFrom('campaigns').select('draft').where('id', '=', campaign).executeTakeFirst();
    if (!row) throw callerError('campaign-unknown', `no campaign ${campaign}`, { campaign });
    await store.transaction().execute(async (transaction) => {
      const waiting = await transaction
        .deleteFrom('candidates')
        .where('campaign', '=', campaign)
        .returning('sha256')
        .execute();
      const released = await transaction.selectFrom('releases').select('payload_sha256').execute();
      const known = new Set(released.map((one) => one.payload_sha256));
      const draft = waiting.every(({ sha256 }) => known.has(sha256)) ? row.draft : displaced(row.draft);
      await transaction
        .updateTable('campaigns')
        .set({ state: 'withdrawn', draft })
        .where('id', '=', campaign)
        .execute();
    });
  }

  /** No further draft is rendered; one that is left out is taken up at the next import. */
  close(): void {
    this.#closing = true;
  }

  async #freeze(draft: Campaign, revision: number, model: DistrictModel, media: MediaDirectories): Promise<void> {
    const { store, library, now, log } = this.deps;
    this.#rendering.add(draft.id);
    try {
      const { candidates, problems } = await freeze(draft, revision, model, { library, media, now });
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
}

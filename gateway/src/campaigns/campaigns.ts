import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  approvalRule,
  callerError,
  errorCode,
  openApprovedRelease,
  type Release,
  readApprovals,
  type TrustedKeys,
} from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';
import type { Logger } from 'pino';
import type { Campaign, MediaDirectories } from '../content/index.js';
import type { BlobStore, Library } from '../library/index.js';
import type { Rollouts, Staging } from '../rollouts/rollouts.js';
import type { ReleaseTable, Store } from '../store/index.js';
import { Approvals, accountsBehind, type PartialApproval } from '../trust/index.js';
import { Turns } from '../turns.js';
import { resolveAudience } from './audience.js';
import type { DistrictModel } from './district-model.js';
import { type CampaignProblem, freeze } from './freeze.js';
import { authorsOf, refuseOwnWork } from './own-work.js';
import type { PublishedRelease } from './published-release.js';
import { displaced, type RestoredCandidate, restore } from './restore.js';
import { fillIn, variantsOf } from './variants.js';

export interface CampaignsDeps {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly library: Library;
  /** Whose signatures count now. */
  readonly trusted: () => TrustedKeys;
  /** Where wide releases go out in waves. */
  readonly rollouts?: Rollouts;
  readonly now: () => number;
  readonly log: Logger;
}

const decoder = new TextDecoder();

/** Drafts, what of them waits for approval, and what has been approved. */
export class Campaigns {
  readonly #releases = new Map<string, PublishedRelease>();
  readonly #rendering = new Set<string>();
  readonly #turns = new Turns();
  readonly #approvals: Approvals;
  #closing = false;

  private constructor(private readonly deps: CampaignsDeps) {
    this.#approvals = new Approvals(deps);
  }

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

  /** Those on air at an instant, whatever their dates say; what goes out in waves with the places it has not come to. */
  standing(): PublishedRelease[] {
    return this.releases().flatMap((release) => {
      if (release.withdrawnAt !== undefined) return [];
      const withheld = this.deps.rollouts?.withheldAt(release.sha256);
      return withheld && withheld.size > 0 ? { ...release, withheld } : release;
    });
  }

  isRendering(campaign: string): boolean {
    return this.#rendering.has(campaign);
  }

  /** Takes drafts in. One that reads as it did keeps its candidates and release, unless it is submitted `anew`. */
  async import(
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
   * Takes an approver's signature over a candidate. Once enough of them have signed, it is put on air in place of the
   * campaign's earlier release. @throws XiaolabaError as `readApprovals`; `approvals-missing`: the signature is kept,
   * and more are needed; `release-withdrawn`; `candidate-unknown` where what was signed is not, or no longer, the candidate;
   * `own-draft` where whoever hands it in, or whoever's key signed, wrote it
   */
  approve(
    envelope: Uint8Array,
    accounts: readonly string[] = [],
    staging: Staging = 'as-set',
  ): Promise<PublishedRelease> {
    return this.#turns.run(() => this.#approve(envelope, accounts, staging));
  }

  /** Takes off the air what a release has taken the place of everywhere. */
  retire(hashes: readonly string[]): Promise<PublishedRelease[]> {
    return this.#turns.run(() => this.#takeOffAir(this.standing().filter(({ sha256 }) => hashes.includes(sha256))));
  }

  /**
   * Takes a release off the air. Withdrawing only ever makes less sound, so nobody has to sign for it.
   * One that is off the air already stays as it is. @throws XiaolabaError `release-unknown`
   */
  withdraw(hash: string): Promise<PublishedRelease> {
    return this.#turns.run(async () => {
      const release = this.#known(hash);
      const [withdrawn] = release.withdrawnAt === undefined ? await this.#takeOffAir([release]) : [release];
      return withdrawn ?? release;
    });
  }

  /**
   * Takes all of a campaign off the air, and what of it waits for approval away: for one whose file is gone, too.
   * @returns what was on air. @throws XiaolabaError `campaign-unknown`
   */
  withdrawCampaign(campaign: string): Promise<PublishedRelease[]> {
    return this.#turns.run(async () => {
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
      return await this.#takeOffAir(this.standing().filter(({ release }) => release.campaign === campaign));
    });
  }

  /** What is still on air of campaigns that no longer are: their withdrawal should be offered. */
  orphaned(campaigns: ReadonlySet<string>): PublishedRelease[] {
    return this.standing().filter(({ release }) => !campaigns.has(release.campaign));
  }

  /**
   * Makes a candidate of an earlier release, with a revision that devices take.
   * @param despite a later release that stands where this one does not: that it is on air elsewhere is no hindrance
   * @throws XiaolabaError `release-unknown`, `release-on-air`, `campaign-rendering`; as `restore`
   */
  restore(hash: string, { despite = false } = {}): Promise<RestoredCandidate> {
    return this.#turns.run(async () => {
      const earlier = this.#known(hash);
      const { campaign } = earlier.release;
      if (earlier.withdrawnAt === undefined && !despite)
        throw callerError('release-on-air', 'it is on air', { campaign });
      if (this.isRendering(campaign)) throw callerError('campaign-rendering', 'it is being rendered', { campaign });
      const restored = await restore(earlier, {
        ...this.deps,
        approvers: this.deps.trusted().approvers.map(({ key }) => key),
      });
      this.deps.log.info({ ...restored, from: hash }, 'release to be restored');
      return restored;
    });
  }

  /** How far the approval of what is to be signed has come. */
  async approvalOf(hash: string, release: Release): Promise<PartialApproval> {
    const authors = await authorsOf(this.deps.store, release.campaign);
    return await this.#approvals.of(hash, approvalRule(this.deps.trusted(), release), authors);
  }

  /**
   * Takes off the air what the key list that holds now does not approve: devices that hold it no longer play it.
   * @returns what it was. It is a candidate again, if it was the newest of its campaign.
   */
  lapse(): Promise<PublishedRelease[]> {
    return this.#turns.run(async () => {
      const { store, blobs, trusted, now } = this.deps;
      const lapsed: PublishedRelease[] = [];
      for (const release of this.standing()) {
        const { stream } = await blobs.open(release.sha256);
        const envelope = await buffer(stream);
        try {
          openApprovedRelease(envelope, trusted(), verify);
        } catch {
          lapsed.push(release);
        }
      }
      if (lapsed.length === 0) return [];
      const rows = lapsed.map(({ sha256 }) => ({ sha256, at: now() }));
      await store
        .insertInto('lapsed')
        .values(rows)
        .onConflict((conflict) => conflict.column('sha256').doNothing())
        .execute();
      return await this.#takeOffAir(lapsed);
    });
  }

  #known(hash: string): PublishedRelease {
    const release = this.#releases.get(hash);
    if (!release) throw callerError('release-unknown', `no release ${hash}`, { sha256: hash });
    return release;
  }

  async #takeOffAir(releases: readonly PublishedRelease[]): Promise<PublishedRelease[]> {
    const at = this.deps.now();
    const gone = new Set(releases.map(({ sha256 }) => sha256));
    const left = new Set(this.standing().flatMap((one) => (gone.has(one.sha256) ? [] : one.release.campaign)));
    const ended = new Set(releases.flatMap(({ release }) => (left.has(release.campaign) ? [] : release.campaign)));
    await this.deps.store.transaction().execute(async (transaction) => {
      for (const hash of gone)
        await transaction.updateTable('releases').set({ withdrawn_at: at }).where('sha256', '=', hash).execute();
      for (const campaign of ended)
        await transaction.updateTable('campaigns').set({ state: 'withdrawn' }).where('id', '=', campaign).execute();
    });
    return releases.map((release) => {
      const withdrawn = { ...release, withdrawnAt: at };
      this.#releases.set(release.sha256, withdrawn);
      this.deps.log.info({ release: release.sha256, campaign: release.release.campaign }, 'release withdrawn');
      return withdrawn;
    });
  }

  /** No further draft is rendered; one that is left out is taken up at the next import. */
  close(): void {
    this.#closing = true;
  }

  async #approve(envelope: Uint8Array, accounts: readonly string[], staging: Staging): Promise<PublishedRelease> {
    const { store, blobs, trusted, now, log } = this.deps;
    const opened = readApprovals(envelope, trusted(), verify);
    const payloadHash = sha256(opened.payload);
    const release = opened.content;
    await refuseOwnWork(store, release.campaign, [...accounts, ...(await accountsBehind(store, opened.signedBy))]);
    const candidate = await store
      .selectFrom('candidates')
      .selectAll()
      .where('sha256', '=', payloadHash)
      .executeTakeFirst();
    // Signed twice, by one approver or two, it is one release.
    const signed = await store
      .selectFrom('releases')
      .select('sha256')
      .where('payload_sha256', '=', payloadHash)
      .execute();
    const already = signed
      .map((row) => this.#releases.get(row.sha256))
      .find((known) => known && known.withdrawnAt === undefined);
    if (already) return already;
    if (!candidate)
      throw callerError('candidate-unknown', 'what was signed is not the present candidate', { sha256: payloadHash });
    const lapsed = await store.selectFrom('lapsed').select('sha256').execute();
    // What was taken off the air because its approvers went may be approved again by others.
    if (signed.some((row) => !lapsed.some(({ sha256 }) => sha256 === row.sha256)))
      throw callerError('release-withdrawn', 'it was withdrawn', { campaign: release.campaign });
    await this.#approvals.add(payloadHash, envelope, opened.signedBy);
    const joined = await this.#approvals.joined(payloadHash, opened.rule, await authorsOf(store, release.campaign));
    if (!joined) {
      const partial = await this.approvalOf(payloadHash, release);
      log.info({ campaign: release.campaign, by: opened.signedBy, missing: partial.missing }, 'approval kept');
      const { needed } = partial;
      throw callerError('approvals-missing', 'more approvers have to sign', {
        signed: needed - partial.missing,
        needed,
      });
    }
    const { signedBy } = openApprovedRelease(joined, trusted(), verify);
    const { sha256: name, bytes } = await blobs.put(joined);
    const at = now();
    const row: ReleaseTable = {
      sha256: name,
      payload_sha256: payloadHash,
      campaign: release.campaign,
      variant: release.variant ?? '',
      revision: release.revision,
      payload: decoder.decode(opened.payload),
      bytes,
      approved_by: JSON.stringify(signedBy),
      published_at: at,
      withdrawn_at: null,
    };
    const published = publishedOf(row);
    const before = await this.#replacedBy(row);
    const rollout = this.deps.rollouts?.plan(published, before, staging);
    // What goes out in waves takes nothing off the air before it has come everywhere.
    const replaced = rollout ? [] : before;
    await store.transaction().execute(async (transaction) => {
      if (rollout) await this.deps.rollouts?.begin(rollout, transaction);
      for (const { sha256 } of replaced) {
        await transaction.updateTable('releases').set({ withdrawn_at: at }).where('sha256', '=', sha256).execute();
      }
      await transaction.insertInto('releases').values(row).execute();
      await transaction.updateTable('campaigns').set({ state: 'released' }).where('id', '=', row.campaign).execute();
    });
    for (const one of replaced) this.#releases.set(one.sha256, { ...one, withdrawnAt: at });
    this.#releases.set(name, published);
    log.info(
      { campaign: row.campaign, variant: row.variant, revision: row.revision, by: signedBy },
      'release approved',
    );
    return published;
  }

  /**
   * What a new release takes the place of: the same variant's, and, once every variant of the revision is approved,
   * those that the revision no longer has.
   */
  async #replacedBy(row: ReleaseTable): Promise<PublishedRelease[]> {
    const standing = this.standing().filter(({ release }) => release.campaign === row.campaign);
    const candidates = await this.deps.store
      .selectFrom('candidates')
      .select('variant')
      .where('campaign', '=', row.campaign)
      .execute();
    const approved = new Set(
      standing
        .filter(({ release }) => release.revision === row.revision)
        .map(({ release }) => release.variant ?? '')
        .concat(row.variant),
    );
    const complete = candidates.every(({ variant }) => approved.has(variant));
    return standing.filter(
      ({ release }) => (release.variant ?? '') === row.variant || (complete && release.revision < row.revision),
    );
  }
}

/**
 * What a draft comes to: its words, whom and what they resolve to, and its recordings. As long as none of it has
 * changed, neither has what an approver signed.
 */
async function draftBody(draft: Campaign, model: DistrictModel, media: MediaDirectories): Promise<string> {
  const places = resolveAudience(model, draft.audience);
  const wordings = draft.items.flatMap((item) => [item.text, ...item.audio.map((version) => version.text)]);
  const variants = variantsOf(draft, places, model).map(({ id, places: members, values }) => ({
    id,
    places: members.map(({ place }) => place),
    texts: wordings.map((wording) => fillIn(wording ?? '', values)),
  }));
  const names = draft.items.flatMap((item) => item.audio.flatMap((version) => version.recording ?? []));
  const recordings = await hashes(media.audio, names);
  const films = await hashes(
    media.video,
    draft.items.flatMap((item) => item.video ?? []),
  );
  return JSON.stringify({ draft, zone: model.zone, variants, recordings, ...(films.length > 0 ? { films } : {}) });
}

const hashes = (directory: string, names: readonly string[]): Promise<{ name: string; sha256: string }[]> =>
  Promise.all(
    [...new Set(names)].sort().map(async (name) => {
      // One that can't be read is told of when it is rendered.
      const bytes = await readFile(join(directory, name)).catch(() => undefined);
      return { name, sha256: bytes ? sha256(bytes) : '' };
    }),
  );

const publishedOf = (row: ReleaseTable): PublishedRelease => ({
  sha256: row.sha256,
  release: JSON.parse(row.payload) as Release,
  bytes: row.bytes,
  publishedAt: row.published_at,
  withdrawnAt: row.withdrawn_at ?? undefined,
  approvedBy: JSON.parse(row.approved_by) as string[],
});

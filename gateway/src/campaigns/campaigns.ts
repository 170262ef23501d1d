import { callerError, type Release, type TrustedKeys } from '@xiaolaba/protocol';
import type { Logger } from 'pino';
import type { Campaign, MediaDirectories } from '../content/index.js';
import type { BlobStore, Library } from '../library/index.js';
import type { Rollouts, Staging } from '../rollouts/rollouts.js';
import type { Store } from '../store/index.js';
import type { PartialApproval } from '../trust/index.js';
import { Turns } from '../turns.js';
import { Candidates } from './candidates.js';
import type { DistrictModel } from './district-model.js';
import type { PublishedRelease } from './published-release.js';
import { ReleaseApproval } from './release-approval.js';
import { Releases } from './releases.js';
import { type RestoredCandidate, restore } from './restore.js';

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

/** Drafts, what of them waits for approval, and what has been approved. What changes the latter goes one at a time. */
export class Campaigns {
  readonly #candidates: Candidates;
  readonly #releases: Releases;
  readonly #approval: ReleaseApproval;
  readonly #turns = new Turns();

  private constructor(
    private readonly deps: CampaignsDeps,
    releases: Releases,
  ) {
    this.#candidates = new Candidates(deps);
    this.#releases = releases;
    this.#approval = new ReleaseApproval({ ...deps, releases });
  }

  static async open(deps: CampaignsDeps): Promise<Campaigns> {
    return new Campaigns(deps, await Releases.open(deps));
  }

  /** All releases that were ever published. */
  releases(): readonly PublishedRelease[] {
    return this.#releases.all();
  }

  release(sha256: string): PublishedRelease | undefined {
    return this.#releases.get(sha256);
  }

  /** Those on air at an instant, whatever their dates say; what goes out in waves with the places it has not come to. */
  standing(): PublishedRelease[] {
    return this.#releases.standing();
  }

  isRendering(campaign: string): boolean {
    return this.#candidates.isRendering(campaign);
  }

  /** Takes drafts in. One that reads as it did keeps its candidates and release, unless it is submitted `anew`. */
  import(
    drafts: readonly Campaign[],
    model: DistrictModel,
    media: MediaDirectories,
    options: { readonly anew?: boolean } = {},
  ): Promise<void> {
    return this.#candidates.take(drafts, model, media, options);
  }

  /** The exact bytes to sign. @throws XiaolabaError `candidate-unknown` */
  candidate(hash: string): Promise<Uint8Array> {
    return this.#candidates.payload(hash);
  }

  /** How far the approval of what is to be signed has come. */
  approvalOf(hash: string, release: Release): Promise<PartialApproval> {
    return this.#approval.of(hash, release);
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
    return this.#turns.run(() => this.#approval.approve(envelope, accounts, staging));
  }

  /** Takes off the air what a release has taken the place of everywhere. */
  retire(hashes: readonly string[]): Promise<PublishedRelease[]> {
    return this.#turns.run(() =>
      this.#releases.takeOffAir(this.standing().filter(({ sha256 }) => hashes.includes(sha256))),
    );
  }

  /**
   * Takes a release off the air. Withdrawing only ever makes less sound, so nobody has to sign for it.
   * One that is off the air already stays as it is. @throws XiaolabaError `release-unknown`
   */
  withdraw(hash: string): Promise<PublishedRelease> {
    return this.#turns.run(async () => {
      const release = this.#releases.known(hash);
      const [withdrawn] = release.withdrawnAt === undefined ? await this.#releases.takeOffAir([release]) : [release];
      return withdrawn ?? release;
    });
  }

  /**
   * Takes all of a campaign off the air, and what of it waits for approval away: for one whose file is gone, too.
   * @returns what was on air. @throws XiaolabaError `campaign-unknown`
   */
  withdrawCampaign(campaign: string): Promise<PublishedRelease[]> {
    return this.#turns.run(async () => {
      await this.#candidates.drop(campaign);
      return await this.#releases.takeOffAir(this.standing().filter(({ release }) => release.campaign === campaign));
    });
  }

  /**
   * Makes a candidate of an earlier release, with a revision that devices take.
   * @param despite a later release that stands where this one does not: that it is on air elsewhere is no hindrance
   * @throws XiaolabaError `release-unknown`, `release-on-air`, `campaign-rendering`; as `restore`
   */
  restore(hash: string, { despite = false } = {}): Promise<RestoredCandidate> {
    return this.#turns.run(async () => {
      const earlier = this.#releases.known(hash);
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

  /**
   * Takes off the air what the key list that holds now does not approve: devices that hold it no longer play it.
   * @returns what it was. It is a candidate again, if it was the newest of its campaign.
   */
  lapse(): Promise<PublishedRelease[]> {
    return this.#turns.run(async () => {
      const lapsed = await this.#approval.noteLapsed();
      return lapsed.length === 0 ? [] : await this.#releases.takeOffAir(lapsed);
    });
  }

  /** No further draft is rendered; one that is left out is taken up at the next import. */
  close(): void {
    this.#candidates.close();
  }
}

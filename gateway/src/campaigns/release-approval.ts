import { buffer } from 'node:stream/consumers';
import {
  approvalRule,
  callerError,
  openApprovedRelease,
  type Release,
  readApprovals,
  type TrustedKeys,
} from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';
import type { Logger } from 'pino';
import type { BlobStore } from '../library/index.js';
import type { Staging } from '../rollouts/rollouts.js';
import type { Store } from '../store/index.js';
import { Approvals, accountsBehind, type PartialApproval } from '../trust/index.js';
import { authorsOf, refuseOwnWork } from './own-work.js';
import type { PublishedRelease } from './published-release.js';
import type { Releases } from './releases.js';

export interface ReleaseApprovalDeps {
  readonly store: Store;
  readonly blobs: BlobStore;
  /** Whose signatures count now. */
  readonly trusted: () => TrustedKeys;
  readonly releases: Releases;
  readonly now: () => number;
  readonly log: Logger;
}

/** From a candidate to a release: who has to sign, who may not, and what no longer holds when approvers go. */
export class ReleaseApproval {
  readonly #approvals: Approvals;

  constructor(private readonly deps: ReleaseApprovalDeps) {
    this.#approvals = new Approvals(deps);
  }

  /** How far the approval of what is to be signed has come. */
  async of(hash: string, release: Release): Promise<PartialApproval> {
    const authors = await authorsOf(this.deps.store, release.campaign);
    return await this.#approvals.of(hash, approvalRule(this.deps.trusted(), release), authors);
  }

  /** As `Campaigns.approve`. */
  async approve(envelope: Uint8Array, accounts: readonly string[], staging: Staging): Promise<PublishedRelease> {
    const { store, blobs, releases, trusted, log } = this.deps;
    const opened = readApprovals(envelope, trusted(), verify);
    const payloadHash = sha256(opened.payload);
    const release = opened.content;
    await refuseOwnWork(store, release.campaign, [...accounts, ...(await accountsBehind(store, opened.signedBy))]);
    const candidate = await store
      .selectFrom('candidates')
      .select('sha256')
      .where('sha256', '=', payloadHash)
      .executeTakeFirst();
    // Signed twice, by one approver or two, it is one release.
    const signed = await releases.ofPayload(payloadHash);
    const already = signed.find(({ withdrawnAt }) => withdrawnAt === undefined);
    if (already) return already;
    if (!candidate)
      throw callerError('candidate-unknown', 'what was signed is not the present candidate', { sha256: payloadHash });
    const lapsed = await store.selectFrom('lapsed').select('sha256').execute();
    // What was taken off the air because its approvers went may be approved again by others.
    if (signed.some((one) => !lapsed.some(({ sha256 }) => sha256 === one.sha256)))
      throw callerError('release-withdrawn', 'it was withdrawn', { campaign: release.campaign });
    await this.#approvals.add(payloadHash, envelope, opened.signedBy);
    const joined = await this.#approvals.joined(payloadHash, opened.rule, await authorsOf(store, release.campaign));
    if (!joined) {
      const partial = await this.of(payloadHash, release);
      log.info({ campaign: release.campaign, by: opened.signedBy, missing: partial.missing }, 'approval kept');
      const { needed } = partial;
      throw callerError('approvals-missing', 'more approvers have to sign', {
        signed: needed - partial.missing,
        needed,
      });
    }
    const { signedBy } = openApprovedRelease(joined, trusted(), verify);
    const kept = await blobs.put(joined);
    return await releases.putOnAir({ ...kept, payload: opened.payload, release, signedBy }, staging);
  }

  /** Writes down which of what is on air the key list that holds now does not approve: it may be approved again. */
  async noteLapsed(): Promise<PublishedRelease[]> {
    const { store, blobs, releases, trusted, now } = this.deps;
    const lapsed: PublishedRelease[] = [];
    for (const release of releases.standing()) {
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
    return lapsed;
  }
}

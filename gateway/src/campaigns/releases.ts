import { callerError, type Release } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { Logger } from 'pino';
import type { Rollouts, Staging } from '../rollouts/rollouts.js';
import type { ReleaseTable, Store } from '../store/index.js';
import type { PublishedRelease } from './published-release.js';

export interface ReleasesDeps {
  readonly store: Store;
  /** Where wide releases go out in waves. */
  readonly rollouts?: Rollouts;
  readonly now: () => number;
  readonly log: Logger;
}

/** What enough approvers have signed. */
export interface Approved {
  /** The envelope's name and size. */
  readonly sha256: string;
  readonly bytes: number;
  readonly payload: Uint8Array;
  readonly release: Release;
  readonly signedBy: readonly string[];
}

/** All releases that were ever published, and which of them are on air. */
export class Releases {
  readonly #all = new Map<string, PublishedRelease>();

  private constructor(private readonly deps: ReleasesDeps) {}

  static async open(deps: ReleasesDeps): Promise<Releases> {
    const releases = new Releases(deps);
    for (const row of await deps.store.selectFrom('releases').selectAll().execute()) {
      releases.#all.set(row.sha256, publishedOf(row));
    }
    return releases;
  }

  all(): readonly PublishedRelease[] {
    return [...this.#all.values()];
  }

  get(sha256: string): PublishedRelease | undefined {
    return this.#all.get(sha256);
  }

  /** @throws XiaolabaError `release-unknown` */
  known(hash: string): PublishedRelease {
    const release = this.#all.get(hash);
    if (!release) throw callerError('release-unknown', `no release ${hash}`, { sha256: hash });
    return release;
  }

  /** Those that say exactly this: more than one where it was approved again after its approvers had gone. */
  async ofPayload(hash: string): Promise<PublishedRelease[]> {
    const rows = await this.deps.store
      .selectFrom('releases')
      .select('sha256')
      .where('payload_sha256', '=', hash)
      .execute();
    return rows.flatMap((row) => this.#all.get(row.sha256) ?? []);
  }

  /** Those on air at an instant, whatever their dates say; what goes out in waves with the places it has not come to. */
  standing(): PublishedRelease[] {
    return this.all().flatMap((release) => {
      if (release.withdrawnAt !== undefined) return [];
      const withheld = this.deps.rollouts?.withheldAt(release.sha256);
      return withheld && withheld.size > 0 ? { ...release, withheld } : release;
    });
  }

  /** Publishes what has been approved, in place of the campaign's earlier release. */
  async putOnAir(approved: Approved, staging: Staging): Promise<PublishedRelease> {
    const { store, rollouts, now, log } = this.deps;
    const { payload, release, signedBy } = approved;
    const at = now();
    const row: ReleaseTable = {
      sha256: approved.sha256,
      payload_sha256: sha256(payload),
      campaign: release.campaign,
      variant: release.variant ?? '',
      revision: release.revision,
      payload: new TextDecoder().decode(payload),
      bytes: approved.bytes,
      approved_by: JSON.stringify(signedBy),
      published_at: at,
      withdrawn_at: null,
    };
    const published = publishedOf(row);
    const before = await this.#replacedBy(row);
    const rollout = rollouts?.plan(published, before, staging);
    // What goes out in waves takes nothing off the air before it has come everywhere.
    const replaced = rollout ? [] : before;
    await store.transaction().execute(async (transaction) => {
      if (rollout) await rollouts?.begin(rollout, transaction);
      for (const one of replaced) {
        await transaction.updateTable('releases').set({ withdrawn_at: at }).where('sha256', '=', one.sha256).execute();
      }
      await transaction.insertInto('releases').values(row).execute();
      await transaction.updateTable('campaigns').set({ state: 'released' }).where('id', '=', row.campaign).execute();
    });
    for (const one of replaced) this.#all.set(one.sha256, { ...one, withdrawnAt: at });
    this.#all.set(row.sha256, published);
    log.info(
      { campaign: row.campaign, variant: row.variant, revision: row.revision, by: signedBy },
      'release approved',
    );
    return published;
  }

  async takeOffAir(releases: readonly PublishedRelease[]): Promise<PublishedRelease[]> {
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
      this.#all.set(release.sha256, withdrawn);
      this.deps.log.info({ release: release.sha256, campaign: release.release.campaign }, 'release withdrawn');
      return withdrawn;
    });
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

const publishedOf = (row: ReleaseTable): PublishedRelease => ({
  sha256: row.sha256,
  release: JSON.parse(row.payload) as Release,
  bytes: row.bytes,
  publishedAt: row.published_at,
  withdrawnAt: row.withdrawn_at ?? undefined,
  approvedBy: JSON.parse(row.approved_by) as string[],
});

import { callerError, errorCode, type NamedRelease } from '@xiaolaba/protocol';
import type { DeviceIdentity } from '../agent-types.js';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Trust } from '../trust/trust.js';
import type { Judged } from './candidate.js';
import { openRelease } from './checks.js';
import type { AssignmentReports } from './reports.js';
import type { Revisions } from './revisions.js';

/** As many releases as that are remembered as good; an assignment hardly names so many. */
const rememberedMost = 64;

/** Decides which releases may be in force here. */
export class Judge {
  /**
   * Found good under some keys. An assignment names mostly what the last one named, and to verify all of that again
   * would keep a small board from what is new, which may be an alert.
   */
  readonly #good = new Map<string, { readonly named: NamedRelease; readonly keys: unknown }>();

  constructor(
    private readonly identity: DeviceIdentity,
    private readonly trust: Pick<Trust, 'openRelease' | 'keys' | 'expired'>,
    private readonly cache: BlobCache,
    private readonly revisions: Revisions,
    private readonly reports: AssignmentReports,
  ) {}

  /**
   * Looks at a release that the cache holds: it is taken, or refused and told of.
   * @param outdatedToo it was in force when the device went off: that a later revision was, too, is no hindrance
   */
  async judge(into: Judged, sha256: string, { outdatedToo = false } = {}): Promise<void> {
    const held = this.#remembered(sha256) ?? (await this.cache.read(sha256));
    if (!held) return;
    try {
      const named = held instanceof Uint8Array ? this.#open(sha256, held) : held;
      if (!outdatedToo && this.revisions.isOutdated(named)) {
        const highest = this.revisions.highest(named);
        throw callerError('release-rolled-back', 'a later revision was held', { highest });
      }
      into.releases.set(sha256, named);
    } catch (error) {
      into.refused.add(sha256);
      this.reports.partRefused(into, errorCode(error), sha256);
    }
  }

  #remembered(sha256: string): NamedRelease | undefined {
    const known = this.#good.get(sha256);
    const { keys, expired } = this.trust;
    return known && known.keys === keys && !expired && this.cache.has(sha256) ? known.named : undefined;
  }

  #open(sha256: string, bytes: Uint8Array): NamedRelease {
    const named = openRelease(sha256, bytes, this.identity, this.trust);
    this.#good.delete(sha256);
    this.#good.set(sha256, { named, keys: this.trust.keys });
    const [oldest] = this.#good.keys();
    if (this.#good.size > rememberedMost && oldest !== undefined) this.#good.delete(oldest);
    return named;
  }
}

import { callerError, errorCode } from '@xiaolaba/protocol';
import type { DeviceIdentity } from '../agent-types.js';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Trust } from '../trust/trust.js';
import type { Judged } from './candidate.js';
import { openRelease } from './checks.js';
import type { AssignmentReports } from './reports.js';
import type { Revisions } from './revisions.js';

/** Decides which releases may be in force here. */
export class Judge {
  constructor(
    private readonly identity: DeviceIdentity,
    private readonly trust: Pick<Trust, 'openRelease'>,
    private readonly cache: BlobCache,
    private readonly revisions: Revisions,
    private readonly reports: AssignmentReports,
  ) {}

  /**
   * Looks at a release that the cache holds: it is taken, or refused and told of.
   * @param outdatedToo it was in force when the device went off: that a later revision was, too, is no hindrance
   */
  async judge(into: Judged, sha256: string, { outdatedToo = false } = {}): Promise<void> {
    const bytes = await this.cache.read(sha256);
    if (!bytes) return;
    try {
      const named = openRelease(sha256, bytes, this.identity, this.trust);
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
}

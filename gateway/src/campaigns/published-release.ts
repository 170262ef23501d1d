import type { NamedRelease } from '@xiaolaba/protocol';

export interface PublishedRelease extends NamedRelease {
  readonly bytes: number;
  readonly publishedAt: number;
  readonly withdrawnAt: number | undefined;
  readonly approvedBy: readonly string[];
}

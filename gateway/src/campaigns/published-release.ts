import type { NamedRelease } from '@xiaolaba/protocol';

export interface PublishedRelease extends NamedRelease {
  readonly bytes: number;
  readonly publishedAt: number;
  readonly withdrawnAt: number | undefined;
  readonly approvedBy: readonly string[];
  /** Places of its audience that it has not come to yet, where it goes out in waves. */
  readonly withheld?: ReadonlySet<string>;
}

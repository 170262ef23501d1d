import {
  type Assignment,
  type BlobRef,
  type Calendar,
  type NamedRelease,
  type RouteStops,
  renditionsHeard,
} from '@xiaolaba/protocol';
import { revisionKey } from './checks.js';

/** What is in force: an assignment and everything it names that was found good. */
export interface Holding {
  readonly assignment: Assignment;
  readonly releases: readonly NamedRelease[];
  readonly calendar: Calendar;
  readonly route?: RouteStops;
}

/** What of the next assignment is in force before the rest of it: its alerts, and that some are over. */
export interface Haste {
  readonly releases: readonly NamedRelease[];
  readonly ended: ReadonlySet<string>;
  /** What holds beside it where nothing was in force before. */
  readonly base?: Holding;
}

/**
 * A holding with what could not wait; all else in it is as it was. An alert of which a later revision was in force is no
 * longer, although the holding names it.
 */
export function hurried(
  base: Holding,
  haste: Haste | undefined,
  isOutdated: (named: NamedRelease) => boolean,
): Holding {
  const { releases = [], ended = new Set() } = haste ?? {};
  const newer = new Set(releases.map(revisionKey));
  const urgent = new Set(base.assignment.releases.flatMap((release) => (release.urgent ? release.sha256 : [])));
  const kept = base.releases.filter(
    (named) =>
      !ended.has(named.sha256) && !newer.has(revisionKey(named)) && !(urgent.has(named.sha256) && isOutdated(named)),
  );
  return { ...base, releases: [...releases, ...kept] };
}

/** By what of two assignments the next one's alerts are to be hurried; without a former holding there must be tables. */
export function hasteOf(
  next: Assignment,
  found: ReadonlyMap<string, NamedRelease>,
  before: Holding | undefined,
  base: Holding,
): Haste {
  const held = new Set(base.releases.map(({ sha256 }) => sha256));
  const named = new Set(next.releases.map(({ sha256 }) => sha256));
  return {
    releases: next.releases.flatMap(({ sha256, urgent }) =>
      urgent && !held.has(sha256) ? (found.get(sha256) ?? []) : [],
    ),
    ended: new Set(
      base.assignment.releases.flatMap(({ sha256, urgent }) => (urgent && !named.has(sha256) ? sha256 : [])),
    ),
    ...(before ? {} : { base }),
  };
}

/** The files of a release without which it may be silent here. */
export const filesHeard = ({ release }: NamedRelease, profile: string, dialects: readonly string[]): BlobRef[] =>
  release.items.flatMap((item) => renditionsHeard(item, profile, dialects));

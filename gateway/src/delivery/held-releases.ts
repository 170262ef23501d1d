import type { NamedRelease, Profile } from '@xiaolaba/protocol';

/** A release, with the places of its audience that it has not come to yet. */
export interface StandingRelease extends NamedRelease {
  readonly withheld?: ReadonlySet<string>;
}

/**
 * What a device of a profile holds at a place at an instant, of all that stands. Where a new revision has not come yet,
 * the old one stays; a place that has the new one does not hold the old one too.
 */
export function heldReleases<T extends StandingRelease>(
  releases: readonly T[],
  place: string,
  profile: Profile,
  now: number,
): T[] {
  const mine = releases.filter(({ release: { audience, validUntil }, withheld }) => {
    const meant = audience.profiles.includes(profile) && audience.places.includes(place);
    return validUntil > now && meant && !withheld?.has(place);
  });
  const newest = new Map<string, number>();
  for (const { release } of mine)
    newest.set(release.campaign, Math.max(release.revision, newest.get(release.campaign) ?? 0));
  return mine.filter(({ release }) => release.revision === newest.get(release.campaign));
}

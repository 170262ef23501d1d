import type { NamedRelease, Profile } from '@xiaolaba/protocol';

/**
 * What a device of a profile holds at a place at an instant, of all that stands. While a new revision waits for the
 * rest of its approvals, a place that has it already does not hold the old one too.
 */
export function heldReleases<T extends NamedRelease>(
  releases: readonly T[],
  place: string,
  profile: Profile,
  now: number,
): T[] {
  const mine = releases.filter(({ release: { audience, validUntil } }) => {
    return validUntil > now && audience.profiles.includes(profile) && audience.places.includes(place);
  });
  const newest = new Map<string, number>();
  for (const { release } of mine)
    newest.set(release.campaign, Math.max(release.revision, newest.get(release.campaign) ?? 0));
  return mine.filter(({ release }) => release.revision === newest.get(release.campaign));
}

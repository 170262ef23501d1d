import { fallbackDialect } from '../ids.js';
import type { AudioVersion, Cue, Item, Rendition } from '../release.js';

export interface SpokenChoice {
  /** What plays. */
  readonly dialect: string;
  /** What the place should have had, where something else stands in. */
  readonly wanted?: string;
  readonly voice: AudioVersion['voice'];
  /** What is said, for an endpoint that speaks by itself. */
  readonly words?: string;
  readonly rendition: Rendition;
}

/**
 * Which version of an item plays at a place. With `rotate` the dialects of the place take turns, `round`
 * counting how often the item has come up in its window; with `first` it is always the commonest.
 * Mandarin stands in for a dialect that has no version, and failing that whatever there is.
 */
export function chooseVersion(
  item: Item,
  profile: string,
  dialects: readonly string[],
  rule: Cue['dialects'],
  round: number,
): SpokenChoice | undefined {
  const wanted = dialects[rule === 'rotate' ? round % Math.max(1, dialects.length) : 0] ?? fallbackDialect;
  const playable = item.audio.flatMap((version) => {
    const rendition = version.renditions.find((candidate) => candidate.profile === profile);
    return rendition ? [{ version, rendition }] : [];
  });
  const chosen =
    playable.find(({ version }) => version.dialect === wanted) ??
    playable.find(({ version }) => version.dialect === fallbackDialect) ??
    playable[0];
  if (!chosen) return;
  const { dialect, voice, words } = chosen.version;
  return {
    dialect,
    voice,
    ...(words === undefined ? {} : { words }),
    rendition: chosen.rendition,
    ...(dialect === wanted ? {} : { wanted }),
  };
}

/** All that an item may be said by at a place, whatever a cue's rule: the others need not be there for it to play. */
export function renditionsHeard(item: Item, profile: string, dialects: readonly string[]): Rendition[] {
  const wanted = dialects.length > 0 ? dialects : [fallbackDialect];
  const chosen = wanted.flatMap((one) => chooseVersion(item, profile, [one], 'first', 0)?.rendition ?? []);
  return [...new Map(chosen.map((rendition) => [rendition.sha256, rendition])).values()];
}

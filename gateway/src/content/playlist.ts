/** What a cue may hold at most, expanded: as many as a release. */
export const longestPlaylist = 50;

/** How a cue's items follow each other, as its file has it. */
export interface Playlist {
  readonly items: readonly string[];
  /** How often an item comes in a round, for those that come more than once. */
  readonly weights?: Readonly<Record<string, number>>;
  /** How often an item is played on end when its turn comes. */
  readonly repeats?: Readonly<Record<string, number>>;
  /** Goes before every play, or before every so many. */
  readonly jingle?: { readonly item: string; readonly every: number };
}

/**
 * One round of a playlist, item by item. Those with more weight come more often and as evenly spread as may be (smooth
 * weighted round robin): each in turn gains its weight, the richest is played and pays what all gained together.
 */
export function expandPlaylist({ items, weights = {}, repeats = {}, jingle }: Playlist): string[] {
  const entries = items.map((item) => ({ item, weight: weights[item] ?? 1, credit: 0 }));
  const total = entries.reduce((sum, { weight }) => sum + weight, 0);
  const plays: string[] = [];
  for (let turn = 0; turn < total; turn += 1) {
    for (const entry of entries) entry.credit += entry.weight;
    const richest = entries.reduce((best, entry) => (entry.credit > best.credit ? entry : best));
    richest.credit -= total;
    for (let again = repeats[richest.item] ?? 1; again > 0; again -= 1) plays.push(richest.item);
  }
  if (!jingle) return plays;
  return plays.flatMap((item, index) => (index % jingle.every === 0 ? [jingle.item, item] : [item]));
}

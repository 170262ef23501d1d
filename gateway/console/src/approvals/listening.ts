import type { Item, Release, Rendition } from '@xiaolaba/protocol';

/** One spoken version of an item, with the files made of it. */
export interface Spoken {
  readonly key: string;
  readonly item: Item;
  readonly version: Item['audio'][number];
  /** Those that browsers play come first. */
  readonly renditions: readonly Rendition[];
}

const playedBest = ['mp3', 'opus', 'adpcm'];

export const spokenIn = (release: Release): Spoken[] =>
  release.items.flatMap((item) =>
    item.audio.map((version) => ({
      key: `${item.id}/${version.dialect}`,
      item,
      version,
      renditions: [...version.renditions].sort((a, b) => playedBest.indexOf(a.format) - playedBest.indexOf(b.format)),
    })),
  );

/** Dialects that whoever approves has to hear, in the order in which they come. */
export const dialectsIn = (release: Release): string[] => [
  ...new Set(release.items.flatMap(({ audio }) => audio.map(({ dialect }) => dialect))),
];

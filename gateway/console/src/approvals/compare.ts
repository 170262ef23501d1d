import type { Cue, Item, Release } from '@xiaolaba/protocol';
import { diffWords, type SideBySide } from './word-diff.js';

/** How a release is said in the reader's language. */
export interface ReleaseWords {
  readonly subject: {
    readonly title: string;
    readonly valid: string;
    readonly profiles: string;
    text(item: Item): string;
    spoken(item: Item, dialect: string): string;
    sound(item: Item, dialect: string): string;
    film(item: Item): string;
    cue(cue: Cue): string;
  };
  valid(release: Release): string;
  profiles(release: Release): string;
  voice(kind: Item['audio'][number]['voice']): string;
  /** When, how often, how loud, with which priority, which items: everything of a cue. */
  cue(cue: Cue, release: Release): string;
  readonly otherSound: string;
  readonly otherFilm: string;
}

/** One thing that differs; a side that hasn't got it is absent. */
export interface Difference {
  readonly key: string;
  readonly subject: string;
  readonly before?: SideBySide['before'];
  readonly after?: SideBySide['after'];
}

export interface Comparison {
  readonly differences: readonly Difference[];
  readonly placesAdded: readonly string[];
  readonly placesRemoved: readonly string[];
}

/** What changed from what is on air to what is to be: every field of a release that anybody hears, sees or is reached by. */
export function compareReleases(before: Release, after: Release, words: ReleaseWords): Comparison {
  const differences: Difference[] = [];
  const note = (key: string, subject: string, was: string | undefined, is: string | undefined): void => {
    if (was === is) return;
    const sides = diffWords(was ?? '', is ?? '');
    differences.push({
      key,
      subject,
      ...(was === undefined ? {} : { before: sides.before }),
      ...(is === undefined ? {} : { after: sides.after }),
    });
  };
  const { subject } = words;
  note('title', subject.title, before.title, after.title);
  note('valid', subject.valid, words.valid(before), words.valid(after));
  note('profiles', subject.profiles, words.profiles(before), words.profiles(after));

  for (const [id, was, is] of pairs(before.items, after.items)) {
    const item = is ?? was;
    if (!item) continue;
    note(`text/${id}`, subject.text(item), was?.text, is?.text);
    const versions = (one: Item | undefined) => (one?.audio ?? []).map((audio) => ({ ...audio, id: audio.dialect }));
    for (const [dialect, heard, hears] of pairs(versions(was), versions(is))) {
      const said = (one: typeof heard) => (one ? `${words.voice(one.voice)}：${one.words ?? '—'}` : undefined);
      note(`spoken/${id}/${dialect}`, subject.spoken(item, dialect), said(heard), said(hears));
      // The same words may have been spoken anew.
      if (heard && hears && said(heard) === said(hears) && filesOf(heard) !== filesOf(hears))
        differences.push({
          key: `sound/${id}/${dialect}`,
          subject: subject.sound(item, dialect),
          after: [{ text: words.otherSound, changed: true }],
        });
    }
    if (was?.video?.sha256 !== is?.video?.sha256)
      differences.push({
        key: `film/${id}`,
        subject: subject.film(item),
        after: [{ text: words.otherFilm, changed: true }],
      });
  }
  for (const [id, was, is] of pairs(before.cues, after.cues)) {
    const cue = is ?? was;
    if (cue) note(`cue/${id}`, subject.cue(cue), was && words.cue(was, before), is && words.cue(is, after));
  }

  const wasAt = new Set(before.audience.places);
  const isAt = new Set(after.audience.places);
  return {
    differences,
    placesAdded: after.audience.places.filter((place) => !wasAt.has(place)),
    placesRemoved: before.audience.places.filter((place) => !isAt.has(place)),
  };
}

const filesOf = ({ renditions }: Item['audio'][number]): string =>
  renditions
    .map(({ profile, sha256 }) => `${profile} ${sha256}`)
    .sort()
    .join();

/** What either list has, by id, with what stands for it on each side. */
function pairs<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]) {
  const was = new Map(before.map((one) => [one.id, one]));
  const is = new Map(after.map((one) => [one.id, one]));
  return [...new Set([...is.keys(), ...was.keys()])].map((id) => [id, was.get(id), is.get(id)] as const);
}

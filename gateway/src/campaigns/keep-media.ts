import { join } from 'node:path';
import type { Content } from '../content/index.js';
import { campaignOf } from '../desk/draft-bodies.js';
import type { BlobStore } from '../library/index.js';
import { looksLike } from '../recordings/media-names.js';
import { namesIn } from '../recordings/media-shelf.js';
import type { MediaTable } from '../store/desk-tables.js';
import type { Store } from '../store/index.js';

export interface MediaName {
  readonly kind: 'audio' | 'video';
  readonly name: string;
}

/** The recordings and films that campaigns name, by folder and name, each once. */
export function mediaNames({ campaigns }: Pick<Content, 'campaigns'>): MediaName[] {
  const items = campaigns.flatMap((campaign) => campaign.items);
  const names = (kind: 'audio' | 'video', list: readonly string[]) =>
    [...new Set(list)].sort().map((name) => ({ kind, name }));
  return [
    ...names(
      'audio',
      items.flatMap(({ audio }) => audio.flatMap(({ recording }) => recording ?? [])),
    ),
    ...names(
      'video',
      items.flatMap(({ video }) => video ?? []),
    ),
  ];
}

/** What campaigns name, and whatever else lies in the folders of a content directory: it may be used tomorrow. */
export async function mediaFiles(content: Pick<Content, 'campaigns' | 'media'>): Promise<MediaName[]> {
  const found = new Map(mediaNames(content).map((one) => [`${one.kind}/${one.name}`, one]));
  for (const kind of ['audio', 'video'] as const) {
    for (const name of (await namesIn(content.media[kind])).sort())
      if (looksLike(kind, name)) found.set(`${kind}/${name}`, { kind, name });
  }
  return [...found.values()];
}

/** Keeps a copy of every such file: the directory that they came from may be gone tomorrow. */
export async function keepMedia(content: Content, blobs: BlobStore): Promise<MediaTable[]> {
  const kept: MediaTable[] = [];
  for (const { kind, name } of await mediaFiles(content)) {
    const { sha256, bytes } = await blobs.putFile(join(content.media[kind], name));
    kept.push({ kind, name, sha256, bytes });
  }
  return kept;
}

/** Takes in what a directory has, and lets go of what it had before, unless the desk made it or names it. */
export async function shelve(store: Store, media: readonly MediaTable[]): Promise<void> {
  for (const one of media)
    await store
      .insertInto('media')
      .values(one)
      .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(one))
      .execute();
  const drafts = await store.selectFrom('drafts').select('body').execute();
  const made = await store.selectFrom('recordings').select(['kind', 'name']).where('author', 'is not', null).execute();
  const wanted = new Set(
    [...media, ...made, ...mediaNames({ campaigns: drafts.map(({ body }) => campaignOf(body)) })].map(
      ({ kind, name }) => `${kind}/${name}`,
    ),
  );
  for (const { kind, name } of await store.selectFrom('media').select(['kind', 'name']).execute()) {
    if (wanted.has(`${kind}/${name}`)) continue;
    for (const table of ['media', 'recordings'] as const)
      await store.deleteFrom(table).where('kind', '=', kind).where('name', '=', name).execute();
  }
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Content } from '../content/index.js';
import type { BlobStore } from '../library/index.js';
import type { MediaTable } from '../store/desk-tables.js';

/** The recordings and films that campaigns name, by folder and name, each once. */
export function mediaNames({ campaigns }: Pick<Content, 'campaigns'>): { kind: 'audio' | 'video'; name: string }[] {
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

/** Keeps a copy of every file that campaigns name: the directory that they came from may be gone tomorrow. */
export async function keepMedia(content: Content, blobs: BlobStore): Promise<MediaTable[]> {
  const kept: MediaTable[] = [];
  for (const { kind, name } of mediaNames(content)) {
    const { sha256, bytes } = await blobs.put(await readFile(join(content.media[kind], name)));
    kept.push({ kind, name, sha256, bytes });
  }
  return kept;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@xiaolaba/protocol/node';
import type { Campaign, MediaDirectories } from '../content/index.js';
import { resolveAudience } from './audience.js';
import type { DistrictModel } from './district-model.js';
import { fillIn, variantsOf } from './variants.js';

/**
 * What a draft comes to: its words, whom and what they resolve to, and its recordings. As long as none of it has
 * changed, neither has what an approver signed.
 */
export async function draftBody(draft: Campaign, model: DistrictModel, media: MediaDirectories): Promise<string> {
  const places = resolveAudience(model, draft.audience);
  const wordings = draft.items.flatMap((item) => [item.text, ...item.audio.map((version) => version.text)]);
  const variants = variantsOf(draft, places, model).map(({ id, places: members, values }) => ({
    id,
    places: members.map(({ place }) => place),
    texts: wordings.map((wording) => fillIn(wording ?? '', values)),
  }));
  const names = draft.items.flatMap((item) => item.audio.flatMap((version) => version.recording ?? []));
  const recordings = await hashes(media.audio, names);
  const films = await hashes(
    media.video,
    draft.items.flatMap((item) => item.video ?? []),
  );
  return JSON.stringify({ draft, zone: model.zone, variants, recordings, ...(films.length > 0 ? { films } : {}) });
}

/** A stored draft that no import will take for what it reads now: the next one renders it anew. */
export const displaced = (draft: string): string =>
  JSON.stringify({ ...(JSON.parse(draft) as object), displaced: true });

const hashes = (directory: string, names: readonly string[]): Promise<{ name: string; sha256: string }[]> =>
  Promise.all(
    [...new Set(names)].sort().map(async (name) => {
      // One that can't be read is told of when it is rendered.
      const bytes = await readFile(join(directory, name)).catch(() => undefined);
      return { name, sha256: bytes ? sha256(bytes) : '' };
    }),
  );

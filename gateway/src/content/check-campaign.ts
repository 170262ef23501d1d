import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, relative, sep } from 'node:path';
import { audiencePlaces } from './audience-places.js';
import { checkCues } from './check-cues.js';
import { checkDialect } from './check-dialect.js';
import { checkSigns } from './check-signs.js';
import type { CampaignFile } from './file-schemas.js';
import type { Tables } from './load-tables.js';
import type { MediaDirectories } from './model.js';
import { fieldNamesIn, textFieldNames } from './placeholders.js';
import type { Problems } from './problems.js';
import type { ReadDocument } from './read-document.js';

/** What a campaign may name; a list that could not be read is not there. */
export interface KnownIds {
  readonly townships?: ReadonlySet<string>;
  readonly policeStations?: ReadonlySet<string>;
  readonly sites?: ReadonlySet<string>;
  readonly routes?: ReadonlySet<string>;
  readonly fleets?: ReadonlySet<string>;
}

type At = (...path: (string | number)[]) => { field: string; line?: number };

/** What a schema can't see: references, recordings, windows that make no sense. */
export async function checkCampaign(
  { file, value, lineOf }: ReadDocument<CampaignFile>,
  known: KnownIds,
  tables: Tables | undefined,
  media: MediaDirectories,
  problems: Problems,
): Promise<void> {
  const at: At = (...path) => {
    const line = lineOf(path);
    return { field: path.join('.'), ...(line === undefined ? {} : { line }) };
  };
  // What has such a name is taken for an alert, and an exercise is counted nowhere.
  if (/^(alert|exercise)-/.test(value.id)) problems.error(file, 'id-reserved', { id: value.id }, at('id'));
  if (value.valid.to < value.valid.from) problems.error(file, 'valid-order', {}, at('valid'));
  const lists = [
    ['townships', known.townships],
    ['police-stations', known.policeStations],
    ['sites', known.sites],
    ['routes', known.routes],
    ['fleets', known.fleets],
  ] as const;
  for (const [name, ids] of lists) {
    for (const [index, id] of (value.audience[name] ?? []).entries()) {
      if (ids && !ids.has(id))
        problems.error(file, 'reference-unknown', { id, what: name }, at('audience', name, index));
    }
  }
  for (const [index, dialect] of (value.audience.dialects ?? []).entries())
    checkDialect(file, dialect, problems, at('audience', 'dialects', index));
  const places = tables ? audiencePlaces(value.audience, tables) : [];
  if (tables && places.length === 0) problems.warning(file, 'audience-empty', {}, at('audience'));
  await checkItems(file, value.items, media, problems, at);
  checkCues(file, value, places, problems, at);
  checkSigns(file, value, places, problems, at);
}

async function checkItems(
  file: string,
  items: CampaignFile['items'],
  media: MediaDirectories,
  problems: Problems,
  at: At,
): Promise<void> {
  const seen = new Set<string>();
  const checkFields = (text: string | undefined, where: ReturnType<At>) => {
    for (const name of fieldNamesIn(text ?? '')) {
      if (!(textFieldNames as readonly string[]).includes(name))
        problems.error(file, 'field-placeholder', { name, choices: textFieldNames.join(', ') }, where);
    }
  };
  for (const [index, item] of items.entries()) {
    if (seen.has(item.id)) problems.error(file, 'id-repeated', { id: item.id }, at('items', index, 'id'));
    seen.add(item.id);
    checkFields(item.text, at('items', index, 'text'));
    if (item.video !== undefined) await checkVideo(file, item, media.video, problems, at('items', index, 'video'));
    for (const [version, { dialect, text, recording }] of item.audio.entries()) {
      const where = (name: string) => at('items', index, 'audio', version, name);
      const first = item.audio.findIndex((other) => other.dialect === dialect);
      if (first < version) problems.error(file, 'id-repeated', { id: dialect }, where('dialect'));
      checkDialect(file, dialect, problems, where('dialect'));
      checkFields(text, where('text'));
      if (recording === undefined) continue;
      const fault = await fileFault(recording, media.audio);
      if (fault) problems.error(file, `recording-${fault}`, { path: recording }, where('recording'));
    }
  }
}

async function checkVideo(
  file: string,
  { video = '', text }: CampaignFile['items'][number],
  directory: string,
  problems: Problems,
  where: ReturnType<At>,
): Promise<void> {
  const fault = await fileFault(video, directory);
  if (fault) problems.error(file, `video-${fault}`, { path: video }, where);
  if (text === undefined) problems.error(file, 'video-without-text', {}, where);
}

/** A link counts for where it leads: what lies outside was never meant to go on air. */
async function fileFault(path: string, directory: string): Promise<'outside' | 'missing' | undefined> {
  const isOutside = (to: string) => isAbsolute(to) || to.split(sep)[0] === '..';
  if (isOutside(normalize(path)) || path.includes('\\')) return 'outside';
  try {
    const found = await realpath(join(directory, path));
    if (isOutside(relative(await realpath(directory), found))) return 'outside';
    return (await stat(found)).isFile() ? undefined : 'missing';
  } catch {
    return 'missing';
  }
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { minutesOf } from '@xiaolaba/protocol';
import { secondsOf } from './campaign-from-file.js';
import type { CampaignFile } from './file-schemas.js';
import type { Problems } from './problems.js';
import type { ReadDocument } from './read-document.js';

const placeholders = ['police_station', 'township', 'district', 'place'];

export interface KnownIds {
  readonly townships: ReadonlySet<string>;
  readonly policeStations: ReadonlySet<string>;
  readonly sites: ReadonlySet<string>;
  readonly routes: ReadonlySet<string>;
  readonly fleets: ReadonlySet<string>;
}

const span = (window: { from: string; to: string }): { from: number; to: number } => {
  const from = minutesOf(window.from);
  const to = minutesOf(window.to);
  return { from, to: to <= from ? to + 1440 : to };
};

/** Whether a window lies wholly within 22:00–06:00, the night of every place that doesn't say otherwise. */
function isNight(window: { from: string; to: string }): boolean {
  const { from, to } = span(window);
  return (from >= 1320 && to <= 1800) || to <= 360;
}

/** What a schema can't see: references, recordings, windows that make no sense. */
export async function checkCampaign(
  { file, value, lineOf }: ReadDocument<CampaignFile>,
  known: KnownIds,
  audioDirectory: string,
  problems: Problems,
): Promise<void> {
  const at = (...path: (string | number)[]) => {
    const line = lineOf(path);
    return { field: path.join('.'), ...(line === undefined ? {} : { line }) };
  };
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
      if (!ids.has(id)) problems.error(file, 'reference-unknown', { id, what: name }, at('audience', name, index));
    }
  }
  const items = new Map(value.items.map((item) => [item.id, item]));
  for (const [index, item] of value.items.entries()) {
    if (items.get(item.id) !== item) problems.error(file, 'id-repeated', { id: item.id }, at('items', index, 'id'));
    const texts: [string | undefined, ...(string | number)[]][] = [
      [item.text, 'items', index, 'text'],
      ...item.audio.map(({ text }, version): [string | undefined, ...(string | number)[]] => [
        text,
        'items',
        index,
        'audio',
        version,
        'text',
      ]),
    ];
    for (const [text, ...path] of texts) {
      for (const match of (text ?? '').matchAll(/\{([^}]*)\}/g)) {
        const name = match[1] ?? '';
        if (!placeholders.includes(name))
          problems.error(file, 'field-placeholder', { name, choices: placeholders.join(', ') }, at(...path));
      }
    }
    for (const [version, { recording }] of item.audio.entries()) {
      const present =
        recording === undefined ||
        (await stat(join(audioDirectory, recording)).then(
          (found) => found.isFile(),
          () => false,
        ));
      if (!present)
        problems.error(
          file,
          'recording-missing',
          { path: recording ?? '' },
          at('items', index, 'audio', version, 'recording'),
        );
    }
  }
  for (const [index, cue] of value.cues.entries()) {
    for (const [position, id] of cue.items.entries()) {
      const item = items.get(id);
      if (!item) problems.error(file, 'item-unknown', { id }, at('cues', index, 'items', position));
      else if (cue.output === 'text' && !item.text)
        problems.error(file, 'text-missing', { id }, at('cues', index, 'items', position));
      else if (
        cue.output === 'audio' &&
        !item.audio.some((version) => version.dialect === 'cmn' && (version.text ?? version.recording))
      ) {
        problems.error(file, 'mandarin-missing', { id }, at('cues', index, 'items', position));
      }
    }
    for (const [position, window] of cue.windows.entries()) {
      const label = `${window.from}–${window.to}`;
      const { from, to } = span(window);
      if (cue.output === 'audio' && isNight(window))
        problems.warning(file, 'window-quiet', { window: label }, at('cues', index, 'windows', position));
      if (cue.every && secondsOf(cue.every) >= (to - from) * 60)
        problems.warning(file, 'interval-too-long', { window: label }, at('cues', index, 'every'));
    }
  }
}

import { minutesOf } from '@xiaolaba/protocol';
import type { AudiencePlace } from './audience-places.js';
import { secondsOf } from './campaign-from-file.js';
import type { CampaignFile } from './file-schemas.js';
import { expandPlaylist, longestPlaylist } from './playlist.js';
import type { Problems } from './problems.js';

interface ClockSpan {
  readonly from: string;
  readonly to: string;
}

const minutesInDay = 1440;
/** The shortest interval that a release may hold, in seconds. */
const minIntervalSeconds = 10;

/** Minutes after midnight; an end at or before the beginning is on the next day. */
function span(clock: ClockSpan): { from: number; to: number } {
  const from = minutesOf(clock.from);
  const to = minutesOf(clock.to);
  return { from, to: to <= from ? to + minutesInDay : to };
}

function isQuiet(window: ClockSpan, quietHours: ClockSpan): boolean {
  if (quietHours.from === quietHours.to) return false;
  const { from, to } = span(window);
  const quiet = span(quietHours);
  return [-minutesInDay, 0, minutesInDay].some((day) => quiet.from + day <= from && to <= quiet.to + day);
}

type At = (...path: (string | number)[]) => { field: string; line?: number };

function checkPlaylist(file: string, cue: CampaignFile['cues'][number], problems: Problems, at: At): void {
  const { items, weights, repeats, jingle } = cue;
  if (jingle && cue.output !== 'audio') problems.error(file, 'jingle-is-sound', {}, at('jingle'));
  for (const [name, turns] of Object.entries({ weights, repeats })) {
    for (const id of Object.keys(turns ?? {}))
      if (!items.includes(id)) problems.error(file, 'playlist-unknown', { id }, at(name, id));
  }
  const entries = expandPlaylist({
    items,
    ...(weights ? { weights } : {}),
    ...(repeats ? { repeats } : {}),
    ...(jingle ? { jingle } : {}),
  }).length;
  if (entries > longestPlaylist)
    problems.error(file, 'playlist-too-long', { entries, limit: longestPlaylist }, at('items'));
}

/** Whether cues use what is there, and at times at which it can play. */
export function checkCues(
  file: string,
  value: CampaignFile,
  places: readonly AudiencePlace[],
  problems: Problems,
  at: (...path: (string | number)[]) => { field: string; line?: number },
): void {
  const items = new Map(value.items.map((item) => [item.id, item]));
  const seen = new Set<string>();
  for (const [index, cue] of value.cues.entries()) {
    if (seen.has(cue.id)) problems.error(file, 'id-repeated', { id: cue.id }, at('cues', index, 'id'));
    seen.add(cue.id);
    const jingle = cue.jingle ? [[cue.jingle.item, at('cues', index, 'jingle', 'item')] as const] : [];
    const named = cue.items.map((id, position) => [id, at('cues', index, 'items', position)] as const);
    for (const [id, where] of [...named, ...jingle]) {
      const item = items.get(id);
      const mandarin = item?.audio.some(({ dialect, text, recording }) => dialect === 'cmn' && (text ?? recording));
      if (!item) problems.error(file, 'item-unknown', { id }, where);
      else if (cue.output === 'text' && !item.text) problems.error(file, 'text-missing', { id }, where);
      else if (cue.output === 'audio' && !mandarin) problems.error(file, 'mandarin-missing', { id }, where);
    }
    checkPlaylist(file, cue, problems, (...path) => at('cues', index, ...path));
    if (cue.every && secondsOf(cue.every) < minIntervalSeconds)
      problems.error(file, 'interval-too-short', {}, at('cues', index, 'every'));
    for (const [position, window] of cue.windows.entries()) {
      const where = at('cues', index, 'windows', position);
      const label = `${window.from}–${window.to}`;
      if (window.from === window.to) problems.warning(file, 'window-whole-day', {}, where);
      const { from, to } = span(window);
      const quiet = places.filter(({ quietHours }) => isQuiet(window, quietHours)).length;
      if (cue.output === 'audio' && quiet > 0)
        problems.warning(file, 'window-quiet', { window: label, places: quiet, of: places.length }, where);
      if (cue.every && secondsOf(cue.every) >= (to - from) * 60)
        problems.warning(file, 'interval-too-long', { window: label }, at('cues', index, 'every'));
    }
  }
  const used = new Set(value.cues.flatMap((cue) => [...cue.items, ...(cue.jingle ? [cue.jingle.item] : [])]));
  for (const [index, { id }] of value.items.entries()) {
    if (!used.has(id)) problems.warning(file, 'item-unused', { id }, at('items', index, 'id'));
  }
}

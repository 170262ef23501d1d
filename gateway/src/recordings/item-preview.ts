import { join } from 'node:path';
import { type Profile, profiles, XiaolabaError } from '@xiaolaba/protocol';
import { resolveAudience } from '../campaigns/audience.js';
import type { DistrictModel } from '../campaigns/district-model.js';
import { fillIn, variantsOf } from '../campaigns/variants.js';
import { audiencePlaces } from '../content/audience-places.js';
import type { Audience, Content, SpokenVersion } from '../content/index.js';
import { spokenSeconds } from '../desk/bulletin-text.js';
import { type SignFit, signFits } from '../desk/sign-fits.js';
import { audioTargets, type Library, type VoiceEngine } from '../library/index.js';
import type { Refused } from './findings.js';

export interface ItemToPreview {
  readonly text?: string | undefined;
  readonly audio: readonly SpokenVersion[];
}

export interface PreviewedVersion {
  readonly dialect: string;
  readonly places: number;
  readonly voice: 'recording' | 'synthesis' | 'none';
  readonly engine?: VoiceEngine;
  readonly reason?: Refused;
  readonly words?: string;
  readonly seconds?: number;
  readonly estimated: boolean;
  readonly tooLongFor: readonly { readonly profile: Profile; readonly maxSeconds: number }[];
}

export interface PreviewedItem {
  readonly places: number;
  readonly people: number;
  readonly audio: readonly PreviewedVersion[];
  readonly signs: readonly SignFit[];
}

/** How an item would sound and look where it is meant for, before anything is saved. */
export async function previewItem(
  item: ItemToPreview,
  audience: Omit<Audience, 'profiles'> & { readonly profiles?: readonly Profile[] | undefined },
  content: Content,
  model: DistrictModel,
  library: Library,
): Promise<PreviewedItem> {
  const meant = { ...audience, profiles: audience.profiles ?? profiles };
  const places = resolveAudience(model, meant);
  const texts = { id: 'item', title: { zh: '', en: '' }, audio: item.audio, ...(item.text ? { text: item.text } : {}) };
  const [variant] = variantsOf(
    { id: 'preview', title: texts.title, valid: { from: '', to: '' }, audience: meant, items: [texts], cues: [] },
    places,
    model,
  );
  const filled = (text: string) => fillIn(text, variant?.values ?? {});
  const spokenAt = (dialect: string) => places.filter(({ dialects }) => dialects.includes(dialect)).length;
  const audio: PreviewedVersion[] = [];
  for (const version of item.audio) {
    const text = version.text === undefined ? undefined : filled(version.text);
    const said = await sayVersion({ ...version, ...(text === undefined ? {} : { text }) }, content, library);
    const seconds = said.seconds ?? 0;
    const tooLongFor = meant.profiles.flatMap((profile) => {
      const target = audioTargets[profile];
      if (!target || seconds + target.leadIn.milliseconds / 1000 <= target.maxSeconds) return [];
      return { profile, maxSeconds: target.maxSeconds };
    });
    const words = text === undefined ? {} : { words: text };
    audio.push({ dialect: version.dialect, places: spokenAt(version.dialect), ...words, ...said, tooLongFor });
  }
  const had = new Set(item.audio.map(({ dialect }) => dialect));
  for (const dialect of new Set(places.flatMap(({ dialects }) => dialects))) {
    if (had.has(dialect) || item.audio.length === 0) continue;
    const reason = { code: 'version-missing', details: { dialect } };
    audio.push({ dialect, places: spokenAt(dialect), voice: 'none', reason, estimated: false, tooLongFor: [] });
  }
  const { policeStations, ...conditions } = meant;
  const signs = audiencePlaces({ ...conditions, 'police-stations': policeStations }, content).flatMap((at) => at.signs);
  return {
    places: places.length,
    people: places.reduce((sum, { people }) => sum + people, 0),
    audio,
    signs: item.text === undefined ? [] : signFits(filled(item.text), signs),
  };
}

type Said = Pick<PreviewedVersion, 'voice' | 'engine' | 'reason' | 'seconds' | 'estimated'>;

async function sayVersion(version: SpokenVersion, content: Content, library: Library): Promise<Said> {
  const { dialect, text = '', recording } = version;
  try {
    if (recording !== undefined) {
      const { durationMs } = await library.measure(join(content.media.audio, recording));
      return { voice: 'recording', seconds: durationMs / 1000, estimated: false };
    }
    const made = await library.speak(text, dialect);
    if (made.kind === 'unavailable') return { voice: 'none', reason: reasonOf(made), estimated: false };
    const engine = made.voice.engine ?? 'espeak-ng';
    return { voice: 'synthesis', engine, seconds: made.durationMs / 1000, estimated: false };
  } catch (error) {
    if (!(error instanceof XiaolabaError) || error.family === 'bug') throw error;
    const { path: _, ...details } = error.details;
    const reason = { code: error.code, details: details as Refused['details'] };
    // What is no fault of the words says nothing against them: they take about so long.
    if (error.family === 'world' && text !== '')
      return { voice: 'none', reason, seconds: spokenSeconds(text), estimated: true };
    return { voice: 'none', reason, estimated: false };
  }
}

/** Why nobody can say it, as the API tells it. */
export function reasonOf(unavailable: {
  readonly code: 'no-text' | 'no-voice' | 'voice-unreadable';
  readonly dialect: string;
  readonly parts: readonly string[];
}): Refused {
  const { code, dialect, parts } = unavailable;
  if (code === 'no-text') return { code: 'speech-empty', details: {} };
  if (code === 'no-voice') return { code: 'speech-no-voice', details: { dialect } };
  return { code: 'speech-unreadable', details: { dialect, parts: [...parts] } };
}

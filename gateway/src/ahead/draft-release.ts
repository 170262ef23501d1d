import { addDays, instantOf, type NamedRelease, type Profile, type Release } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import { cueOf } from '../campaigns/freeze.js';
import type { Campaign, SpokenVersion } from '../content/index.js';
import { audioTargets } from '../library/index.js';

/** Characters a second of the synthesiser's pace, and what a stop between clauses adds, milliseconds. */
const charactersPerSecond = 4;
const pauseMs = 300;
/** A recording that nobody has rendered yet: what a spot usually lasts. */
const recordingMs = 15_000;

export interface DraftInput {
  readonly campaign: Campaign;
  readonly places: readonly string[];
  readonly zone: string;
  /** Dialects that can be synthesised. */
  readonly voices: ReadonlySet<string>;
  /** Releases that were rendered: the same words last as long again. */
  readonly rendered: readonly NamedRelease[];
}

export interface DraftRelease {
  readonly named: NamedRelease;
  /** Whether some length is an estimate: the words have never been rendered. */
  readonly estimated: boolean;
}

/**
 * A draft as the release that it would become, without rendering anything: fast enough for a form while one types.
 * Lengths are those of the same words in what was rendered before, else estimated from the number of characters.
 */
export function draftRelease({ campaign, places, zone, voices, rendered }: DraftInput): DraftRelease {
  const known = new Map<string, number>();
  for (const { release } of rendered) {
    for (const item of release.items) {
      for (const { dialect, words, renditions } of item.audio) {
        for (const { profile, durationMs } of renditions) {
          if (words !== undefined) known.set(`${profile} ${dialect} ${words}`, durationMs);
          known.set(`${profile} ${dialect} ${release.campaign}/${item.id}`, durationMs);
        }
      }
    }
  }
  let estimated = false;
  const lengthOf = (item: string, { dialect, text, recording }: SpokenVersion, profile: Profile): number => {
    // The words of one place stand for those of all: a name more or less is a fraction of a second.
    const filled = text?.includes('{') || recording !== undefined;
    const length = known.get(`${profile} ${dialect} ${filled ? `${campaign.id}/${item}` : text}`);
    if (length !== undefined) return length;
    estimated = true;
    const leadIn = audioTargets[profile]?.leadIn.milliseconds ?? 0;
    return leadIn + (recording === undefined ? spokenMs(text ?? '') : recordingMs);
  };
  const profiles = campaign.audience.profiles.filter((profile) => audioTargets[profile] !== undefined);
  const items: Release['items'] = campaign.items.map((item) => ({
    id: item.id,
    title: item.title.zh,
    audio: item.audio
      .filter(({ dialect, text, recording }) => recording !== undefined || (text !== undefined && voices.has(dialect)))
      .map((version) => ({
        dialect: version.dialect,
        voice: version.recording === undefined ? 'synthesis' : 'recording',
        renditions: profiles.map((profile) => ({
          profile,
          sha256: '0'.repeat(64),
          bytes: 1,
          durationMs: lengthOf(item.id, version, profile),
          format: audioTargets[profile]?.format ?? 'mp3',
          leadInMs: 0,
        })),
      })),
    ...(item.text === undefined ? {} : { text: item.text }),
  }));
  const release: Release = {
    v: 1,
    campaign: campaign.id,
    revision: 1,
    title: campaign.title.zh,
    frozenAt: 0,
    validFrom: instantOf(campaign.valid.from, '00:00', zone),
    validUntil: instantOf(addDays(campaign.valid.to, 1), '00:00', zone),
    audience: { profiles: [...campaign.audience.profiles], places: [...places] },
    items,
    cues: campaign.cues.map(cueOf),
  };
  return { named: { sha256: sha256(Buffer.from(`draft ${campaign.id}`)), release }, estimated };
}

function spokenMs(text: string): number {
  const said = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const stops = text.match(/[\p{P}]/gu)?.length ?? 0;
  return Math.max(500, Math.round((said * 1000) / charactersPerSecond) + stops * pauseMs);
}

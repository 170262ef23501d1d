import { join } from 'node:path';
import {
  addDays,
  type Cue,
  encodeMessage,
  type Item,
  instantOf,
  type Release,
  type Rendition,
  releaseSchema,
  type Timing,
  videoProfile,
  XiaolabaError,
} from '@xiaolaba/protocol';
import type { Campaign, CampaignCue, CampaignItem, MediaDirectories } from '../content/index.js';
import { audioTargets, type Library } from '../library/index.js';
import { resolveAudience } from './audience.js';
import type { DistrictModel } from './district-model.js';
import { fillIn, type Variant, variantsOf } from './variants.js';

/** Something that an editor should know of a draft; only `error` keeps it from being a candidate. */
export interface CampaignProblem {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly item?: string;
  readonly dialect?: string;
}

export interface Candidate {
  readonly variant: string;
  readonly payload: Uint8Array;
  readonly release: Release;
  readonly people: number;
}

export interface Frozen {
  readonly candidates: readonly Candidate[];
  readonly problems: readonly CampaignProblem[];
}

export interface FreezeDeps {
  readonly library: Library;
  readonly media: MediaDirectories;
  readonly now: () => number;
}

/** How a text that stays up is accounted for: an hour is short enough to name when a sign was dark. */
const textSegmentSeconds = 3600;

function timingOf({ timing }: CampaignCue): Timing {
  const windows = timing.windows.map((window) => ({
    ...window,
    days: Array.isArray(window.days) ? [...window.days] : window.days,
  }));
  if (timing.kind === 'triggered')
    return { kind: 'triggered', on: timing.on, windows, cooldownSeconds: timing.cooldownSeconds };
  if (timing.cadence === 'once') return { kind: 'once', windows };
  if (timing.cadence === 'continuous') return { kind: 'continuous', windows, segmentSeconds: textSegmentSeconds };
  return { kind: 'every', windows, seconds: timing.cadence.every };
}

/** A cue as a release has it. */
export const cueOf = (cue: CampaignCue): Cue => ({
  id: cue.id,
  output: cue.output,
  items: [...cue.items],
  timing: timingOf(cue),
  priority: cue.priority,
  volumeCap: cue.volumeCap,
  dialects: cue.dialects,
  breaksQuietHours: false,
});

/**
 * Turns a draft into what an approver signs: every text filled in, every voice rendered, the audience spelt out.
 * One candidate for each variant. A dialect without recording or voice becomes a warning, and Mandarin stands in.
 */
export async function freeze(
  campaign: Campaign,
  revision: number,
  model: DistrictModel,
  deps: FreezeDeps,
): Promise<Frozen> {
  const problems: CampaignProblem[] = [];
  const places = resolveAudience(model, campaign.audience);
  if (places.length === 0) return { candidates: [], problems: [{ severity: 'error', code: 'audience-empty' }] };
  const candidates: Candidate[] = [];
  for (const variant of variantsOf(campaign, places, model)) {
    const items = await Promise.all(campaign.items.map((item) => renderItem(item, campaign, variant, deps, problems)));
    const draft = {
      v: 1 as const,
      campaign: campaign.id,
      revision,
      ...(variant.id ? { variant: variant.id } : {}),
      title: campaign.title.zh,
      frozenAt: deps.now(),
      validFrom: instantOf(campaign.valid.from, '00:00', model.zone),
      validUntil: instantOf(addDays(campaign.valid.to, 1), '00:00', model.zone),
      audience: { profiles: [...campaign.audience.profiles], places: variant.places.map(({ place }) => place) },
      items,
      cues: campaign.cues.map(cueOf),
    };
    const release = releaseSchema.parse(draft);
    const people = variant.places.reduce((sum, place) => sum + place.people, 0);
    candidates.push({ variant: variant.id, payload: encodeMessage(release), release, people });
  }
  return { candidates, problems: distinct(problems) };
}

async function renderItem(
  item: CampaignItem,
  campaign: Campaign,
  variant: Variant,
  deps: FreezeDeps,
  problems: CampaignProblem[],
): Promise<Item> {
  const spoken = campaign.cues.some((cue) => cue.output === 'audio' && cue.items.includes(item.id));
  const profiles = campaign.audience.profiles.filter((profile) => audioTargets[profile] !== undefined);
  const audio: Item['audio'] = [];
  for (const version of spoken ? item.audio : []) {
    const where = { item: item.id, dialect: version.dialect };
    try {
      const rendered = await deps.library.render(
        {
          dialect: version.dialect,
          ...(version.text === undefined ? {} : { text: fillIn(version.text, variant.values) }),
          ...(version.recording === undefined ? {} : { recordingPath: join(deps.media.audio, version.recording) }),
        },
        profiles,
      );
      if (rendered.kind === 'unavailable') {
        problems.push({ severity: 'warning', code: rendered.code, ...where });
        continue;
      }
      for (const refusal of rendered.refusals) problems.push({ severity: 'warning', code: refusal.code, ...where });
      const renditions = rendered.renditions.map(
        ({ profile, sha256, bytes, durationMs, format }): Rendition => ({
          profile,
          sha256,
          bytes,
          durationMs,
          format,
          leadInMs: audioTargets[profile]?.leadIn.milliseconds ?? 0,
        }),
      );
      if (renditions.length === 0) continue;
      const words = version.text === undefined ? undefined : fillIn(version.text, variant.values);
      audio.push({
        dialect: version.dialect,
        voice: rendered.voice,
        ...(words === undefined ? {} : { words }),
        renditions,
      });
    } catch (error) {
      if (!(error instanceof XiaolabaError) || error.family === 'bug') throw error;
      problems.push({ severity: 'error', code: error.code, ...where });
    }
  }
  if (spoken && audio.length === 0) problems.push({ severity: 'error', code: 'no-voice-at-all', item: item.id });
  const text = item.text === undefined ? undefined : fillIn(item.text, variant.values);
  const video = await renderVideo(item, campaign, deps, problems);
  return {
    id: item.id,
    title: item.title.zh,
    audio,
    ...(text === undefined ? {} : { text }),
    ...(video ? { video } : {}),
  };
}

/** Only where a screen may show it: films are large. */
async function renderVideo(
  { id, video }: CampaignItem,
  { audience, cues }: Campaign,
  { library, media }: FreezeDeps,
  problems: CampaignProblem[],
): Promise<Item['video']> {
  const shown = cues.some((cue) => cue.output === 'text' && cue.items.includes(id));
  if (video === undefined || !shown || !audience.profiles.includes(videoProfile)) return;
  try {
    return await library.renderVideo(join(media.video, video));
  } catch (error) {
    if (!(error instanceof XiaolabaError) || error.family === 'bug') throw error;
    problems.push({ severity: 'error', code: error.code, item: id });
    return;
  }
}

const distinct = (problems: readonly CampaignProblem[]): CampaignProblem[] => [
  ...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values(),
];

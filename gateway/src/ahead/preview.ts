import {
  type Calendar,
  type Cue,
  chooseVersion,
  type DroppedOccurrence,
  gapMs,
  instantOf,
  type NamedRelease,
  overlaps,
  type PlannedSlot,
  type Profile,
  planDay,
  profileOutputs,
  quietSpans,
  type Release,
  type SitePolicy,
  type Span,
  type SpokenChoice,
  triggerSpans,
} from '@xiaolaba/protocol';
import type { Preview } from '../api/ahead-contract.js';
import { heldReleases } from '../delivery/index.js';
import { reasonText } from './reasons.js';

export interface PreviewInput {
  readonly day: string;
  readonly place: string;
  readonly policy: SitePolicy;
  readonly calendar: Calendar;
  /** What stands, with candidates among it where they are to be tried. */
  readonly releases: readonly NamedRelease[];
  /** Ids of the devices there, by profile. */
  readonly devices: ReadonlyMap<Profile, readonly string[]>;
}

type ProfilePreview = Preview['profiles'][number];
type Said = ProfilePreview['triggered'][number]['says'][number];

export const localDay = (day: string, zone: string): Span => ({
  from: instantOf(day, '00:00', zone),
  to: instantOf(day, '24:00', zone),
});

/** The parts of quiet hours that lie on a day, in order. */
export function quietOn(policy: SitePolicy, day: string): Span[] {
  const span = localDay(day, policy.zone);
  return quietSpans(policy.quietHours, day, policy.zone)
    .filter((quiet) => overlaps(quiet, span))
    .map(({ from, to }) => ({ from: Math.max(from, span.from), to: Math.min(to, span.to) }));
}

/** What each profile at a place plays on a day, what it does not and why: the device's own plan, told ahead. */
export function previewDay(input: PreviewInput): ProfilePreview[] {
  const { day, policy, calendar } = input;
  const span = localDay(day, policy.zone);
  return [...input.devices].map(([profile, devices]) => {
    const releases = heldReleases(input.releases, input.place, profile, span.from).filter(
      ({ release }) => release.validFrom < span.to,
    );
    const named = new Map(releases.map((one) => [one.sha256, one]));
    const plan = { releases, profile, outputs: profileOutputs[profile], policy, calendar };
    const { slots, dropped } = planDay(plan, day);
    return {
      profile,
      devices: [...devices],
      plays: slots.map((slot) => playOf(slot, slots, named)),
      dropped: dropped.map((one) => droppedOf(one, named)),
      triggered: releases.flatMap(({ release }) =>
        release.cues.flatMap((cue) => {
          if (cue.timing.kind !== 'triggered') return [];
          const spans = triggerSpans(cue, plan, day);
          if (spans.length === 0) return [];
          const { on, cooldownSeconds } = cue.timing;
          const { campaign, title } = release;
          const { id, output, items } = cue;
          const volume = Math.min(cue.volumeCap, policy.volumeCap);
          const says = saidBy(release, cue, profile, policy);
          return [{ campaign, title, cue: id, output, items, says, volume, on, cooldownSeconds, spans }];
        }),
      ),
    };
  });
}

/** What a cue says at a place over time: its items in turn, and in the dialects that take turns there. */
function saidBy(release: Release, cue: Cue, profile: Profile, policy: SitePolicy): Said[] {
  const rounds = cue.dialects === 'rotate' ? Math.max(1, policy.dialects.length) : 1;
  return cue.items.flatMap((id): Said[] => {
    const item = release.items.find((one) => one.id === id);
    if (!item) return [];
    const named = { item: id, itemTitle: item.title };
    if (cue.output === 'text') return item.text === undefined ? [] : [{ ...named, text: item.text }];
    const heard = Array.from({ length: rounds }, (_, round) =>
      chooseVersion(item, profile, policy.dialects, cue.dialects, round),
    );
    return heard.flatMap((spoken) => (spoken ? [{ ...named, ...spokenOf(spoken) }] : []));
  });
}

const spokenOf = ({ dialect, wanted, voice, words, rendition }: SpokenChoice) => ({
  dialect,
  voice,
  audio: `/blobs/${rendition.sha256}`,
  ...(wanted ? { wanted } : {}),
  ...(words ? { words } : {}),
});

function playOf(
  slot: PlannedSlot,
  slots: readonly PlannedSlot[],
  named: ReadonlyMap<string, NamedRelease>,
): ProfilePreview['plays'][number] {
  const release = named.get(slot.release)?.release;
  const item = release?.items.find(({ id }) => id === slot.item);
  const { spoken, campaign, cue, output, priority, volume, dueAt, startAt, endAt } = slot;
  const before =
    startAt > dueAt
      ? slots.find((other) => other.output === output && other.endAt + (output === 'audio' ? gapMs : 0) === startAt)
      : undefined;
  return {
    release: slot.release,
    campaign,
    title: release?.title ?? campaign,
    cue,
    item: slot.item,
    itemTitle: item?.title ?? slot.item,
    output,
    priority,
    volume,
    dueAt,
    startAt,
    endAt,
    ...(before ? { waitsFor: { campaign: before.campaign, cue: before.cue } } : {}),
    ...(spoken ? spokenOf(spoken) : {}),
    ...(output === 'text' && item?.text ? { text: item.text } : {}),
  };
}

function droppedOf(
  { release, campaign, cue, dueAt, reason, by }: DroppedOccurrence,
  named: ReadonlyMap<string, NamedRelease>,
): ProfilePreview['dropped'][number] {
  const titleOf = (id: string) => [...named.values()].find((one) => one.release.campaign === id)?.release.title ?? id;
  return {
    campaign,
    title: named.get(release)?.release.title ?? campaign,
    cue,
    dueAt,
    reason,
    message: reasonText(reason, by ? titleOf(by.campaign) : ''),
    ...(by ? { by } : {}),
  };
}

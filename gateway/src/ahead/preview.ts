import {
  type Calendar,
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
  type SitePolicy,
  type Span,
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
          return [{ campaign, title, cue: cue.id, output: cue.output, items: cue.items, on, cooldownSeconds, spans }];
        }),
      ),
    };
  });
}

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
    ...(spoken ? { dialect: spoken.dialect, voice: spoken.voice, audio: `/blobs/${spoken.rendition.sha256}` } : {}),
    ...(spoken?.wanted ? { wanted: spoken.wanted } : {}),
    ...(spoken?.words ? { words: spoken.words } : {}),
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

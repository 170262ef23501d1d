import type { SitePolicy } from '../assignment.js';
import { addDays, type Calendar } from '../calendar/calendar.js';
import type { Output, Profile } from '../ids.js';
import type { Cue, Item, NamedRelease } from '../release.js';
import { chooseVersion, type SpokenChoice } from './dialect.js';
import { instantOf } from './local-time.js';
import { overlaps, quietSpans, type Span, windowSpans } from './windows.js';

/** Everything that decides what a device plays; equal inputs give equal plans on device and gateway. */
export interface PlanInput {
  readonly releases: readonly NamedRelease[];
  readonly profile: Profile;
  readonly outputs: readonly Output[];
  readonly policy: SitePolicy;
  readonly calendar: Calendar;
}

/** One expected playing of one cue. */
export interface PlannedSlot {
  readonly release: string;
  readonly campaign: string;
  readonly cue: string;
  readonly item: string;
  readonly output: Output;
  readonly priority: number;
  /** By the cadence. */
  readonly dueAt: number;
  /** When its turn comes; later than due where something else goes first. */
  readonly startAt: number;
  readonly endAt: number;
  readonly spoken?: SpokenChoice;
  /** Per cent: the lower of the cue's and the place's cap. */
  readonly volume: number;
}

/** Why an occurrence is not expected. */
export type DropReason =
  | 'quiet-hours'
  | 'higher-priority'
  | 'equal-priority'
  | 'window-end'
  | 'not-in-force'
  | 'no-audio';

export interface DroppedOccurrence {
  readonly release: string;
  readonly campaign: string;
  readonly cue: string;
  readonly dueAt: number;
  readonly reason: DropReason;
  /** What took its time, where something did. */
  readonly by?: { readonly campaign: string; readonly cue: string };
}

export interface DayPlan {
  readonly day: string;
  readonly slots: readonly PlannedSlot[];
  readonly dropped: readonly DroppedOccurrence[];
}

interface Occurrence {
  readonly named: NamedRelease;
  readonly cue: Cue;
  readonly item: Item;
  readonly dueAt: number;
  readonly durationMs: number;
  readonly latestStart: number;
  readonly window: Span;
  readonly spoken?: SpokenChoice;
}

/** Silence between two plays on one loudspeaker, so that they don't run into each other. */
export const gapMs = 1000;
/** A timed play may wait this long for its turn, and never past its next repetition. */
export const maxWaitMs = 300_000;

function* occurrencesOf(
  named: NamedRelease,
  cue: Cue,
  input: PlanInput,
  day: string,
): Generator<Occurrence | DroppedOccurrence> {
  const { timing } = cue;
  if (timing.kind === 'triggered') return;
  const { zone } = input.policy;
  const items = new Map(named.release.items.map((item) => [item.id, item]));
  const dayStart = instantOf(day, '00:00', zone);
  const dayEnd = instantOf(day, '24:00', zone);
  const stepMs =
    timing.kind === 'every' ? timing.seconds * 1000 : timing.kind === 'continuous' ? timing.segmentSeconds * 1000 : 0;
  // A window that began yesterday and passes midnight goes on today.
  const windows = [addDays(day, -1), day].flatMap((start) => windowSpans(timing.windows, input.calendar, start, zone));
  for (const window of windows) {
    for (let count = 0, dueAt = window.from; dueAt < window.to; count++, dueAt += stepMs) {
      if (dueAt >= dayStart && dueAt < dayEnd) yield occurrence(count, dueAt, window);
      if (stepMs === 0) break;
    }
  }

  function occurrence(count: number, dueAt: number, window: Span): Occurrence | DroppedOccurrence {
    const name = { release: named.sha256, campaign: named.release.campaign, cue: cue.id, dueAt };
    if (dueAt < named.release.validFrom || dueAt >= named.release.validUntil)
      return { ...name, reason: 'not-in-force' };
    const item = items.get(cue.items[count % cue.items.length] ?? '');
    if (!item) return { ...name, reason: 'no-audio' };
    if (cue.output === 'text') {
      const end =
        timing.kind === 'continuous'
          ? Math.min(dueAt + stepMs, window.to)
          : Math.min(dueAt + (stepMs || 60_000), window.to);
      return { named, cue, item, dueAt, window, durationMs: end - dueAt, latestStart: dueAt };
    }
    const round = Math.floor(count / cue.items.length);
    const spoken = chooseVersion(item, input.profile, input.policy.dialects, cue.dialects, round);
    if (!spoken) return { ...name, reason: 'no-audio' };
    const wait = Math.min(maxWaitMs, stepMs > 0 ? stepMs - 1 : maxWaitMs);
    return {
      named,
      cue,
      item,
      dueAt,
      window,
      spoken,
      durationMs: spoken.rendition.durationMs,
      latestStart: dueAt + wait,
    };
  }
}

/** Highest priority first; equals by time, then by campaign and cue, so that every device decides alike. */
const byTurn = (a: Occurrence, b: Occurrence): number =>
  b.cue.priority - a.cue.priority ||
  a.dueAt - b.dueAt ||
  (a.named.release.campaign < b.named.release.campaign
    ? -1
    : a.named.release.campaign > b.named.release.campaign
      ? 1
      : 0) ||
  (a.cue.id < b.cue.id ? -1 : a.cue.id > b.cue.id ? 1 : 0);

/**
 * What a device is to play on one local day: the one function by which a device plays and a gateway expects.
 * Each output plays one thing at a time. The more urgent goes first; the other waits its turn, at most
 * five minutes and within its window, and otherwise is not expected, with the reason.
 */
export function planDay(input: PlanInput, day: string): DayPlan {
  const slots: PlannedSlot[] = [];
  const dropped: DroppedOccurrence[] = [];
  const quiet = quietSpans(input.policy.quietHours, day, input.policy.zone);
  for (const output of input.outputs) {
    const waiting: Occurrence[] = [];
    for (const named of input.releases) {
      if (!named.release.audience.profiles.includes(input.profile)) continue;
      for (const cue of named.release.cues) {
        if (cue.output !== output) continue;
        for (const found of occurrencesOf(named, cue, input, day)) {
          if ('reason' in found) dropped.push(found);
          else waiting.push(found);
        }
      }
    }
    const placed: PlannedSlot[] = [];
    for (const occurrence of waiting.sort(byTurn)) {
      const result = place(occurrence, placed, output === 'audio' ? quiet : [], input.policy.volumeCap);
      if ('reason' in result) dropped.push(result);
      else placed.push(result);
    }
    slots.push(...placed);
  }
  return {
    day,
    slots: slots.sort(bySlot),
    dropped: dropped.sort((a, b) => a.dueAt - b.dueAt || (a.cue < b.cue ? -1 : 1)),
  };
}

const bySlot = (a: PlannedSlot, b: PlannedSlot): number =>
  a.startAt - b.startAt ||
  (a.output < b.output ? -1 : a.output > b.output ? 1 : 0) ||
  (a.campaign < b.campaign ? -1 : 1);

function place(
  occurrence: Occurrence,
  placed: readonly PlannedSlot[],
  quiet: readonly Span[],
  volumeCap: number,
): PlannedSlot | DroppedOccurrence {
  const { named, cue, item, dueAt, durationMs, latestStart, window, spoken } = occurrence;
  const name = { release: named.sha256, campaign: named.release.campaign, cue: cue.id, dueAt };
  const gap = cue.output === 'audio' ? gapMs : 0;
  let startAt = dueAt;
  let blocker: PlannedSlot | undefined;
  for (;;) {
    const span = { from: startAt - gap, to: startAt + durationMs + gap };
    const inTheWay = placed.find((slot) => overlaps(span, { from: slot.startAt, to: slot.endAt }));
    if (!inTheWay) break;
    blocker = inTheWay;
    startAt = inTheWay.endAt + gap;
    if (startAt > latestStart) break;
  }
  const takenBy = blocker && { by: { campaign: blocker.campaign, cue: blocker.cue } };
  const late: DropReason = blocker && blocker.priority > cue.priority ? 'higher-priority' : 'equal-priority';
  if (startAt > latestStart) return { ...name, reason: late, ...takenBy };
  const endAt = startAt + durationMs;
  if (endAt > window.to) return { ...name, reason: blocker ? late : 'window-end', ...takenBy };
  const span = { from: startAt, to: endAt };
  if (!cue.breaksQuietHours && quiet.some((hours) => overlaps(span, hours))) return { ...name, reason: 'quiet-hours' };
  const volume = Math.min(cue.volumeCap, volumeCap);
  return {
    ...name,
    item: item.id,
    output: cue.output,
    priority: cue.priority,
    startAt,
    endAt,
    volume,
    ...(spoken ? { spoken } : {}),
  };
}

/** Names a slot within one device: the release, the cue and when it is due. */
export const slotKey = (slot: { readonly release: string; readonly cue: string; readonly dueAt: number }): string =>
  `${slot.release.slice(0, 16)}/${slot.cue}/${slot.dueAt}`;

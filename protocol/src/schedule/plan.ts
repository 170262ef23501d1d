import type { DayPlan, DroppedOccurrence, DropReason, PlanInput, PlannedSlot } from './day-plan.js';
import { daySpan, dropOf, type Occurrence, occurrencesOf } from './occurrences.js';
import { Timeline } from './timeline.js';
import { overlaps, quietSpans, type Span } from './windows.js';

export { lateStartMs, lateStartOf, maxWaitMs } from './occurrences.js';

/** Silence between two plays on one loudspeaker, so that they don't run into each other. */
export const gapMs = 1000;
/** Less than this of a text nobody can read. */
const minFillMs = 5000;

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Highest priority first; equals by time, then by name, so that every device decides alike. */
const byTurn = (a: Occurrence, b: Occurrence): number =>
  b.cue.priority - a.cue.priority ||
  a.dueAt - b.dueAt ||
  compare(a.named.release.campaign, b.named.release.campaign) ||
  compare(a.cue.id, b.cue.id) ||
  compare(a.named.sha256, b.named.sha256);

/**
 * What a device is to play on one local day: the one function by which a device plays and a gateway expects.
 * Each output plays one thing at a time. The more urgent goes first; the other waits its turn, at most five
 * minutes and within its window, and otherwise is not expected, with the reason. Text that fills its time does
 * not wait but goes on around the more urgent, one slot for each part. Nothing runs past local midnight, so that
 * each day is planned and accounted for by itself.
 */
export function planDay(input: PlanInput, day: string): DayPlan {
  const { policy } = input;
  const span = daySpan(day, policy.zone);
  const quiet = quietSpans(policy.quietHours, day, policy.zone).filter((hours) => overlaps(hours, span));
  const releases = [...new Map(input.releases.map((named) => [named.sha256, named])).values()].filter((named) =>
    named.release.audience.profiles.includes(input.profile),
  );
  const slots: PlannedSlot[] = [];
  const dropped: DroppedOccurrence[] = [];
  for (const output of new Set(input.outputs)) {
    const waiting: Occurrence[] = [];
    for (const named of releases) {
      for (const cue of named.release.cues) {
        if (cue.output !== output) continue;
        for (const found of occurrencesOf({ named, cue, input, day: span }, day)) {
          if ('reason' in found) dropped.push(found);
          else waiting.push(found);
        }
      }
    }
    const turn: Turn = {
      timeline: new Timeline(),
      quiet: output === 'audio' ? quiet : [],
      gap: output === 'audio' ? gapMs : 0,
      dayEnd: span.to,
      volumeCap: policy.volumeCap,
    };
    for (const occurrence of waiting.sort(byTurn)) {
      const drop = occurrence.fills ? fill(occurrence, turn) : place(occurrence, turn);
      if (drop) dropped.push(drop);
    }
    slots.push(...turn.timeline.all);
  }
  return { day, slots: slots.sort(bySlot), dropped: dropped.sort(byDue) };
}

const byName = (
  a: Pick<PlannedSlot, 'campaign' | 'cue' | 'release'>,
  b: Pick<PlannedSlot, 'campaign' | 'cue' | 'release'>,
): number => compare(a.campaign, b.campaign) || compare(a.cue, b.cue) || compare(a.release, b.release);
const bySlot = (a: PlannedSlot, b: PlannedSlot): number =>
  a.startAt - b.startAt || compare(a.output, b.output) || byName(a, b);
const byDue = (a: DroppedOccurrence, b: DroppedOccurrence): number => a.dueAt - b.dueAt || byName(a, b);

/** One output's day so far, and what it may not break. */
interface Turn {
  readonly timeline: Timeline<PlannedSlot>;
  readonly quiet: readonly Span[];
  readonly gap: number;
  readonly dayEnd: number;
  readonly volumeCap: number;
}

function slotOf(occurrence: Occurrence, startAt: number, endAt: number, turn: Turn, dueAt: number): PlannedSlot {
  const { named, cue, item, spoken } = occurrence;
  return {
    release: named.sha256,
    campaign: named.release.campaign,
    cue: cue.id,
    dueAt,
    item: item.id,
    output: cue.output,
    priority: cue.priority,
    startAt,
    endAt,
    volume: Math.min(cue.volumeCap, turn.volumeCap),
    ...(spoken ? { spoken } : {}),
  };
}

function takenBy(occurrence: Occurrence, blocker: PlannedSlot): DroppedOccurrence {
  const reason = blocker.priority > occurrence.cue.priority ? 'higher-priority' : 'equal-priority';
  return { ...dropOf(occurrence, reason), by: { campaign: blocker.campaign, cue: blocker.cue } };
}

/** Puts a play where its turn comes, or says why it has none. */
function place(occurrence: Occurrence, turn: Turn): DroppedOccurrence | undefined {
  const { named, cue, dueAt, durationMs, latestStart, windowEnd } = occurrence;
  const isQuiet = (startAt: number): boolean =>
    !cue.breaksQuietHours && turn.quiet.some((hours) => overlaps({ from: startAt, to: startAt + durationMs }, hours));
  if (isQuiet(dueAt)) return dropOf(occurrence, 'quiet-hours');
  let startAt = dueAt;
  let blocker: PlannedSlot | undefined;
  for (;;) {
    const inTheWay = turn.timeline.inTheWay({ from: startAt - turn.gap, to: startAt + durationMs + turn.gap });
    if (!inTheWay) break;
    blocker = inTheWay;
    startAt = inTheWay.endAt + turn.gap;
    if (startAt > latestStart) return takenBy(occurrence, blocker);
  }
  const endAt = startAt + durationMs;
  const late: DropReason | undefined =
    endAt > windowEnd
      ? 'window-end'
      : endAt > named.release.validUntil
        ? 'not-in-force'
        : endAt + turn.gap > turn.dayEnd
          ? 'day-end'
          : undefined;
  if (late) return blocker ? takenBy(occurrence, blocker) : dropOf(occurrence, late);
  if (isQuiet(startAt)) return dropOf(occurrence, 'quiet-hours');
  turn.timeline.add(slotOf(occurrence, startAt, endAt, turn, dueAt));
}

/** Gives a text all that is free of its time; each part is due when it begins. */
function fill(occurrence: Occurrence, turn: Turn): DroppedOccurrence | undefined {
  const { named, dueAt, durationMs } = occurrence;
  const from = Math.max(dueAt, named.release.validFrom);
  const held = Math.min(dueAt + durationMs, named.release.validUntil);
  const to = Math.min(held, turn.dayEnd);
  if (held - from < minFillMs)
    return dropOf(occurrence, held < dueAt + durationMs || from > dueAt ? 'not-in-force' : 'window-end');
  if (to - from < minFillMs) return dropOf(occurrence, 'day-end');
  const parts = turn.timeline.free({ from, to }).filter((part) => part.to - part.from >= minFillMs);
  const blocker = turn.timeline.inTheWay({ from, to });
  if (parts.length === 0 && blocker) return takenBy(occurrence, blocker);
  for (const part of parts) turn.timeline.add(slotOf(occurrence, part.from, part.to, turn, part.from));
}

/** Names a slot within one device: the release, the cue and when it is due. */
export const slotKey = (slot: { readonly release: string; readonly cue: string; readonly dueAt: number }): string =>
  `${slot.release.slice(0, 16)}/${slot.cue}/${slot.dueAt}`;

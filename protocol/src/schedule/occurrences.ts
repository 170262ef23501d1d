import { addDays } from '../calendar/calendar.js';
import { alertPriority, type Cue, type Item, type NamedRelease } from '../release.js';
import type { DroppedOccurrence, DropReason, PlanInput } from './day-plan.js';
import { chooseVersion, type SpokenChoice } from './dialect.js';
import { instantOf } from './local-time.js';
import { type Span, windowSpans } from './windows.js';

/** A timed play may wait this long for its turn, and never past its next repetition. */
export const maxWaitMs = 300_000;
/** Begun later than this after its turn, a timed sound is not that broadcast any more: a device doesn't begin it. */
export const lateStartMs = 120_000;
/** The same for an alert, the longest that one waits to be said again: whenever it comes, it is said at once. */
const alertLateStartMs = 600_000;
/** How late a sound of a priority may begin, milliseconds. */
export const lateStartOf = (priority: number): number => (priority >= alertPriority ? alertLateStartMs : lateStartMs);
/** A text that is shown once at the beginning of a window stays for this long. */
const onceTextMs = 60_000;

/** One coming-up of a cue, before anything is known of the others. */
export interface Occurrence {
  readonly named: NamedRelease;
  readonly cue: Cue;
  readonly item: Item;
  readonly dueAt: number;
  readonly durationMs: number;
  readonly latestStart: number;
  /** It ends within its window. */
  readonly windowEnd: number;
  /** Text that fills its time around whatever is more urgent, where sound would wait its turn. */
  readonly fills: boolean;
  readonly spoken?: SpokenChoice;
}

export interface CueDay {
  readonly named: NamedRelease;
  readonly cue: Cue;
  readonly input: PlanInput;
  readonly day: Span;
}

export const dropOf = (
  { named, cue, dueAt }: Pick<Occurrence, 'named' | 'cue' | 'dueAt'>,
  reason: DropReason,
): DroppedOccurrence => ({ release: named.sha256, campaign: named.release.campaign, cue: cue.id, dueAt, reason });

/** Every coming-up of a timed cue that falls on a local day; each moment once, however windows overlap. */
export function occurrencesOf(of: CueDay, dayName: string): (Occurrence | DroppedOccurrence)[] {
  const { cue, input, day } = of;
  const { timing } = cue;
  if (timing.kind === 'triggered') return [];
  const fills = cue.output === 'text' && timing.kind !== 'once';
  const stepMs =
    timing.kind === 'every' ? timing.seconds * 1000 : timing.kind === 'continuous' ? timing.segmentSeconds * 1000 : 0;
  const found = new Map<number, Occurrence | DroppedOccurrence>();
  // A window that began yesterday and passes midnight goes on today.
  for (const start of [addDays(dayName, -1), dayName]) {
    for (const window of windowSpans(timing.windows, input.calendar, start, input.policy.zone)) {
      const passed = Math.max(0, day.from - window.from);
      const skipped = stepMs === 0 ? 0 : fills ? Math.floor(passed / stepMs) : Math.ceil(passed / stepMs);
      const end = Math.min(window.to, day.to);
      for (let count = skipped, dueAt = window.from + count * stepMs; dueAt < end; count++, dueAt += stepMs) {
        // What fills goes on from yesterday's segment; what plays belongs to the day on which it is due.
        const at = fills ? Math.max(dueAt, day.from) : dueAt;
        if (at >= day.from && !found.has(at)) {
          const until = Math.min(dueAt + (stepMs || onceTextMs), window.to);
          found.set(at, occurrence(of, count, stepMs, { from: at, to: until }, window.to));
        }
        if (stepMs === 0) break;
      }
    }
  }
  return [...found.values()];
}

/** The local day as a span. */
export const daySpan = (day: string, zone: string): Span => ({
  from: instantOf(day, '00:00', zone),
  to: instantOf(day, '24:00', zone),
});

function occurrence(
  { named, cue, input }: CueDay,
  count: number,
  stepMs: number,
  span: Span,
  windowEnd: number,
): Occurrence | DroppedOccurrence {
  const dueAt = span.from;
  const fills = cue.output === 'text' && stepMs > 0;
  const { validFrom, validUntil } = named.release;
  // What fills may begin and end in mid-segment with its release; what plays is due while its release holds.
  const untimely = fills ? span.to <= validFrom : dueAt < validFrom;
  if (untimely || dueAt >= validUntil) return dropOf({ named, cue, dueAt }, 'not-in-force');
  const wanted = cue.items[count % cue.items.length];
  const item = named.release.items.find((candidate) => candidate.id === wanted);
  const latestStart = dueAt + Math.min(maxWaitMs, stepMs > 0 ? stepMs - 1 : maxWaitMs);
  if (cue.output === 'text') {
    if (item?.text === undefined) return dropOf({ named, cue, dueAt }, 'no-text');
    return { named, cue, item, dueAt, durationMs: span.to - dueAt, latestStart, windowEnd, fills };
  }
  const round = Math.floor(count / cue.items.length);
  const spoken = item && chooseVersion(item, input.profile, input.policy.dialects, cue.dialects, round);
  if (!item || !spoken) return dropOf({ named, cue, dueAt }, 'no-audio');
  const { durationMs } = spoken.rendition;
  return { named, cue, item, dueAt, durationMs, latestStart, windowEnd, fills, spoken };
}

import { addDays } from '../calendar/calendar.js';
import type { Cue, Item, NamedRelease, TriggerKind } from '../release.js';
import type { PlanInput } from './day-plan.js';
import { chooseVersion, type SpokenChoice } from './dialect.js';
import { dayOf } from './local-time.js';
import { overlaps, quietSpans, type Span, windowSpans } from './windows.js';

export interface TriggerEvent {
  readonly on: TriggerKind;
  readonly at: number;
  /** How often this cue has been triggered before, so that items and dialects take turns. */
  readonly count: (release: string, cue: string) => number;
  /** When this cue last played (at this site), for the cooldown. */
  readonly lastAt: (release: string, cue: string) => number | undefined;
}

export interface TriggeredPlay {
  readonly named: NamedRelease;
  readonly cue: Cue;
  readonly item: Item;
  readonly spoken?: SpokenChoice;
  readonly volume: number;
}

/** The spans in which a triggered cue listens that begin on a local day: the bands a place is accounted for in. */
export function triggerSpans(cue: Cue, input: PlanInput, day: string): Span[] {
  return cue.timing.kind === 'triggered' ? windowSpans(cue.timing.windows, input.calendar, day, input.policy.zone) : [];
}

/** Whether a release holds at an instant. */
export const inForce = (named: NamedRelease, at: number): boolean =>
  named.release.validFrom <= at && at < named.release.validUntil;

/**
 * What an event plays, one winner per output: the highest priority among the cues that listen for it now.
 * Outside windows, in quiet hours or within the cooldown nothing is expected and nothing plays.
 */
export function triggered(input: PlanInput, event: TriggerEvent): TriggeredPlay[] {
  const { zone, quietHours, volumeCap, dialects } = input.policy;
  const day = dayOf(event.at, zone);
  // A play that begins in time must end in time: today's quiet hours, yesterday's, and tomorrow's from midnight.
  const quiet = [...quietSpans(quietHours, day, zone), ...quietSpans(quietHours, addDays(day, 1), zone)];
  const isQuiet = (ms: number): boolean => quiet.some((span) => overlaps(span, { from: event.at, to: event.at + ms }));
  const winners = new Map<string, TriggeredPlay>();
  for (const named of input.releases) {
    if (!inForce(named, event.at) || !named.release.audience.profiles.includes(input.profile)) continue;
    for (const cue of named.release.cues) {
      const { timing } = cue;
      if (timing.kind !== 'triggered' || timing.on !== event.on || !input.outputs.includes(cue.output)) continue;
      const spans = [addDays(day, -1), day].flatMap((start) => triggerSpans(cue, input, start));
      if (!spans.some((span) => span.from <= event.at && event.at < span.to)) continue;
      const last = event.lastAt(named.sha256, cue.id);
      // A last time that lies ahead was told by a clock that has since been put back: it holds nothing up.
      const since = last === undefined ? Number.POSITIVE_INFINITY : event.at - last;
      if (since >= 0 && since < timing.cooldownSeconds * 1000) continue;
      const count = event.count(named.sha256, cue.id);
      const item = named.release.items.find((candidate) => candidate.id === cue.items[count % cue.items.length]);
      if (!item) continue;
      const spoken =
        cue.output === 'audio'
          ? chooseVersion(item, input.profile, dialects, cue.dialects, Math.floor(count / cue.items.length))
          : undefined;
      if (cue.output === 'audio' && !spoken) continue;
      if (cue.output === 'text' && item.text === undefined) continue;
      if (spoken && !cue.breaksQuietHours && isQuiet(spoken.rendition.durationMs)) continue;
      const best = winners.get(cue.output);
      const wins = !best || beats({ named, cue }, best);
      if (wins)
        winners.set(cue.output, {
          named,
          cue,
          item,
          volume: Math.min(cue.volumeCap, volumeCap),
          ...(spoken ? { spoken } : {}),
        });
    }
  }
  return [...new Set(input.outputs)].flatMap((output) => winners.get(output) ?? []);
}

/** By priority; equals by name, so that the order in which releases arrived decides nothing. */
function beats(a: Pick<TriggeredPlay, 'named' | 'cue'>, b: Pick<TriggeredPlay, 'named' | 'cue'>): boolean {
  if (a.cue.priority !== b.cue.priority) return a.cue.priority > b.cue.priority;
  const name = ({ named, cue }: Pick<TriggeredPlay, 'named' | 'cue'>) =>
    `${named.release.campaign} ${cue.id} ${named.sha256}`;
  return name(a) < name(b);
}

import {
  addDays,
  type Calendar,
  dayOf,
  type NamedRelease,
  type Output,
  overlaps,
  type Profile,
  quietSpans,
  type SitePolicy,
  type Span,
  type TriggerKind,
  windowSpans,
} from '@xiaolaba/protocol';
import { dayKindOf, localDay } from '../ahead/index.js';
import type { Slot } from '../coverage/index.js';
import type { Programme, Today } from './today-contract.js';

/** Days to come that are told of, and within how many the end of a campaign is worth a word. */
const fortnight = 14;
const week = 7;
const dayMs = 86_400_000;

export interface TodayInput {
  readonly now: number;
  readonly zone: string;
  readonly calendar: Calendar;
  readonly standing: readonly NamedRelease[];
  readonly policyOf: (place: string) => SitePolicy | undefined;
  /** Whether a device of one of these profiles is at a place. */
  readonly hasDevice: (place: string, profiles: readonly Profile[]) => boolean;
  /** What the ledger expects today. */
  readonly slots: Iterable<Pick<Slot, 'campaign' | 'startAt' | 'endAt'>>;
  readonly titleOf: (campaign: string) => Programme['title'] | undefined;
}

const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / dayMs);

/** Spans as one: those that touch or overlap are joined. */
export function joined(spans: readonly Span[]): Span[] {
  const all: { from: number; to: number }[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else all.push({ from: span.from, to: span.to });
  }
  return all;
}

/** What is left of a span. */
export function without(span: Span, taken: readonly Span[]): Span[] {
  let left: Span[] = [span];
  for (const one of taken) {
    left = left.flatMap(({ from, to }) =>
      overlaps({ from, to }, one)
        ? [
            { from, to: Math.min(to, one.from) },
            { from: Math.max(from, one.to), to },
          ].filter((rest) => rest.from < rest.to)
        : [{ from, to }],
    );
  }
  return left;
}

/** The district's day: what is on air by the releases that stand, and what comes to an end. */
export function todayView(input: TodayInput): Today {
  const { now, zone, calendar } = input;
  const day = dayOf(now, zone);
  const span = localDay(day, zone);
  const until = calendar.to;
  const remaining = Math.max(0, daysBetween(day, until));
  const ends = new Map<string, number>();
  const titles = new Map<string, string>();
  for (const { release } of input.standing) {
    ends.set(release.campaign, Math.max(ends.get(release.campaign) ?? 0, release.validUntil));
    titles.set(release.campaign, release.title);
  }
  const titleOf = (campaign: string): Programme['title'] => {
    const title = titles.get(campaign) ?? campaign;
    return input.titleOf(campaign) ?? { zh: title, en: title };
  };
  const ending = [...ends].flatMap(([campaign, end]) => {
    const lastDay = dayOf(end - 1, zone);
    const days = daysBetween(day, lastDay);
    return end > now && days <= week ? [{ campaign, title: titleOf(campaign), lastDay, remaining: days }] : [];
  });
  return {
    day,
    now,
    span: { ...span },
    days: Array.from({ length: fortnight + 1 }, (_, index) => {
      const one = addDays(day, index);
      return { day: one, kind: dayKindOf(calendar, one) };
    }),
    calendar: { until, remaining },
    programme: programmeOf(input, day, span, titleOf),
    ending: ending.sort((a, b) => a.remaining - b.remaining || (a.campaign < b.campaign ? -1 : 1)),
  };
}

interface Line {
  readonly output: Output;
  readonly on: TriggerKind | undefined;
  readonly spans: Span[];
}

function programmeOf(
  input: TodayInput,
  day: string,
  span: Span,
  titleOf: (campaign: string) => Programme['title'],
): Programme[] {
  const onAir = new Map<string, { places: Set<string>; lines: Map<string, Line> }>();
  for (const { release } of input.standing) {
    const inForce = { from: Math.max(span.from, release.validFrom), to: Math.min(span.to, release.validUntil) };
    if (inForce.from >= inForce.to) continue;
    const entry = onAir.get(release.campaign) ?? { places: new Set(), lines: new Map<string, Line>() };
    onAir.set(release.campaign, entry);
    const { profiles } = release.audience;
    const places = release.audience.places.filter((place) => input.hasDevice(place, profiles));
    for (const place of places) entry.places.add(place);
    const quiet = quietKinds(places, input, day);
    for (const { output, timing, breaksQuietHours } of release.cues) {
      const on = timing.kind === 'triggered' ? timing.on : undefined;
      const key = `${output}/${on ?? ''}`;
      const line: Line = entry.lines.get(key) ?? { output, on, spans: [] };
      entry.lines.set(key, line);
      const hushed = output === 'audio' && !breaksQuietHours;
      for (const window of windowsOn(timing.windows, input, day)) {
        const within = { from: Math.max(window.from, inForce.from), to: Math.min(window.to, inForce.to) };
        if (within.from >= within.to) continue;
        if (hushed) line.spans.push(...quiet.flatMap((taken) => without(within, taken)));
        else line.spans.push(within);
      }
    }
  }
  const { counts, next } = countSlots(input);
  return [...onAir]
    .flatMap(([campaign, { places, lines }]): Programme[] => {
      const audible = [...lines.values()]
        .map(({ output, on, spans }) => ({ output, ...(on === undefined ? {} : { on }), spans: joined(spans) }))
        .filter(({ spans }) => spans.length > 0);
      if (audible.length === 0) return [];
      const due = next.get(campaign);
      return [
        {
          campaign,
          title: titleOf(campaign),
          places: places.size,
          plays: counts.get(campaign) ?? 0,
          ...(due === undefined ? {} : { next: due }),
          lines: audible,
        },
      ];
    })
    .sort((a, b) => beginOf(a) - beginOf(b) || (a.campaign < b.campaign ? -1 : 1));
}

const beginOf = ({ lines }: Programme): number => Math.min(...lines.map(({ spans }) => spans[0]?.from ?? Infinity));

/** Windows that reach into the day: yesterday's may pass midnight. */
const windowsOn = (windows: Parameters<typeof windowSpans>[0], { calendar, zone }: TodayInput, day: string): Span[] =>
  [addDays(day, -1), day].flatMap((start) => windowSpans(windows, calendar, start, zone));

/** The quiet hours that there are among some places: few differ. */
function quietKinds(places: readonly string[], { policyOf, zone }: TodayInput, day: string): Span[][] {
  const kinds = new Map<string, Span[]>();
  for (const place of places) {
    const hours = policyOf(place)?.quietHours ?? null;
    const key = hours ? `${hours.from}-${hours.to}` : '';
    if (!kinds.has(key)) kinds.set(key, quietSpans(hours, day, zone));
  }
  return [...kinds.values()];
}

function countSlots({ slots, now }: TodayInput): { counts: Map<string, number>; next: Map<string, number> } {
  const counts = new Map<string, number>();
  const next = new Map<string, number>();
  for (const { campaign, startAt } of slots) {
    counts.set(campaign, (counts.get(campaign) ?? 0) + 1);
    if (startAt >= now) next.set(campaign, Math.min(next.get(campaign) ?? Infinity, startAt));
  }
  return { counts, next };
}

import type { Span } from '@xiaolaba/protocol';
import type { LedgerEntry } from './score.js';

/** A place is covered when this share of what was expected there is verified. */
export const coveredShare = 0.8;

/** Slots of the ledger that lie wholly in the judged part of the day; an arrival slot counts by its end. */
export function inSpan(entry: LedgerEntry, span: Span): boolean {
  if (entry.trigger === 'stop-arrival') return entry.endAt <= span.to && entry.endAt > span.from;
  return (entry.startAt ?? entry.dueAt) >= span.from && entry.endAt <= span.to;
}

/** What of the gateway's answer is held against the day. */
export interface Prediction {
  readonly history: readonly string[];
  readonly totals: { readonly expected: number; readonly share: number; readonly low: number; readonly high: number };
  readonly covered: { readonly of: number; readonly share: number; readonly low: number; readonly high: number };
  readonly places: readonly { readonly place: string; readonly share: number; readonly covered: number }[];
  readonly uncovered: readonly { readonly place: string; readonly expected: number }[];
}

/** Shares in points of a hundred; the error is predicted less actual. */
interface Compared {
  readonly predicted: number;
  readonly low: number;
  readonly high: number;
  readonly actual: number;
  readonly error: number;
}

export interface Foretold {
  /** Days that the gateway had learnt from. */
  readonly history: number;
  /** Of all that was expected, what was verified. */
  readonly slots: Compared & { readonly expected: number; readonly of: number };
  /** Of all places, those that were covered. */
  readonly places: Compared & { readonly of: number };
  /** Places that were named before as staying uncovered; those that did; and those of them that were named. */
  readonly uncovered: { readonly named: number; readonly happened: number; readonly both: number };
}

const points = (share: number): number => Math.round(share * 10_000) / 100;

function compared({ share, low, high }: Prediction['totals' | 'covered'], actual: number): Compared {
  const error = points(share - actual);
  return { predicted: points(share), low: points(low), high: points(high), actual: points(actual), error };
}

/** Holds what the gateway foretold against its own ledger of the judged part of the day. */
export function heldAgainst(prediction: Prediction, all: readonly LedgerEntry[], span: Span): Foretold {
  const ledger = all.filter((entry) => inSpan(entry, span));
  const counts = new Map<string, { verified: number; of: number }>();
  let verified = 0;
  for (const { place, status } of ledger) {
    const count = counts.get(place) ?? { verified: 0, of: 0 };
    count.of++;
    if (status === 'verified') {
      count.verified++;
      verified++;
    }
    counts.set(place, count);
  }
  const uncovered = new Set(
    [...counts].filter(([, count]) => count.verified < coveredShare * count.of).map(([place]) => place),
  );
  const named = prediction.uncovered.filter(({ expected }) => expected > 0).map(({ place }) => place);
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const { totals, covered, history } = prediction;
  return {
    history: history.length,
    slots: { ...compared(totals, share(verified, ledger.length)), expected: totals.expected, of: ledger.length },
    places: { ...compared(covered, share(counts.size - uncovered.size, counts.size)), of: counts.size },
    uncovered: {
      named: named.length,
      happened: uncovered.size,
      both: named.filter((place) => uncovered.has(place)).length,
    },
  };
}

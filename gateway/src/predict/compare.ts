import type { Prediction } from '../api/prediction-contract.js';
import type { Slot } from '../coverage/index.js';
import { addTally, countSlot, emptyTally, isCovered, type PlaceTally } from '../coverage/tally.js';

type Happened = NonNullable<Prediction['happened']>;
type Compared = Happened['totals'];

const digits = 10_000;
const round = (value: number): number => Math.round(value * digits) / digits;

function beside(predicted: number, happened: number): Compared {
  return { predicted: round(predicted), happened: round(happened), errorPoints: round((predicted - happened) * 100) };
}

const provenShare = ({ verified, expected }: PlaceTally): number => (expected === 0 ? 0 : verified / expected);

/** Holds a prediction against what happened, by the slots of the closed day. */
export function compare(
  prediction: Pick<Prediction, 'totals' | 'covered' | 'kinds' | 'places'>,
  slots: Iterable<Slot>,
  kindOf: (place: string) => string,
): Happened {
  const places = new Map<string, PlaceTally>();
  const whole = emptyTally();
  for (const slot of slots) {
    const tally = places.get(slot.place) ?? emptyTally();
    // A day that is over: what is still open is due.
    countSlot(tally, slot, Number.POSITIVE_INFINITY);
    places.set(slot.place, tally);
  }
  const kinds = new Map<string, PlaceTally>();
  let covered = 0;
  for (const [place, tally] of places) {
    addTally(whole, tally);
    if (isCovered(tally)) covered++;
    const kind = kinds.get(kindOf(place)) ?? emptyTally();
    addTally(kind, tally);
    kinds.set(kindOf(place), kind);
  }
  const both = prediction.places.flatMap((one) => {
    const tally = places.get(one.place);
    return tally ? [{ one, tally }] : [];
  });
  return {
    totals: beside(prediction.totals.share, provenShare(whole)),
    covered: beside(prediction.covered.share, places.size === 0 ? 0 : covered / places.size),
    kinds: prediction.kinds.flatMap(({ id, share }) => {
      const tally = kinds.get(id);
      return tally ? [{ id, ...beside(share, provenShare(tally)) }] : [];
    }),
    places: both
      .map(({ one, tally }) => ({ place: one.place, ...beside(one.share, provenShare(tally)) }))
      .sort((a, b) => Math.abs(b.errorPoints) - Math.abs(a.errorPoints) || (a.place < b.place ? -1 : 1)),
    right: both.filter(({ one, tally }) => one.covered >= 0.5 === isCovered(tally)).length,
    of: both.length,
  };
}

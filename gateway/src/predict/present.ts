import type { Prediction, PredictionSummary } from '../api/prediction-contract.js';
import type { DistrictModel } from '../campaigns/index.js';
import {
  coveredPlaces,
  type DayPrediction,
  type PlacePrediction,
  type Share,
  type SlotsShare,
  Sum,
} from './predict.js';
import { reasonWords } from './words.js';

type Uncovered = Prediction['uncovered'][number];

/** A place that nobody awaits anything of, because no device there could play it. */
export interface Unserved {
  readonly place: string;
  readonly reason: 'no-device' | 'not-enrolled' | 'revoked';
  readonly devices: readonly string[];
  /** What would be due there. */
  readonly expected: number;
}

/** Below this a place is more likely to stay uncovered than not. */
const likely = 0.5;
const digits = 10_000;
const round = (value: number): number => Math.round(value * digits) / digits;

const shareOf = ({ share, low, high }: Share) => ({ share: round(share), low: round(low), high: round(high) });
const slotsOf = ({ expected, verified, ...share }: SlotsShare) => ({
  expected: round(expected),
  verified: round(verified),
  ...shareOf(share),
});
const placesOf = ({ of, covered, ...share }: DayPrediction['covered']) => ({
  of,
  covered: round(covered),
  ...shareOf(share),
});
const placeOf = (one: PlacePrediction) => ({ place: one.place, ...slotsOf(one), covered: round(one.covered) });

function sumOf(places: readonly PlacePrediction[], wanted?: string): Sum {
  const sum = new Sum();
  for (const { campaigns } of places)
    for (const [campaign, part] of campaigns) if (wanted === undefined || campaign === wanted) sum.join(part);
  return sum;
}

/** The day in figures, for the district, for each kind of place and for each campaign. */
export function summaryOf(
  { totals, covered, places, more }: DayPrediction,
  model: DistrictModel,
  titleOf: (campaign: string) => string,
): PredictionSummary {
  const byKind = new Map<string, PlacePrediction[]>();
  const campaigns = new Set<string>();
  for (const one of places) {
    const kind = model.places.get(one.place)?.kind ?? 'site';
    byKind.set(kind, [...(byKind.get(kind) ?? []), one]);
    for (const campaign of one.campaigns.keys()) campaigns.add(campaign);
  }
  return {
    totals: slotsOf(totals),
    covered: placesOf(covered),
    kinds: [...byKind].map(([id, some]) => ({
      id,
      ...slotsOf(sumOf(some).share(more)),
      covered: placesOf(coveredPlaces(some, more)),
    })),
    campaigns: [...campaigns]
      .sort()
      .map((id) => ({ id, title: titleOf(id), ...slotsOf(sumOf(places, id).share(more)) })),
  };
}

export function placesAndUncovered(
  places: readonly PlacePrediction[],
  unserved: readonly Unserved[],
  model: DistrictModel,
): Pick<Prediction, 'places' | 'uncovered'> {
  const uncovered = [
    ...unserved.map(({ place, reason, devices, expected }) =>
      uncoveredOf(
        { place, expected: round(expected), verified: 0, share: 0, low: 0, high: 0, covered: 0 },
        reason,
        devices,
        model,
      ),
    ),
    ...places
      .filter(({ covered }) => covered < likely)
      .map((one) => uncoveredOf(placeOf(one), one.reason, one.devices, model)),
  ].flatMap((one) => one ?? []);
  return {
    places: places.map(placeOf),
    uncovered: uncovered.sort((a, b) => a.covered - b.covered || (a.place < b.place ? -1 : 1)),
  };
}

function uncoveredOf(
  figures: Prediction['places'][number],
  reason: Uncovered['reason'],
  devices: readonly string[],
  model: DistrictModel,
): Uncovered | undefined {
  const place = model.places.get(figures.place);
  if (!place) return undefined;
  const { name, kind, township, policeStation } = place;
  return {
    ...figures,
    name,
    kind,
    ...(township === undefined ? {} : { township }),
    policeStation,
    reason,
    message: reasonWords(reason, devices),
    devices: [...devices],
  };
}

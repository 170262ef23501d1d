import { addDays, type MissCause, missCauses } from '@xiaolaba/protocol';
import type { DayLearnt, Unit, UnitDay } from './learn.js';

/**
 * How often something goes wrong, learnt from closed days.
 *
 * A day of a device goes one of two ways. Either it begins in an outage that the evening before had left (a plug out,
 * an amplifier burnt): then the question is whether anybody has mended it. Or it begins well, and accidents may come.
 * The two are kept apart, because accidents say little of which device is next, and outages say everything.
 *
 * Accidents: the share of slots lost to each cause on days that began well, a beta-binomial in three steps: the whole
 * fleet is drawn to a weak prior, each kind of device to the fleet, each device to its kind. The strength of each pull
 * is counted in days, not in slots: an accident takes a run of slots with it, so that a day with a hundred slots tells
 * hardly more than one with ten. Sums of slots (not means of shares) keep the fleet's share as it was.
 *
 * Outages: the share that was proven on days that began in one, by cause, drawn to one half: of a fault of which
 * nothing is known it is as likely as not that it is mended by tomorrow.
 *
 * What a place does not permit is neither: it was decided, and stands until somebody decides otherwise.
 *
 * Older days count less, by half every week: a district changes with its seasons and its technicians.
 */
export const halfLifeDays = 7;
/** Days of a prior: the fleet to nothing known, a kind to the fleet, a device to its kind. */
const pulls = { fleet: 2, peers: 5, unit: 20 } as const;
/** Of slots, lost where nothing at all is known. */
const lostByDefault = 0.05;
const outagePull = 2;
/** What a place does not permit was decided by somebody, and few change their mind overnight. */
const decidedPrior = { stands: 0.9, days: 2 };
/** How widely daily shares lie, where little is known: between all-or-nothing (0) and all alike (many). */
const runPrior = { size: 2, days: 20 };
const runLimits = { least: 0.2, most: 200 };

interface Sums {
  slots: number;
  /** Unit-days, by weight. */
  days: number;
  readonly lost: Map<MissCause, number>;
  /** Of the daily shares: for how widely they lie. */
  square: number;
}

const emptySums = (): Sums => ({ slots: 0, days: 0, lost: new Map(), square: 0 });

/** @param decided what is not permitted was so the day before: it is nothing new */
function add(sums: Sums, day: UnitDay, weight: number, decided: boolean): void {
  let lost = 0;
  for (const [cause, count] of day.lost) {
    if (decided && cause === 'no-permission') continue;
    sums.lost.set(cause, (sums.lost.get(cause) ?? 0) + weight * count);
    lost += count;
  }
  sums.slots += weight * day.slots;
  sums.days += weight;
  sums.square += weight * (lost / day.slots) ** 2;
}

export type Losses = ReadonlyMap<MissCause, number>;

/** Draws what was counted to what was expected, as if that had been seen for so many days more. */
function drawn(own: Sums | undefined, prior: Losses, days: number): Losses {
  const perDay = own && own.days > 0 ? own.slots / own.days : 1;
  const pull = days * perDay;
  const losses = new Map<MissCause, number>();
  for (const cause of missCauses) {
    const share = ((own?.lost.get(cause) ?? 0) + pull * (prior.get(cause) ?? 0)) / ((own?.slots ?? 0) + pull);
    if (share > 0) losses.set(cause, share);
  }
  return losses;
}

/** Of a unit's slots on a day, the share that was not permitted. */
export const notPermitted = (day: UnitDay | undefined): number =>
  day === undefined || day.slots === 0 ? 0 : (day.lost.get('no-permission') ?? 0) / day.slots;

export const lossOf = (losses: Losses): number =>
  Math.min(
    1,
    [...losses.values()].reduce((sum, one) => sum + one, 0),
  );

export const weightOf = (day: string, of: string): number => 0.5 ** (daysBetween(day, of) / halfLifeDays);

export function daysBetween(day: string, later: string): number {
  return Math.round((Date.parse(`${later}T00:00:00Z`) - Date.parse(`${day}T00:00:00Z`)) / 86_400_000);
}

export class Rates {
  readonly #fleet = emptySums();
  readonly #peers = new Map<string, Sums>();
  readonly #units = new Map<string, Sums>();
  readonly #outages = new Map<MissCause, { proven: number; days: number }>();
  readonly #decided = { stood: 0, days: 0 };
  readonly #places = new Map<string, { covered: number; days: number }>();
  readonly #placePeers = new Map<string, { covered: number; days: number }>();
  readonly #allPlaces = { covered: 0, days: 0 };

  /** @param history any order; `day` is the one that is to be foretold */
  constructor(history: readonly DayLearnt[], day: string) {
    const byDay = new Map(history.map((one) => [one.day, one]));
    for (const learnt of history) {
      const weight = weightOf(learnt.day, day);
      const before = byDay.get(addDays(learnt.day, -1));
      const began = (unit: string): MissCause | undefined => before?.units.get(unit)?.endedIn;
      for (const [id, unitDay] of learnt.units) {
        if (unitDay.slots === 0) continue;
        const cause = began(id);
        const decided = notPermitted(before?.units.get(id));
        if (decided > 0) {
          this.#decided.stood += weight * Math.min(1, notPermitted(unitDay) / decided);
          this.#decided.days += weight;
        }
        if (cause) this.#outage(cause, unitDay, weight);
        else this.#accidents(unitDay, weight, decided > 0);
      }
      for (const place of learnt.places.values()) {
        const known = (unit: string): boolean => began(unit) !== undefined || notPermitted(before?.units.get(unit)) > 0;
        if (place.units.some(known)) continue;
        for (const sums of [
          this.#allPlaces,
          sumsIn(this.#placePeers, place.peers, () => ({ covered: 0, days: 0 })),
          sumsIn(this.#places, place.place, () => ({ covered: 0, days: 0 })),
        ]) {
          sums.days += weight;
          if (place.covered) sums.covered += weight;
        }
      }
    }
  }

  /** Days' worth of history, by weight. */
  get days(): number {
    const [most] = [...this.#units.values()].map(({ days }) => days).sort((a, b) => b - a);
    return most ?? 0;
  }

  /** Of a unit's slots, the share that accidents will take, by cause. */
  accidents(unit: Unit): Losses {
    const fleet = drawn(this.#fleet, new Map([['unknown', lostByDefault]]), pulls.fleet);
    const peers = drawn(this.#peers.get(unit.peers), fleet, pulls.peers);
    const own = this.#units.get(unit.id);
    return own ? drawn(own, peers, pulls.unit) : peers;
  }

  /** Of the slots of a unit that ended a day in an outage, the share that will be proven so many days later. */
  mended(cause: MissCause, daysLater: number): number {
    const { proven, days } = this.#outages.get(cause) ?? { proven: 0, days: 0 };
    const first = (proven + outagePull / 2) / (days + outagePull);
    return 1 - (1 - first) ** Math.max(1, daysLater);
  }

  /** Of what a place did not permit, the share that it will not so many days later. */
  stands(daysLater: number): number {
    const { stands, days } = decidedPrior;
    return ((this.#decided.stood + stands * days) / (this.#decided.days + days)) ** Math.max(1, daysLater);
  }

  /** How likely a place is covered on a day that begins well there. */
  covered(place: string, peers: string): number {
    const start = (this.#allPlaces.covered + pulls.fleet * (1 - lostByDefault)) / (this.#allPlaces.days + pulls.fleet);
    const kind = this.#placePeers.get(peers);
    const ofKind = ((kind?.covered ?? 0) + pulls.peers * start) / ((kind?.days ?? 0) + pulls.peers);
    const own = this.#places.get(place);
    return ((own?.covered ?? 0) + pulls.unit * ofKind) / ((own?.days ?? 0) + pulls.unit);
  }

  /**
   * How widely a unit's daily share lies about its mean: the size of the beta distribution with the same variance.
   * Below one, a day is either whole or lost.
   */
  spread(peers: string): number {
    const sums = this.#peers.get(peers) ?? this.#fleet;
    if (sums.days === 0) return runPrior.size;
    const mean = [...sums.lost.values()].reduce((sum, one) => sum + one, 0) / sums.slots;
    const variance = Math.max(0, sums.square / sums.days - mean * mean);
    const found = variance > 0 ? (mean * (1 - mean)) / variance - 1 : runPrior.size;
    const size = (sums.days * found + runPrior.days * runPrior.size) / (sums.days + runPrior.days);
    return Math.min(runLimits.most, Math.max(runLimits.least, size));
  }

  #outage(cause: MissCause, { slots, lost }: UnitDay, weight: number): void {
    const sums = sumsIn(this.#outages, cause, () => ({ proven: 0, days: 0 }));
    const missed = [...lost.values()].reduce((sum, one) => sum + one, 0);
    sums.proven += weight * (1 - missed / slots);
    sums.days += weight;
  }

  #accidents(day: UnitDay, weight: number, decided: boolean): void {
    add(this.#fleet, day, weight, decided);
    add(sumsIn(this.#peers, day.unit.peers, emptySums), day, weight, decided);
    add(sumsIn(this.#units, day.unit.id, emptySums), day, weight, decided);
  }
}

function sumsIn<T>(map: Map<string, T>, key: string, make: () => T): T {
  let sums = map.get(key);
  if (!sums) {
    sums = make();
    map.set(key, sums);
  }
  return sums;
}

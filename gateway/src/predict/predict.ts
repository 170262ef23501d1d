import type { MissCause, Output, TriggerKind } from '@xiaolaba/protocol';
import { coveredShare } from '../coverage/tally.js';
import { middleOf } from './beta.js';
import { type DayLearnt, type Unit, type UnitDay, unitOf } from './learn.js';
import { daysBetween, type Losses, lossOf, notPermitted, Rates, weightOf } from './rates.js';

/** Why a place stays uncovered: a cause of what was missed, or an order that holds there. */
export type Trouble = MissCause | 'stopped';

/** What is awaited of one unit, all slots of a release and campaign together. */
export interface Awaited {
  readonly place: string;
  readonly campaign: string;
  readonly release: string;
  readonly output: Output;
  readonly trigger?: TriggerKind;
  /** Absent where any vehicle that calls may. */
  readonly device?: string;
  readonly count: number;
}

/** A device as it is known to stand now. */
export interface DeviceState {
  readonly profile: string;
  /** What keeps it from playing at this moment. */
  readonly trouble?: Trouble;
  /** Whether it holds a release already. */
  holds(release: string): boolean;
}

export interface ArrivalChance {
  readonly device: string;
  /** How often vehicles of its route call within the span, shared by those of the route. */
  readonly calls: number;
}

export interface PredictInput {
  readonly day: string;
  /** The last evening that is known: what stands now is so many days old on the day. */
  readonly today: string;
  readonly history: readonly DayLearnt[];
  readonly awaited: readonly Awaited[];
  readonly kindOf: (place: string) => string;
  readonly device: (id: string) => DeviceState | undefined;
  /** The vehicles that may announce a release at a stop. */
  readonly vehicles: (place: string, release: string) => readonly ArrivalChance[];
  /** Whether another day is of the same kind. */
  readonly alike: (day: string) => boolean;
  /** Campaigns that somebody can set off on the day, say by unlocking. */
  readonly sets: ReadonlySet<string>;
  /** Of the devices on line that were told of a release a while ago, the share that hold it. */
  readonly delivered: number;
}

export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

export interface SlotsShare extends Share {
  readonly expected: number;
  readonly verified: number;
}

export interface PlacePrediction extends SlotsShare {
  readonly place: string;
  /** How likely the place is covered. */
  readonly covered: number;
  /** What costs it most. */
  readonly reason: Trouble;
  readonly devices: readonly string[];
  readonly campaigns: ReadonlyMap<string, Sum>;
}

/** Sums of independent units: a mean, and how far it may be off. */
export class Sum {
  expected = 0;
  verified = 0;
  variance = 0;

  add(expected: number, chance: number, variance: number): void {
    this.expected += expected;
    this.verified += expected * chance;
    this.variance += variance;
  }

  join(other: Sum): void {
    this.expected += other.expected;
    this.verified += other.verified;
    this.variance += other.variance;
  }

  /** @param more variance of the mean itself, as a part of that of one day */
  share(more: number): SlotsShare {
    const { expected, verified, variance } = this;
    if (expected === 0) return { expected: 0, verified: 0, share: 0, low: 0, high: 0 };
    const share = Math.min(1, verified / expected);
    const { low, high } = middleOf(share, ((1 + more) * variance) / expected ** 2);
    return { expected, verified, share, low: Math.min(low, share), high: Math.max(high, share) };
  }
}

/** Something that is wrong now. */
interface Standing {
  /** That it is over by then. */
  readonly over: number;
  /** Of the slots of its unit, the share that it takes with it if it stays. */
  readonly takes: number;
  readonly reason: Trouble;
  readonly devices: readonly string[];
}

/** Of a place's slots, so many go with it. */
interface PlaceStanding extends Standing {
  readonly slots: number;
}

/** How likely a slot of its unit outlives what is wrong now. */
const spared = ({ over, takes }: Standing): number => 1 - takes * (1 - over);

export interface DayPrediction {
  readonly totals: SlotsShare;
  readonly covered: Share & { readonly of: number; readonly covered: number };
  readonly places: readonly PlacePrediction[];
  /** Variance of the means beside that of one day. */
  readonly more: number;
}

/** Foretells a day: what is awaited, times how likely each of it is proven. Pure. */
export function predictDay(input: PredictInput): DayPrediction {
  const rates = new Rates(input.history, input.day);
  // What was learnt from one day is as uncertain as that day was; from many, hardly.
  const more = 1 / Math.max(1, rates.days);
  const units = new UnitChances(input, rates);
  const byPlace = new Map<string, Awaited[]>();
  for (const one of [...input.awaited, ...unforeseen(input)]) {
    const there = byPlace.get(one.place);
    if (there) there.push(one);
    else byPlace.set(one.place, [one]);
  }
  const places = [...byPlace].map(([place, awaited]) => predictPlace(place, awaited, units, rates, input, more));
  const total = new Sum();
  for (const { campaigns } of places) for (const part of campaigns.values()) total.join(part);
  return { totals: total.share(more), covered: coveredPlaces(places, more), places, more };
}

export function coveredPlaces(places: readonly PlacePrediction[], more: number): DayPrediction['covered'] {
  const covered = places.reduce((sum, one) => sum + one.covered, 0);
  const variance = places.reduce((sum, one) => sum + one.covered * (1 - one.covered), 0);
  const of = places.length;
  if (of === 0) return { of, covered, share: 0, low: 0, high: 0 };
  const share = covered / of;
  return { of, covered, share, ...middleOf(share, ((1 + more) * variance) / of ** 2) };
}

function predictPlace(
  place: string,
  awaited: readonly Awaited[],
  units: UnitChances,
  rates: Rates,
  input: PredictInput,
  more: number,
): PlacePrediction {
  const whole = new Sum();
  const campaigns = new Map<string, Sum>();
  const standing: PlaceStanding[] = [];
  const lost = new Map<string, { reason: Trouble; slots: number; devices: Set<string> }>();
  for (const one of awaited) {
    const { count } = one;
    const { chance, variance, troubles, accidents } = units.of(one);
    const part = campaigns.get(one.campaign) ?? new Sum();
    part.add(count, chance, variance * count * count);
    campaigns.set(one.campaign, part);
    whole.add(count, chance, variance * count * count);
    for (const one of troubles) {
      standing.push({ ...one, slots: count * one.takes });
      note(lost, one.reason, count * (1 - spared(one)), one.devices);
    }
    for (const [cause, share] of accidents) note(lost, cause, count * share, one.device ? [one.device] : []);
  }
  const [worst] = [...lost.values()].sort((a, b) => b.slots - a.slots);
  const covered = rates.covered(place, input.kindOf(place)) * enoughLeft(standing, whole.expected);
  return {
    place,
    ...whole.share(more),
    covered,
    reason: worst?.reason ?? 'unknown',
    devices: [...(worst?.devices ?? [])],
    campaigns,
  };
}

function note(
  lost: Map<string, { reason: Trouble; slots: number; devices: Set<string> }>,
  reason: Trouble,
  slots: number,
  devices: readonly string[],
): void {
  const known = lost.get(reason) ?? { reason, slots: 0, devices: new Set<string>() };
  known.slots += slots;
  for (const device of devices) known.devices.add(device);
  lost.set(reason, known);
}

/** So many troubles of one place are weighed against each other one by one; more than that, none of them is alone decisive. */
const weighedOneByOne = 10;

/** How likely what is wrong now leaves enough of a place's slots by then; each trouble goes or stays as a whole. */
function enoughLeft(standing: readonly PlaceStanding[], expected: number): number {
  const spare = (1 - coveredShare) * expected + 1e-9;
  const joined = new Map<string, { slots: number; over: number }>();
  for (const { slots, over, reason, devices } of standing) {
    const key = `${reason} ${devices.join(' ')} ${over}`;
    joined.set(key, { slots: (joined.get(key)?.slots ?? 0) + slots, over });
  }
  const troubles = [...joined.values()].sort((a, b) => b.slots - a.slots).slice(0, weighedOneByOne);
  const from = (index: number, gone: number): number => {
    if (gone > spare) return 0;
    const trouble = troubles[index];
    if (!trouble) return 1;
    const { slots, over } = trouble;
    return over * from(index + 1, gone) + (over < 1 ? (1 - over) * from(index + 1, gone + slots) : 0);
  };
  return from(0, 0);
}

interface Chance {
  /** That a slot is proven. */
  readonly chance: number;
  /** Of the share of the unit's slots that are proven. */
  readonly variance: number;
  readonly troubles: readonly Standing[];
  readonly accidents: Losses;
}

class UnitChances {
  readonly #accidents = new Map<string, Losses>();
  readonly #daysLater: number;
  readonly #lastDay: DayLearnt | undefined;
  /** The last day of each unit on which anything was due. */
  readonly #last = new Map<string, UnitDay>();

  constructor(
    private readonly input: PredictInput,
    private readonly rates: Rates,
  ) {
    this.#daysLater = Math.max(1, daysBetween(input.today, input.day));
    for (const learnt of [...input.history].sort((a, b) => (a.day < b.day ? -1 : 1))) {
      this.#lastDay = learnt;
      for (const [id, unitDay] of learnt.units) if (unitDay.slots > 0) this.#last.set(id, unitDay);
    }
  }

  of(awaited: Awaited): Chance {
    const { device, trigger } = awaited;
    const unit = unitOf(awaited, device === undefined ? undefined : this.input.device(device)?.profile);
    const accidents = this.#accidentsOf(unit);
    if (trigger === 'stop-arrival') return this.#arrival(awaited, unit, 1 - lossOf(accidents), accidents);
    const troubles = device === undefined ? [] : this.#troublesOf(device, awaited, unit);
    // Who wants quiet wants it for some hours, or altogether: it takes the share that it took.
    const takes = notPermitted(this.#last.get(unit.id));
    if (device !== undefined && takes > 0)
      troubles.push({
        over: 1 - this.rates.stands(this.#daysLater),
        takes,
        reason: 'no-permission',
        devices: [device],
      });
    return this.#chance(unit, 1 - lossOf(accidents), troubles, accidents);
  }

  /** A stop is served when any of the vehicles that call there still plays; what befalls a whole line is in the past. */
  #arrival(awaited: Awaited, unit: Unit, well: number, accidents: Losses): Chance {
    const { place, release } = awaited;
    const vehicles = this.input.vehicles(place, release);
    let silent = 1;
    const out: string[] = [];
    const reasons = new Map<Trouble, number>();
    for (const { device, calls } of vehicles) {
      const troubles = this.#troublesOf(device, awaited, unit);
      const fit = troubles.reduce((product, one) => product * one.over, 1);
      silent *= 1 - fit + fit * Math.exp(-calls);
      if (fit === 1) continue;
      out.push(device);
      for (const { reason, over } of troubles) reasons.set(reason, (reasons.get(reason) ?? 0) + 1 - over);
    }
    const served = 1 - silent;
    // Calls are many: that none of the vehicles happens to be the one that calls is no trouble of its own.
    const missing = out.length === 0 ? 1 : served;
    const [foremost] = [...reasons].sort((a, b) => b[1] - a[1]);
    const troubles =
      foremost && missing < 0.999 ? [{ over: missing, takes: 1, reason: foremost[0], devices: out }] : [];
    return this.#chance(unit, well, troubles, accidents);
  }

  #troublesOf(device: string, { release }: Awaited, unit: Unit): Standing[] {
    const { input, rates } = this;
    const state = input.device(device);
    if (!state) return [];
    const troubles: Standing[] = [];
    const evening = this.#lastDay?.units.get(unit.id)?.endedIn;
    // Whether it is away, and what time it is there, it tells itself; what it can't hear of itself is as it was last.
    const known = state.trouble ?? (evening === 'silent' || evening === 'bad-file' ? evening : undefined);
    if (known === 'stopped') troubles.push({ over: 0, takes: 1, reason: known, devices: [device] });
    else if (known)
      troubles.push({ over: rates.mended(known, this.#daysLater), takes: 1, reason: known, devices: [device] });
    if (!state.holds(release))
      troubles.push({ over: input.delivered, takes: 1, reason: 'not-delivered', devices: [device] });
    return troubles;
  }

  #chance(unit: Unit, well: number, troubles: Chance['troubles'], accidents: Losses): Chance {
    const size = this.rates.spread(unit.peers);
    const left = troubles.reduce((product, one) => product * spared(one), 1);
    // What is wrong now is over before the day or lasts through it: all that it takes, or nothing.
    const squared = troubles.reduce((product, { over, takes }) => product * (over + (1 - over) * (1 - takes) ** 2), 1);
    const variance = (left * well * (1 - well)) / (size + 1) + well ** 2 * (squared - left ** 2);
    return { chance: well * left, variance, troubles, accidents };
  }

  #accidentsOf(unit: Unit): Losses {
    let losses = this.#accidents.get(unit.id);
    if (!losses) {
      losses = this.rates.accidents(unit);
      this.#accidents.set(unit.id, losses);
    }
    return losses;
  }
}

/** So much more does a day tell of what people do on another of its kind, a workday of workdays. */
const alikeWeight = 4;

/** What people will set off: the mean of recent days, those of the same kind of day counting more. */
function unforeseen({ history, day, alike, sets }: PredictInput): Awaited[] {
  const sums = new Map<string, Awaited & { count: number }>();
  let weights = 0;
  for (const learnt of history) {
    const weight = weightOf(learnt.day, day) * (alike(learnt.day) ? alikeWeight : 1);
    weights += weight;
    for (const { place, campaign, trigger, count } of learnt.unforeseen) {
      if (!sets.has(campaign)) continue;
      const key = `${place} ${campaign} ${trigger}`;
      const sum = sums.get(key) ?? { place, campaign, trigger, release: '', output: 'audio' as const, count: 0 };
      sums.set(key, { ...sum, count: sum.count + weight * count });
    }
  }
  return [...sums.values()].map((sum) => ({ ...sum, count: sum.count / weights }));
}

import {
  addDays,
  callerError,
  dayOf,
  instantOf,
  isWorkday,
  type NamedRelease,
  profileOutputs,
  type Release,
} from '@xiaolaba/protocol';
import { expectAsIf } from '../ahead/index.js';
import type { DraftPrediction, Prediction, PredictionSummary } from '../api/prediction-contract.js';
import type { Campaigns, DistrictModel } from '../campaigns/index.js';
import { callsAt } from '../content/index.js';
import { ClosedDays } from '../coverage/closed-days.js';
import type { Coverage, Slot } from '../coverage/index.js';
import type { Assignments } from '../delivery/index.js';
import type { StopOrders } from '../orders/index.js';
import type { LiveFleet, RegisteredDevice, Registry } from '../registry/index.js';
import type { Store } from '../store/index.js';
import { compare } from './compare.js';
import { type DayLearnt, type LearnContext, learnDay } from './learn.js';
import {
  type ArrivalChance,
  type Awaited,
  coveredPlaces,
  type DayPrediction,
  type DeviceState,
  predictDay,
} from './predict.js';
import { placesAndUncovered, summaryOf, type Unserved } from './present.js';
import { noteWords } from './words.js';

/** Older days than these weigh next to nothing. */
const historyDays = 28;
export const daysAhead = 7;
/** Fewer days than this are few to learn from. */
const fewDays = 3;
/** Away for this long, a device is more than between two tries to connect. */
const awayMs = 600_000;
/** An assignment of which a device on line should have told by now. */
const deliveredAfterMs = 600_000;
/** Of what is told to devices on line, held ten minutes later: where nothing was counted yet, and how firmly. */
const deliveredPrior = { share: 0.95, count: 20 };
/** After this hour it is no more what was known when the day began. */
const beginsBy = '06:00';
/** Late reports mend the newest days. */
const mendedDays = 3;

export interface PredictionsDeps {
  readonly store: Store;
  readonly coverage: Coverage;
  readonly registry: Registry;
  readonly live: LiveFleet;
  readonly campaigns: Campaigns;
  readonly assignments: Assignments;
  readonly stopOrders: StopOrders;
  readonly model: () => DistrictModel | undefined;
  readonly now: () => number;
}

/** Local clock times between which slots are asked for. */
export interface Hours {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Made {
  readonly prediction: Prediction;
  readonly foretold: DayPrediction;
  readonly unserved: readonly Unserved[];
}

type Device = Pick<RegisteredDevice, 'id' | 'profile' | 'place'>;

/** Foretells how days to come will be covered, from what stands, what is known of the fleet now, and the days before. */
export class Predictions {
  readonly #closed: ClosedDays;
  /** Closed days boiled down; what was closed hardly ever changes. */
  readonly #learnt = new Map<string, DayLearnt>();

  constructor(private readonly deps: PredictionsDeps) {
    this.#closed = new ClosedDays(deps.store);
  }

  /**
   * What is foretold of a day; of one that has begun, what was foretold when it began, and once it is closed what
   * became of that; nothing of a day that is over and had no prediction.
   * @throws XiaolabaError `content-missing`, `prediction-too-far`
   */
  async of(day: string): Promise<Prediction | undefined> {
    const model = this.#model();
    const today = dayOf(this.deps.now(), model.zone);
    const stored = await this.#stored(day);
    if (day < today) {
      if (!stored || !(await this.#closed.has(day))) return stored;
      const ledger = await this.deps.coverage.ledger(day);
      return { ...stored, happened: compare(stored, ledger.slots(), (place) => kindOf(model, place)) };
    }
    if (stored && day === today) return stored;
    return (await this.make(day, this.deps.campaigns.standing())).prediction;
  }

  /**
   * Foretells a day as if releases were on air, from what is known now.
   * @throws XiaolabaError `content-missing`, `prediction-missing` for a day that is over, `prediction-too-far`
   */
  async make(day: string, releases: readonly NamedRelease[], hours: Hours = {}): Promise<Made> {
    const { deps } = this;
    const model = this.#model();
    const now = deps.now();
    const today = dayOf(now, model.zone);
    if (day < today) throw callerError('prediction-missing', `${day} is over`, { day });
    if (day > addDays(today, daysAhead))
      throw callerError('prediction-too-far', `${day} is more than ${daysAhead} days ahead`, { day, days: daysAhead });
    const history = await this.#history(day, model, hours);
    const all = [...deps.registry.all()];
    const devices = all.filter(({ enrolled, revoked }) => enrolled && !revoked);
    const counts = countsOf(hours, day, model.zone);
    const slots = expectAsIf({ model, devices, releases }, day).filter(counts);
    const span = { from: instantOf(day, '00:00', model.zone), to: instantOf(day, '24:00', model.zone) };
    const onAir = releases.filter(({ release }) => release.validFrom < span.to && release.validUntil > span.from);
    const sets = new Set(
      onAir.flatMap(({ release }) =>
        release.cues.some(({ timing }) => timing.kind === 'triggered' && timing.on !== 'stop-arrival')
          ? [release.campaign]
          : [],
      ),
    );
    const states = this.#states(devices, now);
    const foretold = predictDay({
      day,
      today,
      history,
      awaited: grouped(slots),
      kindOf: (place) => kindOf(model, place),
      device: (id) => states.get(id),
      vehicles: vehiclesOf(model, devices, onAir, slots, day),
      alike: (other) => isWorkday(model.calendar, other) === isWorkday(model.calendar, day),
      sets,
      delivered: this.#delivered(devices, now),
    });
    const others = all.filter(({ enrolled, revoked }) => !enrolled || revoked);
    const unserved = unservedOf(
      model,
      all,
      others,
      onAir,
      day,
      counts,
      new Set(foretold.places.map(({ place }) => place)),
    );
    const titles = new Map(releases.map(({ release }) => [release.campaign, release.title]));
    const summary = summaryOf(foretold, model, (campaign) => titles.get(campaign) ?? campaign);
    const notes = notesOf(history, sets);
    const prediction: Prediction = {
      ...summary,
      day,
      madeAt: now,
      asItStood: false,
      history: history.map((one) => one.day),
      notes: notes.map((code) => ({ code, message: noteWords[code] })),
      ...placesAndUncovered(foretold.places, unserved, model),
    };
    return { prediction, foretold, unserved };
  }

  /** The figures alone. @throws as `make` */
  async summary(day: string, releases: readonly NamedRelease[]): Promise<PredictionSummary> {
    const { totals, covered, kinds, campaigns } = (await this.make(day, releases)).prediction;
    return { totals, covered, kinds, campaigns };
  }

  /** What one release has of a day: the places that it is for. */
  ownPart({ foretold, unserved }: Made, release: Release): NonNullable<DraftPrediction['own']> {
    const model = this.#model();
    const audience = new Set(release.audience.places);
    const { campaign } = release;
    const own = foretold.places.flatMap((one) => {
      const part = one.campaigns.get(campaign);
      return part ? [{ ...one, ...part.share(foretold.more), campaigns: new Map([[campaign, part]]) }] : [];
    });
    const whole = { ...foretold, places: own, covered: coveredPlaces(own, foretold.more) };
    const { covered, campaigns } = summaryOf(whole, model, () => release.title);
    const [slots = { expected: 0, verified: 0, share: 0, low: 0, high: 0 }] = campaigns.map(
      ({ id: _, title: __, ...rest }) => rest,
    );
    const missing = unserved.filter(({ place }) => audience.has(place));
    return { slots, covered, ...placesAndUncovered(own, missing, model) };
  }

  /** Writes down what is foretold of the day that has just begun. A gateway that comes back later in the day does not. */
  async keep(now: number): Promise<void> {
    const model = this.deps.model();
    if (!model) return;
    const today = dayOf(now, model.zone);
    for (let back = 1; back <= mendedDays; back++) this.#learnt.delete(addDays(today, -back));
    if (now >= instantOf(today, beginsBy, model.zone)) return;
    const { prediction } = await this.make(today, this.deps.campaigns.standing());
    await this.deps.store
      .insertInto('predictions')
      .values({ day: today, made_at: now, body: JSON.stringify({ ...prediction, asItStood: true }) })
      .onConflict((conflict) => conflict.column('day').doNothing())
      .execute();
  }

  #model(): DistrictModel {
    const model = this.deps.model();
    if (!model) throw callerError('content-missing', 'no content has been imported');
    return model;
  }

  async #stored(day: string): Promise<Prediction | undefined> {
    const row = await this.deps.store
      .selectFrom('predictions')
      .select('body')
      .where('day', '=', day)
      .executeTakeFirst();
    return row && (JSON.parse(row.body) as Prediction);
  }

  /** Days before one, the newest first. What of today has happened so far is among them when a later day is asked for. */
  async #history(day: string, model: DistrictModel, hours: Hours): Promise<DayLearnt[]> {
    const { deps } = this;
    const now = deps.now();
    const today = dayOf(now, model.zone);
    const oldest = addDays(today, -historyDays);
    const context = (of: string): LearnContext => ({
      profileOf: (device) => deps.registry.get(device)?.profile,
      kindOf: (place) => kindOf(model, place),
      owedFor: (device) => this.#troubleOf(device, now),
      counts: countsOf(hours, of, model.zone),
    });
    const whole = hours.from === undefined && hours.to === undefined;
    const closed = (await this.#closed.all()).filter((one) => one < day && one >= oldest);
    const history: DayLearnt[] = [];
    const open = [today, addDays(today, -1)].filter((one) => one < day && !closed.includes(one));
    for (const one of open) {
      const ledger = await deps.coverage.ledger(one);
      const learnt = learnDay(one, ledger.slots(), context(one), now);
      if (learnt.units.size > 0) history.push(learnt);
    }
    for (const one of closed) {
      const known = whole ? this.#learnt.get(one) : undefined;
      const learnt = known ?? learnDay(one, await this.#closed.slots(one), context(one), now);
      if (whole) this.#learnt.set(one, learnt);
      if (learnt.units.size > 0) history.push(learnt);
    }
    for (const one of this.#learnt.keys()) if (one < oldest) this.#learnt.delete(one);
    return history;
  }

  #troubleOf(device: string, now: number): 'offline' | 'clock' | undefined {
    const { online, since } = this.deps.live.get(device);
    if (!online) return now - since > awayMs ? 'offline' : undefined;
    return this.deps.live.clockDoubtful(device) ? 'clock' : undefined;
  }

  #states(devices: readonly Device[], now: number): Map<string, DeviceState> {
    const { stopOrders, coverage } = this.deps;
    return new Map(
      devices.map(({ id, profile, place }) => {
        const stopped = stopOrders.at(place)?.order.state === 'stop';
        const trouble = stopped ? ('stopped' as const) : this.#troubleOf(id, now);
        const facts = coverage.facts(id);
        const state = { profile, ...(trouble ? { trouble } : {}), holds: (sha256: string) => facts.held(sha256, now) };
        return [id, state];
      }),
    );
  }

  /** Of what devices on line were told a while ago, the share that they hold. */
  #delivered(devices: readonly Device[], now: number): number {
    const { assignments, coverage, live } = this.deps;
    let held = deliveredPrior.share * deliveredPrior.count;
    let told = deliveredPrior.count;
    for (const { id } of devices) {
      const current = assignments.current(id);
      if (!current || !live.get(id).online || current.effectiveFrom > now - deliveredAfterMs) continue;
      told += current.releases.length;
      held += current.releases.filter((sha256) => coverage.facts(id).held(sha256, now)).length;
    }
    return held / told;
  }
}

const kindOf = (model: DistrictModel, place: string): string => model.places.get(place)?.kind ?? 'site';

/** Which slots lie within the hours asked for: whole ones; arrivals by the end of their span. */
function countsOf({ from, to }: Hours, day: string, zone: string): (slot: Slot) => boolean {
  const [first, last] = [instantOf(day, from ?? '00:00', zone), instantOf(day, to ?? '24:00', zone)];
  if (from === undefined && to === undefined) return () => true;
  return ({ trigger, startAt, endAt }) =>
    trigger === 'stop-arrival' ? endAt > first && endAt <= last : startAt >= first && endAt <= last;
}

function grouped(slots: readonly Slot[]): Awaited[] {
  const groups = new Map<string, Awaited & { count: number }>();
  for (const { place, campaign, release, output, trigger, device } of slots) {
    const key = `${place} ${release} ${output} ${trigger ?? ''} ${device ?? ''}`;
    const known = groups.get(key);
    if (known) known.count++;
    else
      groups.set(key, {
        place,
        campaign,
        release,
        output,
        count: 1,
        ...(trigger ? { trigger } : {}),
        ...(device ? { device } : {}),
      });
  }
  return [...groups.values()];
}

/** Vehicles that may announce a release at a stop, with how often each is to be expected there in the shortest of its spans. */
function vehiclesOf(
  model: DistrictModel,
  devices: readonly Device[],
  releases: readonly NamedRelease[],
  slots: readonly Slot[],
  day: string,
): (place: string, release: string) => ArrivalChance[] {
  const midnight = instantOf(day, '00:00', model.zone);
  const minutes = (at: number): number => (at - midnight) / 60_000;
  const arrivals = new Map<string, Slot[]>();
  for (const slot of slots) {
    if (slot.trigger !== 'stop-arrival') continue;
    const key = `${slot.place} ${slot.release}`;
    arrivals.set(key, [...(arrivals.get(key) ?? []), slot]);
  }
  const audience = new Map(releases.map(({ sha256, release }) => [sha256, new Set(release.audience.places)]));
  const riding = new Map<string, string[]>();
  for (const { id, place } of devices)
    if (place.startsWith('route/')) riding.set(place, [...(riding.get(place) ?? []), id]);
  return (place, release) => {
    const site = place.slice('site/'.length);
    const spans = arrivals.get(`${place} ${release}`) ?? [];
    return [...model.routes.values()].flatMap((route) => {
      const vehicles = riding.get(`route/${route.id}`) ?? [];
      const calling = audience.get(release)?.has(`route/${route.id}`) && route.stops.some((stop) => stop.site === site);
      if (!calling || vehicles.length === 0) return [];
      const calls = spans.map(({ startAt, endAt }) => callsAt(route, site, minutes(startAt), minutes(endAt)));
      const each = calls.length === 0 ? 0 : Math.min(...calls) / vehicles.length;
      return vehicles.map((device) => ({ device, calls: each }));
    });
  };
}

/** Places that are to be reached and have nothing that could: the ledger expects nothing there, which makes it no better. */
function unservedOf(
  model: DistrictModel,
  all: readonly RegisteredDevice[],
  others: readonly RegisteredDevice[],
  releases: readonly NamedRelease[],
  day: string,
  counts: (slot: Slot) => boolean,
  served: ReadonlySet<string>,
): Unserved[] {
  const idle = others.filter(({ place }) => !served.has(place));
  const due = expectAsIf({ model, devices: idle, releases }, day).filter(
    (slot) => counts(slot) && slot.device !== undefined && !served.has(slot.place),
  );
  const unserved = new Map<string, Unserved & { expected: number }>();
  for (const { place } of due) {
    const known = unserved.get(place);
    if (known) known.expected++;
    else {
      const there = idle.filter((device) => device.place === place);
      const reason = there.every(({ revoked }) => revoked) ? 'revoked' : 'not-enrolled';
      unserved.set(place, { place, reason, devices: there.map(({ id }) => id), expected: 1 });
    }
  }
  const withDevice = new Map<string, Set<string>>();
  for (const { place, profile } of all) withDevice.set(place, (withDevice.get(place) ?? new Set()).add(profile));
  for (const { release } of releases) {
    const { places, profiles } = release.audience;
    const outputs = new Set(
      release.cues.flatMap(({ output, timing }) => (timing.kind === 'triggered' ? [] : [output])),
    );
    const fit = profiles.filter((profile) => profileOutputs[profile].some((output) => outputs.has(output)));
    for (const place of fit.length === 0 ? [] : places) {
      if (served.has(place) || unserved.has(place) || !place.startsWith('site/')) continue;
      if (fit.some((profile) => withDevice.get(place)?.has(profile))) continue;
      unserved.set(place, { place, reason: 'no-device', devices: [], expected: 0 });
    }
  }
  return [...unserved.values()];
}

function notesOf(history: readonly DayLearnt[], sets: ReadonlySet<string>): Prediction['notes'][number]['code'][] {
  const unlocks =
    sets.size === 0
      ? []
      : history.some(({ unforeseen }) => unforeseen.length > 0)
        ? (['unlocks-estimated'] as const)
        : (['unlocks-unknown'] as const);
  const known =
    history.length === 0 ? ('no-history' as const) : history.length < fewDays ? ('little-history' as const) : undefined;
  return [...(known ? [known] : []), ...unlocks];
}

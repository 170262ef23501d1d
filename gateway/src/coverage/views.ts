import { instantOf, type MissCause } from '@xiaolaba/protocol';
import { isExerciseName } from '../alerts/words.js';
import type { Breakdown, DayView, PlaceDay, SilentPlace } from '../api/contract.js';
import type { DistrictModel, Place } from '../campaigns/index.js';
import type { LiveFleet, RegisteredDevice } from '../registry/index.js';
import type { DayLedger } from './day-ledger.js';
import { addTally, countSlot, emptyTally, isCovered, type PlaceTally, plainTally, stateOf, topCause } from './tally.js';

export interface ViewContext {
  readonly model: DistrictModel;
  readonly live: LiveFleet;
  /** Fixed devices and vehicles by their place. */
  readonly devicesAt: (place: string) => readonly RegisteredDevice[];
  readonly deviceCount: () => number;
  readonly now: number;
}

/** Away for this long, a device's silence is worth a word. */
const awayMs = 600_000;

function tallyPlace(
  ledger: DayLedger,
  place: string,
  now: number,
): { whole: PlaceTally; campaigns: Map<string, PlaceTally> } {
  const whole = emptyTally();
  const campaigns = new Map<string, PlaceTally>();
  for (const slot of ledger.slotsOf(place)) {
    // It covers nobody: it is told of by itself, and counted nowhere else.
    if (!isExerciseName(slot.campaign)) countSlot(whole, slot, now);
    let part = campaigns.get(slot.campaign);
    if (!part) {
      part = emptyTally();
      campaigns.set(slot.campaign, part);
    }
    countSlot(part, slot, now);
  }
  return { whole, campaigns };
}

function playingAt(context: ViewContext, place: string): PlaceDay['playing'] {
  for (const device of context.devicesAt(place)) {
    const live = context.live.get(device.id);
    // A vehicle that is on its route is drawn by itself; the route does not blink.
    if (!live.online || !place.startsWith('site/')) continue;
    const [playing] = live.playing;
    if (playing)
      return { campaign: playing.campaign, item: playing.item, since: playing.since, output: playing.output };
  }
  return undefined;
}

function placeDay(context: ViewContext, place: string, tally: PlaceTally): PlaceDay {
  const devices = context.devicesAt(place);
  const playing = playingAt(context, place);
  const awaited = tally.due - tally.verified - tally.partly - tally.missed;
  const provisional = awaited > 0 ? devices.map(({ id }) => whyAwaited(context, id)).find(Boolean) : undefined;
  const cause = topCause(tally) ?? provisional;
  return {
    place,
    ...plainTally(tally),
    state: stateOf(tally),
    ...(cause ? { cause } : {}),
    ...(playing ? { playing } : {}),
    ...(devices.length > 0 ? { online: devices.some(({ id }) => context.live.get(id).online) } : {}),
  };
}

/** Why a device that owes a report has not sent it; nothing is certain before it does. */
function whyAwaited({ live, now }: ViewContext, device: string): 'offline' | 'clock' | undefined {
  const { online, since } = live.get(device);
  if (!online) return now - since > awayMs ? 'offline' : undefined;
  return live.clockDoubtful(device) ? 'clock' : undefined;
}

/** Keeps tallies by place, so that a change at one place does not count the whole day again. */
export class DayTallies {
  readonly #places = new Map<string, { whole: PlaceTally; campaigns: Map<string, PlaceTally> }>();

  constructor(readonly ledger: DayLedger) {}

  update(places: Iterable<string>, now: number): void {
    for (const place of places) this.#places.set(place, tallyPlace(this.ledger, place, now));
  }

  of(place: string): PlaceTally {
    return this.#places.get(place)?.whole ?? emptyTally();
  }

  campaignsAt(place: string): ReadonlyMap<string, PlaceTally> {
    return this.#places.get(place)?.campaigns ?? new Map();
  }
}

export const placeDays = (context: ViewContext, tallies: DayTallies, places: Iterable<string>): PlaceDay[] =>
  [...places].map((place) => placeDay(context, place, tallies.of(place)));

class Breakdowns {
  readonly #groups = new Map<string, { tally: PlaceTally; covered: number; of: number }>();

  add(id: string | undefined, tally: PlaceTally): void {
    if (id === undefined || tally.expected === 0) return;
    let group = this.#groups.get(id);
    if (!group) {
      group = { tally: emptyTally(), covered: 0, of: 0 };
      this.#groups.set(id, group);
    }
    addTally(group.tally, tally);
    group.of++;
    if (isCovered(tally)) group.covered++;
  }

  list(): Breakdown[] {
    return [...this.#groups].map(([id, { tally, covered, of }]) => ({ id, ...plainTally(tally), covered, of }));
  }
}

/** The day as the console shows it; `places` may be only those that changed. */
export function dayView(
  context: ViewContext,
  tallies: DayTallies,
  closed: boolean,
  changed?: Iterable<string>,
): DayView {
  const { model, now, live } = context;
  const totals = emptyTally();
  const kinds = new Breakdowns();
  const townships = new Breakdowns();
  const policeStations = new Breakdowns();
  const campaigns = new Breakdowns();
  for (const [id, place] of model.places) {
    const tally = tallies.of(id);
    addTally(totals, tally);
    kinds.add(place.kind, tally);
    if (id.startsWith('site/')) {
      townships.add(place.township, tally);
      policeStations.add(place.policeStation, tally);
    }
    for (const [campaign, part] of tallies.campaignsAt(id)) campaigns.add(campaign, part);
  }
  return {
    day: tallies.ledger.day,
    now,
    closed,
    totals: plainTally(totals),
    devices: { known: context.deviceCount(), online: live.onlineCount() },
    causes: totals.causes,
    kinds: kinds.list(),
    townships: townships.list(),
    policeStations: policeStations.list(),
    campaigns: campaigns.list(),
    places: placeDays(context, tallies, changed ?? model.places.keys()),
  };
}

/** Places where something was missed or nobody has answered, the longest silent first. */
export function silentPlaces(context: ViewContext, tallies: DayTallies): SilentPlace[] {
  return [...context.model.places.values()]
    .flatMap((place) => silentPlace(context, tallies, place) ?? [])
    .sort((a, b) => Number(b.ongoing) - Number(a.ongoing) || b.missed - a.missed || a.since - b.since);
}

function silentPlace(context: ViewContext, tallies: DayTallies, place: Place): SilentPlace | undefined {
  const tally = tallies.of(place.place);
  const slots = tallies.ledger
    .slotsOf(place.place)
    .filter((slot) => (slot.status !== 'pending' || slot.endAt <= context.now) && !isExerciseName(slot.campaign));
  const lastVerified = slots.reduce(
    (last, slot) => (slot.status === 'verified' ? Math.max(last, slot.startAt) : last),
    0,
  );
  const failed = slots
    .filter((slot) => slot.status === 'missed' || slot.status === 'partly')
    .sort((a, b) => a.startAt - b.startAt);
  const awaited = slots
    .filter((slot) => slot.status === 'pending' && slot.device !== undefined && whyAwaited(context, slot.device))
    .sort((a, b) => a.startAt - b.startAt);
  const open = [...failed, ...awaited];
  if (open.length === 0) return undefined;
  const after = open.filter((slot) => slot.startAt > lastVerified);
  const first = after[0] ?? open[open.length - 1];
  const [owed] = awaited.flatMap((slot) => (slot.device && whyAwaited(context, slot.device)) || []);
  const cause: MissCause = topCause(tally) ?? owed ?? 'offline';
  return {
    place: place.place,
    name: place.name,
    kind: place.kind,
    ...(place.township ? { township: place.township } : {}),
    policeStation: place.policeStation,
    cause,
    missed: open.length,
    due: tally.due,
    since: first?.startAt ?? instantOf(tallies.ledger.day, '00:00', context.model.zone),
    ongoing: after.length > 0,
  };
}

import type { MissCause, TriggerKind } from '@xiaolaba/protocol';
import type { Slot } from '../coverage/index.js';
import { coveredShare } from '../coverage/tally.js';

/** Who plays a slot, as far as what goes wrong there is one thing: an output of a device, arrivals at a stop, a parking point. */
export interface Unit {
  readonly id: string;
  /** Units of the same kind are each other's peers. */
  readonly peers: string;
}

/** What one unit owed on one day, and what was lost. */
export interface UnitDay {
  readonly unit: Unit;
  readonly slots: number;
  readonly lost: ReadonlyMap<MissCause, number>;
  /** What was wrong with its last slot of the day, where that is a state that lasts and not a thing that passes. */
  readonly endedIn?: MissCause;
}

export interface PlaceDayPast {
  readonly place: string;
  readonly peers: string;
  readonly covered: boolean;
  readonly units: readonly string[];
}

/** One past day, boiled down. */
export interface DayLearnt {
  readonly day: string;
  readonly units: ReadonlyMap<string, UnitDay>;
  readonly places: ReadonlyMap<string, PlaceDayPast>;
  /** Slots that nobody could foresee, because they were made by what people did: unlockings by place and campaign. */
  readonly unforeseen: readonly Unforeseen[];
}

export interface Unforeseen {
  readonly place: string;
  readonly campaign: string;
  readonly trigger: TriggerKind;
  readonly count: number;
}

export interface LearnContext {
  readonly profileOf: (device: string) => string | undefined;
  readonly kindOf: (place: string) => string | undefined;
  /** Why a device that has not reported yet owes its slots, as closing the day would say. */
  readonly owedFor: (device: string) => MissCause | undefined;
  /** What counts, where only some hours are asked for; all of it where this is absent. */
  readonly counts?: (slot: Slot) => boolean;
}

/**
 * Causes that are a state of the device: they last until somebody mends them. The others pass by themselves, and are
 * as likely tomorrow as they were today.
 */
const lasting: ReadonlySet<MissCause> = new Set(['offline', 'silent', 'bad-file', 'clock']);

export function unitOf(slot: Pick<Slot, 'device' | 'output' | 'trigger' | 'place'>, profile: string | undefined): Unit {
  if (slot.trigger === 'stop-arrival') return { id: `${slot.place} arrivals`, peers: 'arrivals' };
  if (slot.trigger) return { id: `${slot.place} ${slot.trigger}`, peers: slot.trigger };
  return { id: `${slot.device} ${slot.output}`, peers: `${profile ?? ''} ${slot.output}` };
}

interface Owed {
  readonly slot: Slot;
  readonly cause: MissCause | undefined;
}

/** What is settled of a slot, or as good as settled; nothing where it is still open. */
function owed(slot: Slot, context: LearnContext, now: number): Owed | undefined {
  if (slot.status === 'verified') return { slot, cause: undefined };
  if (slot.status === 'missed' || slot.status === 'partly') return { slot, cause: slot.cause ?? 'unknown' };
  const cause = slot.device && slot.endAt <= now ? context.owedFor(slot.device) : undefined;
  return cause ? { slot, cause } : undefined;
}

/** Boils a day's ledger down to what can be learnt from it. */
export function learnDay(day: string, slots: Iterable<Slot>, context: LearnContext, now: number): DayLearnt {
  const units = new Map<string, { unit: Unit; slots: number; lost: Map<MissCause, number>; last: Owed }>();
  const places = new Map<string, { verified: number; of: number; units: Set<string> }>();
  const unforeseen = new Map<string, { place: string; campaign: string; trigger: TriggerKind; count: number }>();
  for (const slot of slots) {
    const one = owed(slot, context, now);
    // What had not arrived yet says nothing of the device once it has: whether it has is known for each release.
    if (!one || one.cause === 'not-delivered') continue;
    const unit = unitOf(slot, slot.device === undefined ? undefined : context.profileOf(slot.device));
    const known = units.get(unit.id) ?? { unit, slots: 0, lost: new Map<MissCause, number>(), last: one };
    if (slot.endAt >= known.last.slot.endAt) known.last = one;
    units.set(unit.id, known);
    if (context.counts && !context.counts(slot)) continue;
    known.slots++;
    if (one.cause) known.lost.set(one.cause, (known.lost.get(one.cause) ?? 0) + 1);
    if (slot.trigger && slot.trigger !== 'stop-arrival') {
      const { trigger, campaign } = slot;
      const key = `${slot.place} ${campaign} ${trigger}`;
      const sum = unforeseen.get(key) ?? { place: slot.place, campaign, trigger, count: 0 };
      sum.count++;
      unforeseen.set(key, sum);
    }
    const place = places.get(slot.place) ?? { verified: 0, of: 0, units: new Set<string>() };
    place.of++;
    if (!one.cause) place.verified++;
    place.units.add(unit.id);
    places.set(slot.place, place);
  }
  return {
    day,
    units: new Map(
      [...units].map(([id, { unit, slots: count, lost, last }]) => {
        const state = last.cause && lasting.has(last.cause) && !last.slot.trigger ? { endedIn: last.cause } : {};
        return [id, { unit, slots: count, lost, ...state }];
      }),
    ),
    places: new Map(
      [...places].map(([place, { verified, of, units: there }]) => [
        place,
        {
          place,
          peers: context.kindOf(place) ?? '',
          covered: verified >= coveredShare * of,
          units: [...there],
        },
      ]),
    ),
    unforeseen: [...unforeseen.values()],
  };
}

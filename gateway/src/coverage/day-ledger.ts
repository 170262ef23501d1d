import { type MissCause, maxWaitMs, type PlayRecord } from '@xiaolaba/protocol';
import type { SlotStatus } from '../api/contract.js';
import type { DeviceFacts } from './device-facts.js';
import { causeOfSilence, judge, type Told, tellsMore, worstOf } from './judge.js';
import { deviceSlotId, type Slot, stopSlotId } from './slot.js';

/** After its end a slot may still be waiting its turn on the device; only then does a missing record mean anything. */
const settleMs = maxWaitMs + 60_000;

/** In which an expectation may differ from what it was before. */
const expectedFields = ['place', 'startAt', 'endAt', 'item', 'dialect', 'audio', 'text'] as const;

/** What the ledger must know of the fleet to say why nothing was reported. */
export interface FleetFacts {
  facts(device: string): DeviceFacts;
  /** Everything that happened there until then has been reported. */
  reportedUntil(device: string): number;
  /** Whether the device can't trust its clock at this moment. */
  clockDoubtful(device: string): boolean;
  /** Vehicles that may announce at a stop. */
  vehiclesAt(site: string, release: string): readonly string[];
}

export interface RecordFrom {
  readonly device: string;
  readonly id: string;
  readonly record: PlayRecord;
}

/** 台账 of one local day: slots against play records. It is derived: expectations and records make it anew at any time. */
export class DayLedger {
  readonly #slots = new Map<string, Slot>();
  readonly #byPlace = new Map<string, Set<Slot>>();
  /** Timed slots by device, and those of arrivals: a county's worth of assignments is expected anew in one go. */
  readonly #timed = new Map<string, Set<Slot>>();
  readonly #arrivals = new Set<Slot>();
  /** By slot: the record that tells most of it so far. */
  readonly #told = new Map<string, Told>();
  /** Failed visits of arrival slots: the cause is told only when no visit has succeeded. */
  readonly #failures = new Map<string, Set<MissCause>>();
  readonly #dirty = new Set<string>();
  readonly #waiting = new Set<Slot>();
  #sweptTo = 0;

  constructor(
    readonly day: string,
    private readonly fleet: FleetFacts,
  ) {}

  /** Takes a device's timed slots in; those no longer expected that nothing is known of go. What a slot has become stays. */
  expectTimed(device: string, slots: readonly Slot[]): void {
    this.#expect(slots, this.#timed.get(device));
  }

  /** The same for the arrivals at all stops. */
  expectArrivals(slots: readonly Slot[]): void {
    this.#expect(slots, this.#arrivals);
  }

  #expect(slots: readonly Slot[], before: Iterable<Slot> = []): void {
    const wanted = new Set(slots.map((slot) => slot.id));
    for (const slot of [...before]) {
      if (!wanted.has(slot.id) && slot.status === 'pending') this.#remove(slot);
    }
    for (const slot of slots) {
      const known = this.#slots.get(slot.id);
      if (!known) this.#add(slot);
      else if (expectedFields.some((field) => known[field] !== slot[field])) this.#renew(known, slot);
    }
  }

  add(slot: Slot): void {
    if (!this.#slots.has(slot.id)) this.#add(slot);
  }

  /**
   * Lets a play record tell of its slot; the same record again, or records in another order, lead to the same.
   * @returns the slot, `undefined` for a record for which nothing was expected
   */
  apply({ device, id, record }: RecordFrom): Slot | undefined {
    const arrival = record.trigger?.on === 'stop-arrival';
    const slot = arrival
      ? this.#arrivalSlot(record)
      : this.#slots.get(deviceSlotId(device, record.release, record.cue, record.dueAt));
    if (!slot) return undefined;
    const verdict = judge(record, record.trigger ? undefined : slot.startAt, this.fleet.facts(device));
    const { evidence, startedAt, playedMs } = record;
    const told: Told = { status: verdict.status, evidence, startedAt, record: id };
    const before = this.#told.get(slot.id);
    const more = before === undefined || tellsMore(told, before);
    const best = more ? told : before;
    if (more) {
      this.#told.set(slot.id, told);
      Object.assign(slot, { evidence, startedAt, playedMs, record: id });
    }
    if (arrival) this.#visited(slot, best.status, verdict.cause);
    else if (more) this.#settle(slot, verdict.status, verdict.cause);
    this.#dirty.add(slot.place);
    return slot;
  }

  /**
   * Settles what can be settled by now: slots whose devices have reported past them. With `close`, all that are over,
   * whatever is known of their devices.
   */
  sweep(now: number, close = false): void {
    for (const slot of this.#waiting) {
      if (slot.status !== 'pending') {
        this.#waiting.delete(slot);
        continue;
      }
      if (slot.endAt > now) continue;
      if (slot.endAt > this.#sweptTo) this.#dirty.add(slot.place);
      const settled =
        slot.trigger === 'stop-arrival' ? this.#settleArrival(slot, close) : this.#settleTimed(slot, close);
      if (!settled) continue;
      this.#waiting.delete(slot);
      this.#dirty.add(slot.place);
    }
    this.#sweptTo = now;
  }

  slots(): IterableIterator<Slot> {
    return this.#slots.values();
  }

  slotsOf(place: string): Slot[] {
    return [...(this.#byPlace.get(place) ?? [])];
  }

  places(): IterableIterator<string> {
    return this.#byPlace.keys();
  }

  /** Places whose slots have changed since the last call. */
  takeDirty(): string[] {
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    return dirty;
  }

  #arrivalSlot(record: PlayRecord): Slot | undefined {
    const site = record.trigger?.site;
    if (!site) return undefined;
    for (const slot of this.#byPlace.get(`site/${site}`) ?? []) {
      const same = slot.trigger === 'stop-arrival' && slot.release === record.release && slot.cue === record.cue;
      if (
        same &&
        slot.startAt <= record.dueAt &&
        record.dueAt < slot.endAt &&
        slot.id === stopSlotId(site, slot.release, slot.cue, slot.dueAt)
      )
        return slot;
    }
    return undefined;
  }

  #settleTimed(slot: Slot, close: boolean): boolean {
    if (!slot.device) return false;
    const known = this.fleet.reportedUntil(slot.device) >= slot.endAt + settleMs;
    if (!known && !close) return false;
    this.#settle(slot, 'missed', this.#causeOfMiss(slot, slot.device, known));
    return true;
  }

  /** Of a device that nobody has heard of since, the day says "offline"; a late report may still mend that. */
  #causeOfMiss(slot: Slot, device: string, known: boolean): MissCause {
    if (!known && this.fleet.reportedUntil(device) < slot.startAt)
      return this.fleet.clockDoubtful(device) ? 'clock' : 'offline';
    const inferred = causeOfSilence(slot, this.fleet.facts(device));
    return known || inferred !== 'unknown' ? inferred : 'offline';
  }

  #settleArrival(slot: Slot, close: boolean): boolean {
    const site = slot.place.slice('site/'.length);
    const vehicles = this.fleet.vehiclesAt(site, slot.release);
    const known = vehicles.every((vehicle) => this.fleet.reportedUntil(vehicle) >= slot.endAt + settleMs);
    if (!known && !close) return false;
    const failed = worstOf([...(this.#failures.get(slot.id) ?? [])]);
    const partly = this.#told.get(slot.id)?.status === 'partly';
    this.#settle(slot, partly ? 'partly' : 'missed', failed ?? this.#causeOfNoVisit(slot, vehicles, known));
    return true;
  }

  /** One visit of an arrival slot. While it is open another vehicle may still announce; once settled, this mends it. */
  #visited(slot: Slot, best: SlotStatus, cause: MissCause | undefined): void {
    if (cause) {
      const failures = this.#failures.get(slot.id) ?? new Set();
      this.#failures.set(slot.id, failures.add(cause));
    }
    if (best === 'verified') this.#settle(slot, best, undefined);
    else if (slot.status !== 'pending') this.#settle(slot, best, worstOf([...(this.#failures.get(slot.id) ?? [])]));
  }

  #settle(slot: Slot, status: SlotStatus, cause: MissCause | undefined): void {
    slot.status = status;
    if (cause === undefined) delete slot.cause;
    else slot.cause = cause;
  }

  #causeOfNoVisit(slot: Slot, vehicles: readonly string[], known: boolean): MissCause {
    const unreported = vehicles.some((vehicle) => this.fleet.reportedUntil(vehicle) < slot.endAt);
    if (!known && unreported) return 'offline';
    if (vehicles.some((vehicle) => this.fleet.facts(vehicle).wasOff(slot.startAt, slot.endAt))) return 'offline';
    if (vehicles.some((vehicle) => !this.fleet.facts(vehicle).held(slot.release, slot.startAt))) return 'not-delivered';
    return 'no-visit';
  }

  #add(slot: Slot): void {
    this.#slots.set(slot.id, slot);
    const there = this.#byPlace.get(slot.place);
    if (there) there.add(slot);
    else this.#byPlace.set(slot.place, new Set([slot]));
    if (slot.trigger === 'stop-arrival') this.#arrivals.add(slot);
    else if (slot.device !== undefined && slot.trigger === undefined) {
      const its = this.#timed.get(slot.device);
      if (its) its.add(slot);
      else this.#timed.set(slot.device, new Set([slot]));
    }
    if (slot.status === 'pending') this.#waiting.add(slot);
    const { status, evidence, startedAt, record } = slot;
    if (evidence !== undefined && startedAt !== undefined && record !== undefined && !this.#told.has(slot.id))
      this.#told.set(slot.id, { status, evidence, startedAt, record });
    this.#dirty.add(slot.place);
  }

  /** The same slot, expected otherwise than before: elsewhere, or over another span. */
  #renew(known: Slot, slot: Slot): void {
    this.#drop(known);
    const inferred = known.status === 'missed' && known.record === undefined;
    const { status, cause, evidence, startedAt, playedMs, record } = known;
    this.#add(
      inferred
        ? slot
        : {
            ...slot,
            status,
            ...(cause === undefined ? {} : { cause }),
            ...(evidence === undefined ? {} : { evidence }),
            ...(startedAt === undefined ? {} : { startedAt }),
            ...(playedMs === undefined ? {} : { playedMs }),
            ...(record === undefined ? {} : { record }),
          },
    );
  }

  #remove(slot: Slot): void {
    this.#drop(slot);
    this.#failures.delete(slot.id);
    this.#told.delete(slot.id);
  }

  #drop(slot: Slot): void {
    this.#slots.delete(slot.id);
    this.#byPlace.get(slot.place)?.delete(slot);
    if (slot.device !== undefined) this.#timed.get(slot.device)?.delete(slot);
    this.#arrivals.delete(slot);
    this.#waiting.delete(slot);
    this.#dirty.add(slot.place);
  }
}

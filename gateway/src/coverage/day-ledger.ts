import { type MissCause, maxWaitMs, type PlayRecord } from '@xiaolaba/protocol';
import type { DeviceFacts } from './device-facts.js';
import { causeOfSilence, improves, judge, worstOf } from './judge.js';
import { deviceSlotId, type Slot, stopSlotId } from './slot.js';

/** After its end a slot may still be waiting its turn on the device; only then does a missing record mean anything. */
const settleMs = maxWaitMs + 60_000;

/** What the ledger must know of the fleet to say why nothing was reported. */
export interface FleetFacts {
  facts(device: string): DeviceFacts;
  /** Everything that happened there until then has been reported. */
  reportedUntil(device: string): number;
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
  /** Failed visits of arrival slots: the cause is told only when no visit has succeeded. */
  readonly #failures = new Map<string, MissCause[]>();
  readonly #dirty = new Set<string>();
  #waiting: Slot[] = [];
  #sweptTo = 0;

  constructor(
    readonly day: string,
    private readonly fleet: FleetFacts,
  ) {}

  /** Takes slots in; those no longer expected and not yet begun go. What a slot has become stays. */
  expect(slots: readonly Slot[], replaces: (slot: Slot) => boolean): void {
    const wanted = new Set(slots.map((slot) => slot.id));
    for (const slot of [...this.#slots.values()]) {
      if (replaces(slot) && !wanted.has(slot.id)) this.#remove(slot);
    }
    for (const slot of slots) if (!this.#slots.has(slot.id)) this.#add(slot);
  }

  has(id: string): boolean {
    return this.#slots.has(id);
  }

  add(slot: Slot): void {
    if (!this.#slots.has(slot.id)) this.#add(slot);
  }

  /** Lets a play record tell of its slot. A record for which nothing was expected changes nothing. */
  apply({ device, id, record }: RecordFrom): void {
    const arrival = record.trigger?.on === 'stop-arrival';
    const slot = arrival
      ? this.#arrivalSlot(record)
      : this.#slots.get(deviceSlotId(device, record.release, record.cue, record.dueAt));
    if (!slot) return;
    const verdict = judge(record, record.trigger ? undefined : slot.startAt);
    const failed = verdict.status === 'missed' || verdict.status === 'partly';
    if (arrival && failed && verdict.cause) {
      this.#failures.set(slot.id, [...(this.#failures.get(slot.id) ?? []), verdict.cause]);
      // Another bus may still announce in this span.
      if (verdict.status === 'missed') return;
    }
    if (!improves(slot, verdict, record)) return;
    slot.status = arrival && failed ? 'pending' : verdict.status;
    if (slot.status === 'verified') delete slot.cause;
    else if (verdict.cause) slot.cause = verdict.cause;
    slot.evidence = record.evidence;
    slot.startedAt = record.startedAt;
    slot.playedMs = record.playedMs;
    slot.record = id;
    this.#dirty.add(slot.place);
  }

  /** Settles what can be settled by now: slots whose devices have reported past them. With `close`, all of them. */
  sweep(now: number, close = false): void {
    this.#waiting = this.#waiting.filter((slot) => {
      if (slot.status !== 'pending') return false;
      if (slot.endAt > this.#sweptTo && slot.endAt <= now) this.#dirty.add(slot.place);
      if (slot.endAt > now && !close) return true;
      const settled =
        slot.trigger === 'stop-arrival' ? this.#settleArrival(slot, close) : this.#settleTimed(slot, close);
      if (settled) this.#dirty.add(slot.place);
      return !settled;
    });
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
    slot.status = 'missed';
    slot.cause = this.#causeOfMiss(slot, slot.device, known);
    return true;
  }

  /** Of a device that nobody has heard of since, the day says "offline"; a late report may still mend that. */
  #causeOfMiss(slot: Slot, device: string, known: boolean): MissCause {
    if (!known && this.fleet.reportedUntil(device) < slot.startAt) return 'offline';
    const inferred = causeOfSilence(slot, this.fleet.facts(device));
    return known || inferred !== 'unknown' ? inferred : 'offline';
  }

  #settleArrival(slot: Slot, close: boolean): boolean {
    const site = slot.place.slice('site/'.length);
    const vehicles = this.fleet.vehiclesAt(site, slot.release);
    const known = vehicles.every((vehicle) => this.fleet.reportedUntil(vehicle) >= slot.endAt + settleMs);
    if (!known && !close) return false;
    const failed = worstOf(this.#failures.get(slot.id) ?? []);
    if (failed) slot.cause = failed;
    else slot.cause = this.#causeOfNoVisit(slot, vehicles, known);
    slot.status =
      slot.record !== undefined && (slot.playedMs ?? 0) > 0 && slot.evidence !== 'contradicted' ? 'partly' : 'missed';
    return true;
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
    if (slot.status === 'pending') this.#waiting.push(slot);
    this.#dirty.add(slot.place);
  }

  #remove(slot: Slot): void {
    this.#slots.delete(slot.id);
    this.#byPlace.get(slot.place)?.delete(slot);
    this.#failures.delete(slot.id);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== slot);
    this.#dirty.add(slot.place);
  }
}

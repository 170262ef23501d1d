import {
  addDays,
  callerError,
  dayOf,
  errorCode,
  instantOf,
  type JournalRecord,
  type NamedRelease,
  type PlayRecord,
  profileOutputs,
} from '@xiaolaba/protocol';
import type { Logger } from 'pino';
import type { DistrictModel } from '../campaigns/index.js';
import type { IssuedAssignment } from '../delivery/index.js';
import type { TakenRecord } from '../ingest/index.js';
import type { LiveFleet, RegisteredDevice } from '../registry/index.js';
import type { Store } from '../store/index.js';
import { Turns } from '../turns.js';
import { ClosedDays } from './closed-days.js';
import { DayLedger, type FleetFacts } from './day-ledger.js';
import { DeviceFacts } from './device-facts.js';
import { type Expectations, type ExpectedDevice, expectAllArrivals, expectTimed, Plans, unlockSlot } from './expect.js';
import type { Slot } from './slot.js';

/** Ledgers of other days that stay in memory; any day can be made anew. */
const keptDays = 4;

export interface CoverageDeps {
  readonly store: Store;
  readonly live: LiveFleet;
  readonly device: (id: string) => RegisteredDevice | undefined;
  readonly devices: () => Iterable<RegisteredDevice>;
  readonly model: () => DistrictModel | undefined;
  readonly history: (device: string) => readonly IssuedAssignment[];
  readonly release: (sha256: string) => NamedRelease | undefined;
  readonly now: () => number;
  readonly log: Logger;
}

interface LateRecord {
  readonly day: string;
  readonly taken: TakenRecord;
  readonly record: PlayRecord;
}

/** Holds the ledgers of the days that are looked at: today's always, others when asked for. */
export class Coverage implements FleetFacts {
  readonly #facts = new Map<string, DeviceFacts>();
  readonly #ledgers = new Map<string, Promise<DayLedger>>();
  readonly #ready = new Map<string, DayLedger>();
  readonly #late = new Turns();

  readonly #closed: ClosedDays;

  private constructor(private readonly deps: CoverageDeps) {
    this.#closed = new ClosedDays(deps.store);
  }

  static async open(deps: CoverageDeps): Promise<Coverage> {
    const coverage = new Coverage(deps);
    const rows = await deps.store
      .selectFrom('records')
      .select(['device', 'line'])
      .where('kind', '<>', 'play')
      .where('kind', 'in', ['boot', 'active', 'clock'])
      .orderBy('at')
      .execute();
    for (const row of rows) coverage.facts(row.device).learn(JSON.parse(row.line) as JournalRecord);
    // Records come in the order in which they were written: the last one tells how far a device has reported.
    const reported = await deps.store
      .selectFrom('chains')
      .innerJoin('records', (join) =>
        join
          .onRef('records.device', '=', 'chains.device')
          .onRef('records.boot', '=', 'chains.boot')
          .onRef('records.seq', '=', 'chains.up_to'),
      )
      .select(['records.device', 'records.at', 'records.received_at'])
      .execute();
    for (const { device, at, received_at } of reported) deps.live.reported(device, Math.min(at, received_at));
    return coverage;
  }

  facts(device: string): DeviceFacts {
    let facts = this.#facts.get(device);
    if (!facts) {
      facts = new DeviceFacts();
      this.#facts.set(device, facts);
    }
    return facts;
  }

  reportedUntil(device: string): number {
    return this.deps.live.get(device).reportedUntil;
  }

  clockDoubtful(device: string): boolean {
    return this.deps.live.clockDoubtful(device);
  }

  vehiclesAt(site: string, release: string): readonly string[] {
    const places = new Set(this.deps.release(release)?.release.audience.places);
    const routes = [...(this.deps.model()?.routes.values() ?? [])]
      .filter((route) => places.has(`route/${route.id}`) && route.stops.some((stop) => stop.site === site))
      .map((route) => `route/${route.id}`);
    return [...this.deps.devices()]
      .filter((device) => device.enrolled && routes.includes(device.place))
      .map((device) => device.id);
  }

  today(): string | undefined {
    const zone = this.deps.model()?.zone;
    return zone === undefined ? undefined : dayOf(this.deps.now(), zone);
  }

  /**
   * The ledger of a day: as it was closed, or made from what was expected and what was recorded.
   * @throws XiaolabaError `content-missing`
   */
  ledger(day: string): Promise<DayLedger> {
    let ledger = this.#ledgers.get(day);
    if (ledger) {
      // The map keeps the order of use.
      this.#ledgers.delete(day);
    } else {
      ledger = this.#build(day).then((built) => {
        if (this.#ledgers.get(day) === ledger) this.#ready.set(day, built);
        return built;
      });
      ledger.catch(() => {
        if (this.#ledgers.get(day) === ledger) this.#forget(day);
      });
    }
    this.#ledgers.set(day, ledger);
    this.#makeRoom();
    return ledger;
  }

  /** Days with a closed ledger, the newest first. */
  closedDays(): Promise<string[]> {
    return this.#closed.all();
  }

  /** Lets records tell of their slots, as soon as they are durable. */
  taken(records: readonly TakenRecord[]): void {
    const model = this.deps.model();
    const today = this.today();
    const late: LateRecord[] = [];
    for (const taken of records) {
      const { device, record } = taken;
      this.facts(device).learn(record);
      if (record.kind !== 'play' || !model || !today) continue;
      const day = dayOf(record.dueAt, model.zone);
      const ledger = day === today ? this.#ready.get(day) : undefined;
      if (ledger) this.#apply(ledger, taken, record, model);
      // A clock that runs days ahead tells of days that nobody looks at yet; their ledgers will find the record.
      else if (day <= addDays(today, 1)) late.push({ day, taken, record });
    }
    if (late.length === 0) return;
    void this.#late.run(async () => {
      for (const day of new Set(late.map((one) => one.day))) {
        await this.#takeLate(
          day,
          late.filter((one) => one.day === day),
        );
      }
    });
  }

  /** Brings expectations, today's and those of later days that are looked at, up to date after devices got new assignments. */
  async expect(devices: readonly string[]): Promise<void> {
    const today = this.today();
    const model = this.deps.model();
    if (!today || !model || devices.length === 0) return;
    const wanted = new Set(devices);
    const context = this.#context(model);
    const all = this.#expectedDevices();
    const riding = all.some(
      ({ id, history }) => wanted.has(id) && history.some(({ place }) => place.startsWith('route/')),
    );
    for (const day of new Set([today, ...[...this.#ledgers.keys()].filter((one) => one > today)])) {
      const ledger = await this.ledger(day);
      for (const device of all) {
        if (!wanted.has(device.id)) continue;
        ledger.expectTimed(device.id, expectTimed(device, context, day));
      }
      if (riding) ledger.expectArrivals(expectAllArrivals(all, context, day));
    }
  }

  /** Settles what time has settled. Today's ledger is made here when a new day begins. */
  async tick(): Promise<void> {
    const today = this.today();
    if (!today) return;
    await this.ledger(today);
    for (const ledger of this.#ready.values()) ledger.sweep(this.deps.now());
  }

  /**
   * Ends a day: what is still open is missed, and the ledger is written down. Late reports may still mend it.
   * Of a day that goes on, what is over is settled and nothing is written down.
   */
  async close(day: string): Promise<void> {
    const ledger = await this.ledger(day);
    const closedAt = this.deps.now();
    ledger.sweep(closedAt, true);
    if (day >= (this.today() ?? day)) return;
    await this.#closed.write(day, closedAt, [...ledger.slots()]);
    this.#forget(day);
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#ledgers.values());
    await this.#late.settled();
  }

  #forget(day: string): void {
    this.#ready.delete(day);
    this.#ledgers.delete(day);
  }

  #makeRoom(): void {
    const today = this.today();
    const others = [...this.#ledgers.keys()].filter((day) => day !== today);
    for (const day of others.slice(0, Math.max(0, others.length - keptDays))) this.#forget(day);
  }

  #context(model: DistrictModel): Expectations {
    return { model, release: this.deps.release, plans: new Plans() };
  }

  /** All that ever held something: what a device that has been shut out owed before stays owed. */
  #expectedDevices(): ExpectedDevice[] {
    return [...this.deps.devices()].map(({ id, profile, revokedAt }) => ({
      id,
      profile,
      outputs: profileOutputs[profile],
      history: this.deps.history(id),
      ...(revokedAt === undefined ? {} : { until: revokedAt }),
    }));
  }

  async #build(day: string): Promise<DayLedger> {
    const model = this.deps.model();
    if (!model) throw callerError('content-missing', 'no content has been imported');
    const ledger = new DayLedger(day, this);
    if (await this.#closed.has(day)) {
      for (const slot of await this.#closed.slots(day)) ledger.add(slot);
    } else {
      const context = this.#context(model);
      const devices = this.#expectedDevices();
      for (const device of devices) for (const slot of expectTimed(device, context, day)) ledger.add(slot);
      for (const slot of expectAllArrivals(devices, context, day)) ledger.add(slot);
    }
    // A closed day, too: whatever came late while its ledger could not be written down is in the records.
    const rows = await this.deps.store
      .selectFrom('records')
      .select(['device', 'boot', 'line', 'received_at'])
      .where('kind', '=', 'play')
      .where('due_at', '>=', instantOf(day, '00:00', model.zone))
      .where('due_at', '<', instantOf(day, '24:00', model.zone))
      .execute();
    for (const { device, boot, line, received_at } of rows) {
      const record = JSON.parse(line) as PlayRecord;
      this.#apply(ledger, { device, boot, record, receivedAt: received_at }, record, model);
    }
    return ledger;
  }

  #apply(ledger: DayLedger, taken: TakenRecord, record: PlayRecord, model: DistrictModel): Slot | undefined {
    const { device, boot } = taken;
    if (record.trigger && record.trigger.on !== 'stop-arrival' && this.deps.release(record.release)) {
      const place = this.deps.device(device)?.place;
      if (place) ledger.add(unlockSlot(device, place, record, model, ledger.day));
    }
    return ledger.apply({ device, id: `${device}/${boot}/${record.seq}`, record });
  }

  /** Records of another day: its ledger is fetched and mended, and what has changed is written down where it was closed. */
  async #takeLate(day: string, late: readonly LateRecord[]): Promise<void> {
    try {
      const model = this.deps.model();
      if (!model) return;
      const ledger = await this.ledger(day);
      const mended = new Set(late.flatMap(({ taken, record }) => this.#apply(ledger, taken, record, model) ?? []));
      if (mended.size > 0 && (await this.#closed.has(day))) await this.#closed.mend(day, [...mended]);
    } catch (error) {
      // The records are safe: the ledger is made anew from them when somebody looks.
      this.#forget(day);
      this.deps.log.error({ day, code: errorCode(error), error }, 'late records wait for the ledger to be made anew');
    }
  }
}

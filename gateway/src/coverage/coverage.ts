import {
  dayOf,
  instantOf,
  type JournalRecord,
  type NamedRelease,
  type Output,
  type PlayRecord,
  type Profile,
} from '@xiaolaba/protocol';
import type { DistrictModel } from '../campaigns/index.js';
import type { IssuedAssignment } from '../delivery/index.js';
import type { TakenRecord } from '../ingest/index.js';
import type { LiveFleet, RegisteredDevice } from '../registry/index.js';
import type { Store } from '../store/index.js';
import { DayLedger, type FleetFacts } from './day-ledger.js';
import { DeviceFacts } from './device-facts.js';
import { type Expectations, type ExpectedDevice, expectArrivals, expectTimed, unlockSlot } from './expect.js';
import type { Slot } from './slot.js';

const outputsOf: Readonly<Record<Profile, readonly Output[]>> = {
  loudspeaker: ['audio'],
  'bus-screen': ['audio', 'text'],
  'bike-lock': ['audio'],
  'booth-sign': ['text'],
};

export interface CoverageDeps {
  readonly store: Store;
  readonly live: LiveFleet;
  readonly device: (id: string) => RegisteredDevice | undefined;
  readonly devices: () => Iterable<RegisteredDevice>;
  readonly model: () => DistrictModel | undefined;
  readonly history: (device: string) => readonly IssuedAssignment[];
  readonly release: (sha256: string) => NamedRelease | undefined;
  readonly now: () => number;
}

/** Holds the ledgers of the days that are looked at: today's always, others when asked for. */
export class Coverage implements FleetFacts {
  readonly #facts = new Map<string, DeviceFacts>();
  readonly #ledgers = new Map<string, Promise<DayLedger>>();
  readonly #ready = new Map<string, DayLedger>();
  #late: Promise<void> = Promise.resolve();

  private constructor(private readonly deps: CoverageDeps) {}

  static async open(deps: CoverageDeps): Promise<Coverage> {
    const coverage = new Coverage(deps);
    const rows = await deps.store
      .selectFrom('records')
      .select(['device', 'line'])
      .where('kind', 'in', ['boot', 'active', 'clock'])
      .orderBy('at')
      .execute();
    for (const row of rows) coverage.facts(row.device).learn(JSON.parse(row.line) as JournalRecord);
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

  /** The ledger of a day: as it was closed, or made from what was expected and what was recorded. */
  ledger(day: string): Promise<DayLedger> {
    let ledger = this.#ledgers.get(day);
    if (!ledger) {
      ledger = this.#build(day).then((built) => {
        this.#ready.set(day, built);
        return built;
      });
      this.#ledgers.set(day, ledger);
      ledger.catch(() => this.#ledgers.delete(day));
    }
    return ledger;
  }

  /** Days with a closed ledger, the newest first. */
  async closedDays(): Promise<string[]> {
    const rows = await this.deps.store.selectFrom('days').select('day').orderBy('day', 'desc').execute();
    return rows.map((row) => row.day);
  }

  /** Lets records tell of their slots, as soon as they are durable. */
  taken(records: readonly TakenRecord[]): void {
    const model = this.deps.model();
    const late: { readonly day: string; readonly taken: TakenRecord; readonly record: PlayRecord }[] = [];
    for (const taken of records) {
      const { device, record } = taken;
      this.facts(device).learn(record);
      if (record.kind !== 'play' || !model) continue;
      const day = dayOf(record.dueAt, model.zone);
      const ledger = day === this.today() ? this.#ready.get(day) : undefined;
      if (ledger) this.#apply(ledger, `${device}/${taken.boot}/${record.seq}`, device, record, model);
      else late.push({ day, taken, record });
    }
    if (late.length > 0) this.#late = this.#late.then(() => this.#takeLate(late));
  }

  /** Brings today's expectations up to date after devices got new assignments. */
  async expect(devices: readonly string[]): Promise<void> {
    const day = this.today();
    const model = this.deps.model();
    if (!day || !model) return;
    const ledger = await this.ledger(day);
    const wanted = new Set(devices);
    const context = this.#context(model);
    const all = this.#expectedDevices();
    for (const device of all) {
      if (!wanted.has(device.id)) continue;
      ledger.expect(
        expectTimed(device, context, day),
        (slot) => slot.device === device.id && slot.trigger === undefined,
      );
    }
    if (all.some((device) => wanted.has(device.id) && device.place.startsWith('route/'))) {
      ledger.expect(arrivalsOf(model, all, context, day), (slot) => slot.trigger === 'stop-arrival');
    }
  }

  /** Settles what time has settled. Today's ledger is made here when a new day begins. */
  async tick(): Promise<void> {
    const today = this.today();
    if (!today) return;
    await this.ledger(today);
    for (const ledger of this.#ready.values()) ledger.sweep(this.deps.now());
  }

  /** Ends a day: what is still open is missed, and the ledger is written down. Late reports may still mend it. */
  async close(day: string): Promise<void> {
    const ledger = await this.ledger(day);
    ledger.sweep(this.deps.now(), true);
    const closedAt = this.deps.now();
    await this.#write(day, [...ledger.slots()]);
    await this.deps.store
      .insertInto('days')
      .values({ day, closed_at: closedAt })
      .onConflict((conflict) => conflict.column('day').doUpdateSet({ closed_at: closedAt }))
      .execute();
    if (day !== this.today()) this.#forget(day);
  }

  /** Ledgers that are in memory, today's first. */
  loaded(): DayLedger[] {
    return [...this.#ready.values()];
  }

  async settled(): Promise<void> {
    await Promise.all(this.#ledgers.values());
    await this.#late;
  }

  #forget(day: string): void {
    this.#ready.delete(day);
    this.#ledgers.delete(day);
  }

  #context(model: DistrictModel): Expectations {
    return { model, release: this.deps.release };
  }

  #expectedDevices(): ExpectedDevice[] {
    return [...this.deps.devices()].flatMap((device) =>
      device.enrolled && !device.revoked
        ? [
            {
              id: device.id,
              profile: device.profile,
              place: device.place,
              // A bus screen without a sign shows its text on the screen itself.
              outputs: outputsOf[device.profile],
              history: this.deps.history(device.id),
            },
          ]
        : [],
    );
  }

  async #build(day: string): Promise<DayLedger> {
    const ledger = new DayLedger(day, this);
    const model = this.deps.model();
    const closed = await this.deps.store.selectFrom('closed_slots').select('body').where('day', '=', day).execute();
    for (const row of closed) ledger.add(JSON.parse(row.body) as Slot);
    if (closed.length > 0 || !model) return ledger;
    const context = this.#context(model);
    const devices = this.#expectedDevices();
    for (const device of devices) for (const slot of expectTimed(device, context, day)) ledger.add(slot);
    for (const slot of arrivalsOf(model, devices, context, day)) ledger.add(slot);
    const rows = await this.deps.store
      .selectFrom('records')
      .select(['device', 'boot', 'seq', 'line'])
      .where('kind', '=', 'play')
      .where('due_at', '>=', instantOf(day, '00:00', model.zone))
      .where('due_at', '<', instantOf(day, '24:00', model.zone))
      .orderBy('received_at')
      .orderBy('seq')
      .execute();
    for (const row of rows) {
      this.#apply(
        ledger,
        `${row.device}/${row.boot}/${row.seq}`,
        row.device,
        JSON.parse(row.line) as PlayRecord,
        model,
      );
    }
    return ledger;
  }

  #apply(ledger: DayLedger, id: string, device: string, record: PlayRecord, model: DistrictModel): void {
    if (record.trigger && record.trigger.on !== 'stop-arrival') {
      const place = this.deps.device(device)?.place;
      if (place) ledger.add(unlockSlot(device, place, record, model, ledger.day));
    }
    ledger.apply({ device, id, record });
  }

  /** Records of days that are over: the day is fetched, mended, and written down again where it was closed. */
  async #takeLate(
    late: readonly { readonly day: string; readonly taken: TakenRecord; readonly record: PlayRecord }[],
  ): Promise<void> {
    const model = this.deps.model();
    if (!model) return;
    for (const day of new Set(late.map((one) => one.day))) {
      const ledger = await this.ledger(day);
      for (const { taken, record } of late.filter((one) => one.day === day)) {
        this.#apply(ledger, `${taken.device}/${taken.boot}/${record.seq}`, taken.device, record, model);
      }
      const closed = await this.deps.store.selectFrom('days').select('day').where('day', '=', day).executeTakeFirst();
      if (closed) await this.#write(day, [...ledger.slots()]);
    }
  }

  async #write(day: string, slots: readonly Slot[]): Promise<void> {
    await this.deps.store.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('closed_slots').where('day', '=', day).execute();
      for (let at = 0; at < slots.length; at += 1000) {
        const rows = slots.slice(at, at + 1000).map((slot) => ({ day, id: slot.id, body: JSON.stringify(slot) }));
        await transaction.insertInto('closed_slots').values(rows).execute();
      }
    });
  }
}

/** Arrival slots of all routes; a stop on several routes is expected once, over the widest span. */
function arrivalsOf(
  model: DistrictModel,
  devices: readonly ExpectedDevice[],
  context: Expectations,
  day: string,
): Slot[] {
  const slots = new Map<string, Slot>();
  for (const route of model.routes.keys()) {
    const vehicles = devices.filter((device) => device.place === `route/${route}`);
    for (const slot of expectArrivals(route, vehicles, context, day)) {
      const known = slots.get(slot.id);
      const startAt = Math.min(slot.startAt, known?.startAt ?? slot.startAt);
      const endAt = Math.max(slot.endAt, known?.endAt ?? slot.endAt);
      slots.set(slot.id, { ...slot, startAt, endAt });
    }
  }
  return [...slots.values()];
}

import {
  callerError,
  encodeMessage,
  errorCode,
  fromBase64,
  type JournalRecord,
  openApprovedStop,
  readStopApprovals,
  type StopOrder,
  stopOrderSchema,
  stopRule,
  type TrustedKeys,
  toBase64,
} from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';
import type { Logger } from 'pino';
import type { DistrictModel } from '../campaigns/index.js';
import type { RegisteredDevice } from '../registry/index.js';
import type { StopReportTable, Store } from '../store/index.js';
import { Approvals, type PartialApproval } from '../trust/index.js';
import { Turns } from '../turns.js';
import { inParallel } from './in-parallel.js';
import { PendingStops } from './pending-stops.js';
import { type OrderScope, placesOf } from './scope.js';

/** Devices that are written to at once: enough to keep every socket busy, few enough to leave the loop to others. */
const atOnce = 64;

export interface StandingOrder {
  readonly order: StopOrder;
  readonly envelope: Uint8Array;
  readonly publishedAt: number;
  readonly signedBy: readonly string[];
  /** `undefined`: everywhere. */
  readonly places: ReadonlySet<string> | undefined;
}

/** What a device last wrote down of orders: it was stopped, or may speak again. */
export interface StopReport {
  readonly state: StopOrder['state'];
  readonly at: number;
  readonly boot: string;
  readonly seq: number;
}

export interface StopOrdersDeps {
  readonly store: Store;
  readonly trusted: () => TrustedKeys;
  readonly devices: () => Iterable<RegisteredDevice>;
  readonly now: () => number;
  readonly publish: (device: string, envelope: Uint8Array) => Promise<void>;
  readonly forget: (device: string) => Promise<void>;
  readonly run: (name: string, work: () => Promise<void>) => void;
  readonly log: Logger;
}

/** What became of a signature: the order is given, or it waits for more of them. */
export type StopTaken =
  | { readonly given: true; readonly order: StopOrder; readonly devices: number; readonly signedBy: readonly string[] }
  | { readonly given: false; readonly order: StopOrder; readonly sha256: string; readonly approval: PartialApproval };

interface Reported {
  readonly device: string;
  readonly boot: string;
  readonly record: JournalRecord;
}

/**
 * Stop orders 停播令: signed by an approver, retained for every device in scope, latched there.
 * Of the orders that name a place the latest holds, be it a stop or its lifting.
 */
export class StopOrders {
  /** The latest first. */
  #orders: StandingOrder[] = [];
  readonly #reports = new Map<string, StopReport>();
  /** The version that the broker keeps for a device. */
  readonly #handed = new Map<string, number>();
  readonly #turns = new Turns();
  readonly #approvals: Approvals;
  /** Those that too few have signed. */
  readonly pending: PendingStops;

  private constructor(private readonly deps: StopOrdersDeps) {
    this.#approvals = new Approvals(deps);
    this.pending = new PendingStops({ ...deps, approvals: this.#approvals, last: () => this.#last() });
  }

  static async open(deps: StopOrdersDeps): Promise<StopOrders> {
    const orders = new StopOrders(deps);
    const rows = await deps.store.selectFrom('stop_orders').selectAll().orderBy('version', 'desc').execute();
    orders.#orders = rows.flatMap((row) => {
      const envelope = fromBase64(row.envelope);
      if (!envelope) return [];
      const signedBy = JSON.parse(row.signed_by) as string[];
      return [standingOf(JSON.parse(row.body) as StopOrder, envelope, row.published_at, signedBy)];
    });
    for (const row of await deps.store.selectFrom('stop_reports').selectAll().execute())
      orders.#learn(row.device, { ...row, state: row.state as StopReport['state'] });
    // What was taken in just before a crash is in the records alone.
    const events = await deps.store
      .selectFrom('records')
      .select(['device', 'boot', 'line'])
      .where('kind', '=', 'event')
      .orderBy('at')
      .execute();
    orders.taken(events.map(({ device, boot, line }) => ({ device, boot, record: JSON.parse(line) as JournalRecord })));
    return orders;
  }

  /** Every order, the latest first. */
  all(): readonly StandingOrder[] {
    return this.#orders;
  }

  /** The order that holds at a place, if there ever was one. */
  at(place: string): StandingOrder | undefined {
    return this.#orders.find(({ places }) => places === undefined || places.has(place));
  }

  reportOf(device: string): StopReport | undefined {
    return this.#reports.get(device);
  }

  /**
   * The exact bytes of the next order. Its version is at least the time in seconds: a store that was restored from a
   * backup must not count below what devices hold already.
   * @throws XiaolabaError as `placesOf`
   */
  candidate(scope: OrderScope, state: StopOrder['state'], reason: string, model: DistrictModel): Uint8Array {
    const now = this.deps.now();
    const version = Math.max(this.#last() + 1, Math.floor(now / 1000));
    const where = scope === 'everywhere' ? scope : placesOf(scope, model);
    return encodeMessage(stopOrderSchema.parse({ v: 1, version, issuedAt: now, scope: where, state, reason }));
  }

  /**
   * Takes an approver's signature over an order. Once enough of them have signed, it is handed to every device in
   * scope; resolves when each has been written to or the broker keeps it. Until then the signature is kept.
   * @throws XiaolabaError as `readStopApprovals`; `stop-order-superseded` where a later one has come meanwhile;
   * `stop-order-expired` where it waited too long for the signatures that are missing
   */
  give(envelope: Uint8Array): Promise<StopTaken> {
    return this.#turns.run(async () => {
      const { trusted } = this.deps;
      const { content: order, payload, signedBy } = readStopApprovals(envelope, trusted(), verify);
      if (order.version <= this.#last())
        throw callerError('stop-order-superseded', 'there is a later order', { version: order.version });
      const hash = sha256(payload);
      const rule = stopRule(trusted());
      await this.pending.sweep();
      await this.#approvals.add(hash, envelope, signedBy);
      const joined = await this.#approvals.joined(hash, rule);
      if (joined) return await this.#give(joined);
      const approval = await this.#approvals.of(hash, rule);
      await this.pending.keep(hash, order, payload);
      this.deps.log.info({ version: order.version, by: signedBy, missing: approval.missing }, 'stop order kept');
      return { given: false, order, sha256: hash, approval };
    });
  }

  async #give(envelope: Uint8Array): Promise<StopTaken> {
    const { store, trusted, now, log } = this.deps;
    const { content: order, signedBy } = openApprovedStop(envelope, trusted(), verify);
    const at = now();
    await store
      .insertInto('stop_orders')
      .values({
        version: order.version,
        body: JSON.stringify(order),
        envelope: toBase64(envelope),
        published_at: at,
        signed_by: JSON.stringify(signedBy),
      })
      .execute();
    this.#orders.unshift(standingOf(order, envelope, at, signedBy));
    log.warn({ version: order.version, state: order.state, reason: order.reason, by: signedBy }, 'stop order given');
    const devices = await this.#hand(this.deps.devices(), false);
    await this.pending.sweep();
    return { given: true, order, devices, signedBy };
  }

  /**
   * Brings devices up to the orders that hold where they are. Those `anew` are told even what they were told before:
   * what the broker kept for a device went when it was shut out.
   */
  bringUp(devices: Iterable<RegisteredDevice>, anew = false): Promise<number> {
    return this.#turns.run(() => this.#hand(devices, anew));
  }

  /** Learns from records whether devices have obeyed, as soon as they are durable. */
  taken(records: readonly Reported[]): void {
    const changed = new Map<string, StopReportTable>();
    for (const { device, boot, record } of records) {
      if (record.kind !== 'event' || (record.event !== 'stopped' && record.event !== 'stop-lifted')) continue;
      const { at, seq } = record;
      const report: StopReport = { state: record.event === 'stopped' ? 'stop' : 'lifted', at, boot, seq };
      if (this.#learn(device, report)) changed.set(device, { device, ...report });
    }
    if (changed.size === 0) return;
    this.deps.run('stop-reports', async () => {
      for (const { device, ...report } of changed.values()) {
        await this.deps.store
          .insertInto('stop_reports')
          .values({ device, ...report })
          .onConflict((conflict) => conflict.column('device').doUpdateSet(report))
          .execute();
      }
    });
  }

  #learn(device: string, report: StopReport): boolean {
    const known = this.#reports.get(device);
    // Boots sort by time; a late record of an earlier one tells nothing of now.
    if (known && (known.boot > report.boot || (known.boot === report.boot && known.seq >= report.seq))) return false;
    const { state, at, boot, seq } = report;
    this.#reports.set(device, { state, at, boot, seq });
    return true;
  }

  #last(): number {
    return this.#orders[0]?.order.version ?? 0;
  }

  async #hand(devices: Iterable<RegisteredDevice>, anew: boolean): Promise<number> {
    const deciding = new Map<string, StandingOrder | undefined>();
    const work: (() => Promise<void>)[] = [];
    for (const { id, place, enrolled, revoked } of devices) {
      if (!enrolled || revoked) {
        this.#handed.delete(id);
        continue;
      }
      if (!deciding.has(place)) deciding.set(place, this.at(place));
      const standing = deciding.get(place);
      if (standing === undefined) {
        if (this.#handed.delete(id)) work.push(() => this.deps.forget(id));
      } else if (anew || this.#handed.get(id) !== standing.order.version) {
        work.push(() => this.#handOne(id, standing));
      }
    }
    await inParallel(work, atOnce);
    return work.length;
  }

  /** One device that can't be written to keeps no other from falling silent; the next turn tries again. */
  async #handOne(device: string, { order, envelope }: StandingOrder): Promise<void> {
    try {
      await this.deps.publish(device, envelope);
      this.#handed.set(device, order.version);
    } catch (error) {
      this.#handed.delete(device);
      this.deps.log.warn({ device, version: order.version, code: errorCode(error) }, 'stop order not handed over');
    }
  }
}

const standingOf = (
  order: StopOrder,
  envelope: Uint8Array,
  publishedAt: number,
  signedBy: readonly string[],
): StandingOrder => ({
  order,
  envelope,
  publishedAt,
  signedBy,
  places: order.scope === 'everywhere' ? undefined : new Set(order.scope),
});

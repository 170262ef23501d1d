import { callerError, type StopOrder, stopRule, type TrustedKeys } from '@xiaolaba/protocol';
import type { Store } from '../store/index.js';
import type { Approvals, PartialApproval } from '../trust/index.js';

/** How long an order waits for the rest of its signatures: it was meant for now. */
export const pendingStopMs = 30 * 60_000;

/** A stop order, or a lifting, that too few have signed. */
export interface PendingStop {
  readonly sha256: string;
  readonly order: StopOrder;
  readonly expiresAt: number;
  readonly approval: PartialApproval;
}

export interface PendingStopsDeps {
  readonly store: Store;
  readonly approvals: Approvals;
  readonly trusted: () => TrustedKeys;
  /** The version of the order that was given last. */
  readonly last: () => number;
  readonly now: () => number;
}

/** Orders that wait for the rest of their signatures. */
export class PendingStops {
  constructor(private readonly deps: PendingStopsDeps) {}

  /** The latest first. */
  async all(): Promise<PendingStop[]> {
    const rows = await this.deps.store
      .selectFrom('pending_stops')
      .selectAll()
      .where('expires_at', '>', this.deps.now())
      .where('version', '>', this.deps.last())
      .orderBy('version', 'desc')
      .execute();
    const rule = stopRule(this.deps.trusted());
    return await Promise.all(
      rows.map(async ({ payload_sha256, payload, expires_at }) => ({
        sha256: payload_sha256,
        order: JSON.parse(payload) as StopOrder,
        expiresAt: expires_at,
        approval: await this.deps.approvals.of(payload_sha256, rule),
      })),
    );
  }

  /** The exact bytes to sign. @throws XiaolabaError `stop-order-pending-unknown` */
  async payload(hash: string): Promise<Uint8Array> {
    const row = await this.deps.store
      .selectFrom('pending_stops')
      .select('payload')
      .where('payload_sha256', '=', hash)
      .where('expires_at', '>', this.deps.now())
      .where('version', '>', this.deps.last())
      .executeTakeFirst();
    if (!row) throw unknown(hash);
    return Buffer.from(row.payload);
  }

  /** @throws XiaolabaError `stop-order-expired` */
  async keep(hash: string, { version, issuedAt }: StopOrder, payload: Uint8Array): Promise<void> {
    const expiresAt = issuedAt + pendingStopMs;
    if (expiresAt <= this.deps.now()) {
      await this.deps.approvals.forget([hash]);
      throw callerError('stop-order-expired', 'it waited too long for its signatures', { version });
    }
    const row = { version, payload: new TextDecoder().decode(payload), expires_at: expiresAt };
    await this.deps.store
      .insertInto('pending_stops')
      .values({ payload_sha256: hash, ...row })
      .onConflict((conflict) => conflict.column('payload_sha256').doNothing())
      .execute();
  }

  /** Throws one away, with its signatures. @throws XiaolabaError `stop-order-pending-unknown` */
  async drop(hash: string): Promise<StopOrder> {
    const row = await this.deps.store
      .deleteFrom('pending_stops')
      .where('payload_sha256', '=', hash)
      .returning('payload')
      .executeTakeFirst();
    if (!row) throw unknown(hash);
    await this.deps.approvals.forget([hash]);
    return JSON.parse(row.payload) as StopOrder;
  }

  /** Clears away what has expired or been superseded by an order that was given. */
  async sweep(): Promise<void> {
    const { store, approvals, last, now } = this.deps;
    const gone = await store
      .deleteFrom('pending_stops')
      .where((where) => where.or([where('expires_at', '<=', now()), where('version', '<=', last())]))
      .returning('payload_sha256')
      .execute();
    await approvals.forget(gone.map((row) => row.payload_sha256));
  }
}

const unknown = (hash: string) => callerError('stop-order-pending-unknown', `no order ${hash} waits`, { sha256: hash });

import {
  type ApprovalKind,
  approvalRule,
  fromBase64,
  joinEnvelopes,
  type Release,
  type TrustedKeys,
  toBase64,
} from '@xiaolaba/protocol';
import type { Store } from '../store/index.js';

/** How far the approval of one candidate has come, by the key list that holds now. */
export interface PartialApproval {
  readonly kind: ApprovalKind;
  readonly needed: number;
  readonly missing: number;
  readonly signedBy: readonly { readonly kid: string; readonly name: string; readonly at: number }[];
}

export interface ApprovalsDeps {
  readonly store: Store;
  readonly trusted: () => TrustedKeys;
  readonly now: () => number;
}

/** Signatures of approvers that wait until there are enough of them. */
export class Approvals {
  constructor(private readonly deps: ApprovalsDeps) {}

  /** Keeps what these approvers signed; whoever signs again has signed once. */
  async add(payload: string, envelope: Uint8Array, signedBy: readonly string[]): Promise<void> {
    const at = this.deps.now();
    const rows = signedBy.map((kid) => ({ payload_sha256: payload, kid, envelope: toBase64(envelope), at }));
    await this.deps.store
      .insertInto('approvals')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['payload_sha256', 'kid']).doNothing())
      .execute();
  }

  /** Who has signed, and how many are missing. Who may no longer doesn't count. */
  async of(payload: string, release: Release): Promise<PartialApproval> {
    const { signed, ...partial } = await this.#count(payload, release);
    return { ...partial, signedBy: signed.map(({ kid, name, at }) => ({ kid, name, at })) };
  }

  /** One envelope with as many signatures as are needed, once there are; nobody else's are in it. */
  async joined(payload: string, release: Release): Promise<Uint8Array | undefined> {
    const { signed, needed, missing } = await this.#count(payload, release);
    if (missing > 0) return undefined;
    const counting = signed.slice(0, needed);
    return joinEnvelopes(
      counting.map(({ envelope }) => fromBase64(envelope) ?? new Uint8Array()),
      new Set(counting.map(({ kid }) => kid)),
    );
  }

  async #count(payload: string, release: Release) {
    const trusted = this.deps.trusted();
    const { kind, needed } = approvalRule(trusted, release);
    const rows = await this.deps.store
      .selectFrom('approvals')
      .selectAll()
      .where('payload_sha256', '=', payload)
      .orderBy('at')
      .orderBy('kid')
      .execute();
    const signed = rows.flatMap(({ kid, at, envelope }) => {
      const approver = trusted.approvers.find(({ key, may }) => key.kid === kid && may.includes(kind));
      return approver ? [{ kid, name: approver.name, at, envelope }] : [];
    });
    return { kind, needed, missing: Math.max(0, needed - signed.length), signed };
  }
}

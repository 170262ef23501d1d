import { type ApprovalRule, fromBase64, joinEnvelopes, type TrustedKeys, toBase64 } from '@xiaolaba/protocol';
import type { Store } from '../store/index.js';

/** Somebody who has signed: by their account's name where the key is linked to one, else by the key list's. */
export interface Signature {
  readonly kid: string;
  readonly name: string;
  readonly account?: string;
  readonly at: number;
}

/** How far an approval has come, by the key list that holds now. */
export interface PartialApproval extends ApprovalRule {
  readonly missing: number;
  readonly signedBy: readonly Signature[];
}

export interface ApprovalsDeps {
  readonly store: Store;
  readonly trusted: () => TrustedKeys;
  readonly now: () => number;
}

/** Signatures of approvers that wait until there are enough of them; for releases and stop orders alike. */
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

  /**
   * Who has signed, and how many are missing. Who may no longer doesn't count, nor do keys of the accounts named;
   * several keys of one account count once.
   */
  async of(payload: string, rule: ApprovalRule, not: readonly string[] = []): Promise<PartialApproval> {
    const { signed, ...partial } = await this.#count(payload, rule, not);
    return { ...partial, signedBy: signed.map(({ envelope: _, ...signature }) => signature) };
  }

  /** One envelope with as many signatures as are needed, once there are; nobody else's are in it. */
  async joined(payload: string, rule: ApprovalRule, not: readonly string[] = []): Promise<Uint8Array | undefined> {
    const { signed, needed, missing } = await this.#count(payload, rule, not);
    if (missing > 0) return undefined;
    const counting = signed.slice(0, needed);
    return joinEnvelopes(
      counting.map(({ envelope }) => fromBase64(envelope) ?? new Uint8Array()),
      new Set(counting.map(({ kid }) => kid)),
    );
  }

  async forget(payloads: readonly string[]): Promise<void> {
    if (payloads.length === 0) return;
    await this.deps.store.deleteFrom('approvals').where('payload_sha256', 'in', payloads).execute();
  }

  async #count(payload: string, { kind, needed }: ApprovalRule, not: readonly string[]) {
    const { approvers } = this.deps.trusted();
    const rows = await this.deps.store
      .selectFrom('approvals')
      .leftJoin('approver_keys', 'approver_keys.kid', 'approvals.kid')
      .leftJoin('accounts', 'accounts.id', 'approver_keys.account')
      .select(['approvals.kid', 'approvals.at', 'approvals.envelope', 'accounts.id as account', 'accounts.name'])
      .where('payload_sha256', '=', payload)
      .orderBy('approvals.at')
      .orderBy('approvals.kid')
      .execute();
    const people = new Set<string>();
    const signed = rows.flatMap(({ kid, at, envelope, account, name }) => {
      const approver = approvers.find(({ key, may }) => key.kid === kid && may.includes(kind));
      const person = account ?? `key/${kid}`;
      if (!approver || people.has(person) || (account !== null && not.includes(account))) return [];
      people.add(person);
      return [{ kid, name: name ?? approver.name, ...(account === null ? {} : { account }), at, envelope }];
    });
    return { kind, needed, missing: Math.max(0, needed - signed.length), signed };
  }
}

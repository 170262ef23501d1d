import { randomBytes } from 'node:crypto';
import { sha256 } from '@xiaolaba/protocol/node';
import { hashSecret, newSecret } from '../registry/secrets.js';
import type { AccountTable, SessionTable, Store } from '../store/index.js';
import { accountOf } from './account-row.js';
import type { Account, Session } from './actor.js';

/** Unused for so long, a session is over. */
const idleMs = 30 * 60_000;
/** After so long it is over in any case. */
const lifeMs = 12 * 3_600_000;
/** How exactly the last use is remembered: not every look at a map is worth a write. */
const seenEveryMs = 60_000;
const longestAgent = 200;

/** From where somebody logs in. */
export interface Origin {
  readonly address: string;
  readonly agent: string;
}

/** A session that was just made: the secret goes into the cookie and is known nowhere else. */
export interface NewSession {
  readonly secret: string;
  readonly session: Session;
}

/** What a page of this session must send with every change; who does not know the cookie can't know it. */
export const csrfOf = (secret: string): string => sha256(Buffer.from(`xlb csrf ${secret}`));

/** Log-ins: opaque random names whose hashes alone are kept. */
export class Sessions {
  readonly #watchers = new Map<string, Set<() => void>>();
  #sweeping = false;

  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  /** Always a new secret, whatever the browser held before. */
  async begin(account: string, from: Origin, within: Store = this.store): Promise<NewSession> {
    const secret = newSecret();
    const at = this.now();
    const row: SessionTable = {
      hash: hashSecret(secret),
      id: randomBytes(8).toString('hex'),
      account,
      created_at: at,
      seen_at: at,
      confirmed_at: at,
      address: from.address,
      agent: from.agent.slice(0, longestAgent),
    };
    await within.insertInto('sessions').values(row).execute();
    return { secret, session: sessionOf(row) };
  }

  /** Whose session this is, if it still goes on; using it keeps it alive. */
  async find(secret: string): Promise<{ account: Account; session: Session } | undefined> {
    const row = await this.store
      .selectFrom('sessions')
      .selectAll()
      .where('hash', '=', hashSecret(secret))
      .executeTakeFirst();
    if (!row || !this.#goesOn(row)) return undefined;
    const account: AccountTable | undefined = await this.store
      .selectFrom('accounts')
      .selectAll()
      .where('id', '=', row.account)
      .where('state', '=', 'active')
      .executeTakeFirst();
    if (!account) return undefined;
    const at = this.now();
    if (at - row.seen_at >= seenEveryMs) {
      await this.store.updateTable('sessions').set({ seen_at: at }).where('hash', '=', row.hash).execute();
      row.seen_at = at;
    }
    return { account: accountOf(account), session: sessionOf(row) };
  }

  /** Those of one account that go on, the last used first. */
  async of(account: string): Promise<Session[]> {
    const rows = await this.store
      .selectFrom('sessions')
      .selectAll()
      .where('account', '=', account)
      .orderBy('seen_at', 'desc')
      .execute();
    return rows.filter((row) => this.#goesOn(row)).map(sessionOf);
  }

  async confirm(id: string, within: Store = this.store): Promise<void> {
    await within.updateTable('sessions').set({ confirmed_at: this.now() }).where('id', '=', id).execute();
  }

  /** Ends one session of an account. @returns whether there was one */
  async end(id: string, account: string, within: Store = this.store): Promise<boolean> {
    const ended = await within
      .deleteFrom('sessions')
      .where('id', '=', id)
      .where('account', '=', account)
      .executeTakeFirst();
    this.#tell(id);
    return ended.numDeletedRows > 0n;
  }

  /** Ends all sessions of an account, but for the one that is spared. @returns how many */
  async endAll(account: string, within: Store = this.store, spared?: string): Promise<number> {
    const ended = await within
      .deleteFrom('sessions')
      .where('account', '=', account)
      .where('id', '<>', spared ?? '')
      .returning('id')
      .execute();
    for (const { id } of ended) this.#tell(id);
    return ended.length;
  }

  /** Calls once when the session is over: for answers that go on for long. @returns ends the watching */
  watch(id: string, over: () => void): () => void {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(over));
    return () => {
      watchers.delete(over);
      if (watchers.size === 0) this.#watchers.delete(id);
    };
  }

  /** Forgets sessions whose time is up. */
  async sweep(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    try {
      await this.#sweep();
    } finally {
      this.#sweeping = false;
    }
  }

  async #sweep(): Promise<void> {
    const at = this.now();
    const over = await this.store
      .deleteFrom('sessions')
      .where(({ or, eb }) => or([eb('seen_at', '<=', at - idleMs), eb('created_at', '<=', at - lifeMs)]))
      .returning('id')
      .execute();
    for (const { id } of over) this.#tell(id);
  }

  #goesOn({ seen_at, created_at }: SessionTable): boolean {
    return this.now() - seen_at < idleMs && this.now() - created_at < lifeMs;
  }

  #tell(id: string): void {
    for (const over of this.#watchers.get(id) ?? []) over();
    this.#watchers.delete(id);
  }
}

const sessionOf = (row: SessionTable): Session => ({
  id: row.id,
  account: row.account,
  createdAt: row.created_at,
  seenAt: row.seen_at,
  confirmedAt: row.confirmed_at,
  endsAt: Math.min(row.created_at + lifeMs, row.seen_at + idleMs),
  address: row.address,
  agent: row.agent,
});

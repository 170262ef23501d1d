import { bugError } from '@xiaolaba/protocol';
import { type Actor, actorName } from '../accounts/actor.js';
import type { AuditTable, Store } from '../store/index.js';
import { type AuditDetails, canonicalJson, hashOf, noHash } from './entry.js';
import type { AuditHead } from './head.js';

/** From where something came: a request as Fastify has it. */
export interface AuditSource {
  readonly ip: string;
  readonly headers: { readonly 'user-agent'?: string | undefined };
  readonly actor?: Actor | undefined;
  /** The outcome of the last entry about this request. */
  noted?: string | undefined;
}

export interface NoteOptions {
  /** The transaction that makes the change: both stand or neither does. */
  readonly within?: Store;
  /** `done`, or the code of what went wrong. */
  readonly outcome?: string;
  /** Who did it, where the request does not know yet. */
  readonly actor?: Actor;
}

/** Names that must never turn up in the log, whatever a caller puts into the details. */
const secretName = /password|passphrase|secret|token|cookie|recovery|totp|csrf/i;
const longestText = 500;
const longestAgent = 200;

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);

/** The append-only log of who did what. Each entry holds the hash of the one before it. */
export class Audit {
  constructor(
    private readonly store: Store,
    private readonly head: Pick<AuditHead, 'appended'>,
    private readonly now: () => number,
  ) {}

  /**
   * Writes down what a request did: an action by its code (`account-made`) and the object (`account/…`, `device/…`,
   * `release/…`). @throws XiaolabaError `audit-secret` where a detail's name says that it is a secret
   */
  async note(
    source: AuditSource,
    action: string,
    object: string,
    details: AuditDetails = {},
    { within, outcome = 'done', actor = source.actor }: NoteOptions = {},
  ): Promise<void> {
    const secret = Object.keys(details).find((name) => secretName.test(name));
    if (secret) throw bugError('audit-secret', `${action} would write ${secret} into the audit log`, { action });
    const said = {
      at: this.now(),
      who: actorName(actor),
      action,
      object: cut(object, longestText),
      details: canonicalJson(shortened(details)),
      address: source.ip,
      agent: cut(source.headers['user-agent'] ?? '', longestAgent),
      outcome,
    };
    if (within?.isTransaction) await append(within, said);
    else await this.store.transaction().execute((transaction) => append(transaction, said));
    source.noted = outcome;
    this.head.appended();
  }
}

const shortened = (details: AuditDetails): AuditDetails =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, typeof value === 'string' ? cut(value, longestText) : value]),
  );

/** Transactions of one store go one after the other, so the last entry stays the last until this one is in. */
async function append(store: Store, said: Omit<AuditTable, 'seq' | 'previous' | 'hash'>): Promise<void> {
  const last = await store
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const entry = { seq: (last?.seq ?? 0) + 1, ...said, previous: last?.hash ?? noHash, hash: '' };
  await store
    .insertInto('audit')
    .values({ ...entry, hash: hashOf(entry) })
    .execute();
}

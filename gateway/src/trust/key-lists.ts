import {
  callerError,
  decodeMessage,
  envelopeLimits,
  envelopeSchema,
  fixedKeys,
  fromBase64,
  type KeyList,
  keyListSchema,
  nextKeyList,
  openKeyList,
  type PublicKey,
  type TrustedKeys,
  toBase64,
  trustedKeysOf,
} from '@xiaolaba/protocol';
import { publicKeyFrom, verify } from '@xiaolaba/protocol/node';
import type { Logger } from 'pino';
import type { Store } from '../store/index.js';
import { Turns } from '../turns.js';

const ports = { verify, keyFrom: publicKeyFrom } as const;

/** One list of the chain, as it came. */
export interface ChainedList {
  readonly list: KeyList;
  readonly trusted: TrustedKeys;
  readonly envelope: Uint8Array;
  readonly takenAt: number;
}

export interface KeyListsDeps {
  readonly store: Store;
  /** Whose signatures count until there is a list. */
  readonly approvers: readonly PublicKey[];
  readonly now: () => number;
  readonly log: Logger;
}

/** The chain of key lists: checked as a device checks it, kept whole, and handed on. */
export class KeyLists {
  readonly #lists: ChainedList[] = [];
  readonly #turns = new Turns();

  private constructor(private readonly deps: KeyListsDeps) {}

  static async open(deps: KeyListsDeps): Promise<KeyLists> {
    const lists = new KeyLists(deps);
    for (const row of await deps.store.selectFrom('key_lists').selectAll().orderBy('version').execute())
      lists.#lists.push(chained(fromBase64(row.envelope) ?? new Uint8Array(), row.taken_at));
    return lists;
  }

  /** Oldest first. */
  all(): readonly ChainedList[] {
    return this.#lists;
  }

  /** Whose signatures count now. */
  trusted(): TrustedKeys {
    return this.#lists.at(-1)?.trusted ?? fixedKeys(this.deps.approvers);
  }

  /** Keys that count now, or did by an earlier list: what they signed is still told of. */
  entitled(): PublicKey[] {
    const listed = this.#lists.flatMap(({ trusted }) => trusted.approvers.map(({ key }) => key));
    return [...this.deps.approvers, ...listed];
  }

  /** What a device that holds this version has yet to hear, in order. */
  after(version: number): Uint8Array[] {
    return this.#lists.flatMap(({ trusted, envelope }) => (trusted.version > version ? [envelope] : []));
  }

  /**
   * Takes the next list. The first is believed because whoever may hand it in says so: devices judge by their own
   * root keys, whatever is taken here. The last one again changes nothing.
   * @returns the list, if it is new. @throws XiaolabaError as `nextKeyList`
   */
  submit(envelope: Uint8Array): Promise<ChainedList | undefined> {
    return this.#turns.run(async () => {
      const next = chained(envelope, this.deps.now());
      const last = this.#lists.at(-1);
      if (last && payloadOf(last.envelope) === payloadOf(envelope)) return undefined;
      if (last) nextKeyList(envelope, last.trusted, ports);
      else if (next.trusted.version !== 1)
        throw callerError('key-list-gap', 'the chain begins with list 1', { held: 0, version: next.trusted.version });
      await this.deps.store
        .insertInto('key_lists')
        .values({ version: next.trusted.version, envelope: toBase64(envelope), taken_at: next.takenAt })
        .execute();
      this.#lists.push(next);
      this.deps.log.info({ version: next.trusted.version }, 'key list taken');
      return next;
    });
  }
}

const payloadOf = (envelope: Uint8Array): string => decodeMessage(envelopeSchema, envelope, envelopeLimits).payload;

/** A list that its own root keys have signed. */
function chained(envelope: Uint8Array, takenAt: number): ChainedList {
  const payload = fromBase64(payloadOf(envelope)) ?? new Uint8Array();
  const list = decodeMessage(keyListSchema, payload);
  const trusted = openKeyList(envelope, trustedKeysOf(list, publicKeyFrom).root, ports);
  return { list, trusted, envelope, takenAt };
}

import type { PublicKey } from '@xiaolaba/protocol';
import type { Store } from '../store/index.js';
import { hashOf, noHash } from './entry.js';
import { readHead } from './head.js';

/** `altered`: it says something else than its hash; `unlinked`: it follows another entry; `missing`: its number is skipped. */
export type EntryFault = 'altered' | 'unlinked' | 'missing';
/** `truncated`: entries up to the head are gone; `rewritten`: the head's entry is another one now. */
export type HeadFault = 'forged' | 'truncated' | 'rewritten';

export interface Verdict {
  /** Entries that hold. */
  readonly entries: number;
  /** The last of them; to be written down elsewhere by whoever wants proof against the gateway itself. */
  readonly hash: string;
  readonly broken?: { readonly seq: number; readonly fault: EntryFault };
  /** The entry up to which a signed head vouches; absent where there is none. */
  readonly head?: { readonly seq: number; readonly fault?: HeadFault };
}

const entriesAtOnce = 1000;

/** Walks the whole chain to the first entry that does not hold, then holds it against the signed head. */
export async function verifyAudit(store: Store, headPath: string, key: PublicKey): Promise<Verdict> {
  const signed = await readHead(headPath, key);
  let hash = noHash;
  let seq = 0;
  let atHead: string | undefined;
  let broken: Verdict['broken'];
  walk: for (;;) {
    const rows = await store
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(entriesAtOnce)
      .execute();
    for (const row of rows) {
      const fault: EntryFault | undefined =
        row.seq !== seq + 1
          ? 'missing'
          : row.previous !== hash
            ? 'unlinked'
            : hashOf(row) !== row.hash
              ? 'altered'
              : undefined;
      if (fault) {
        broken = { seq: fault === 'missing' ? seq + 1 : row.seq, fault };
        break walk;
      }
      seq = row.seq;
      hash = row.hash;
      if (signed !== 'forged' && signed?.seq === seq) atHead = hash;
    }
    if (rows.length < entriesAtOnce) break;
  }
  const found = { entries: seq, hash, ...(broken ? { broken } : {}) };
  if (signed === undefined) return found;
  if (signed === 'forged') return { ...found, head: { seq: 0, fault: 'forged' } };
  // Beyond a broken entry nothing can be said of the head.
  if (signed.seq > seq)
    return { ...found, head: broken ? { seq: signed.seq } : { seq: signed.seq, fault: 'truncated' } };
  return { ...found, head: atHead === signed.hash ? { seq: signed.seq } : { seq: signed.seq, fault: 'rewritten' } };
}

import { open, readFile, rename } from 'node:fs/promises';
import { fromBase64, type PublicKey, type Signer, toBase64 } from '@xiaolaba/protocol';
import { verify } from '@xiaolaba/protocol/node';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Store } from '../store/index.js';
import { Turns } from '../turns.js';
import { canonicalJson } from './entry.js';

/** A head is signed after so many entries, and when the gateway starts and stops. */
export const entriesPerHead = 16;

const headSchema = z.strictObject({
  v: z.literal(1),
  /** The number of the entry that was the last one, its hash, and when this was signed. */
  seq: z.number().int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.number().int(),
  kid: z.string(),
  sig: z.string(),
});
export type SignedHead = z.infer<typeof headSchema>;

/** What is signed begins with what it is for, so that it never passes for something on the wire. */
function signedBytes({ seq, hash, at }: Pick<SignedHead, 'seq' | 'hash' | 'at'>): Uint8Array {
  const payload = canonicalJson({ seq, hash, at });
  return Buffer.from(`xlb/1 audit-head ${payload.length} ${payload}`);
}

/** The signed head in this file; `forged` where the key has not signed what it says, undefined where there is none. */
export async function readHead(path: string, key: PublicKey): Promise<SignedHead | 'forged' | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const head = headSchema.parse(JSON.parse(text));
    return verify(key, signedBytes(head), fromBase64(head.sig) ?? new Uint8Array()) ? head : 'forged';
  } catch {
    return 'forged';
  }
}

export interface AuditHeadDeps {
  readonly path: string;
  readonly store: Store;
  readonly signer: Signer;
  readonly publicKey: PublicKey;
  readonly now: () => number;
  readonly log: Logger;
  /** Runs what nobody waits for. */
  readonly run: (name: string, doing: () => Promise<void>) => void;
}

/**
 * Remembers, outside the database and signed by the gateway's key, how far the log had come: who cuts entries off its
 * end, or writes the chain anew, contradicts it. It proves nothing about entries after the last head, nor against
 * whoever holds the gateway's key, nor against whoever removes this file as well.
 */
export class AuditHead {
  readonly #turns = new Turns();
  #since = 0;

  constructor(private readonly deps: AuditHeadDeps) {}

  /** An entry has been written, in a transaction that may still fail. */
  appended(): void {
    this.#since += 1;
    if (this.#since < entriesPerHead) return;
    this.#since = 0;
    this.deps.run('audit-head', () => this.sign());
  }

  /** Signs how far the log has come; a head that the log contradicts is evidence, and stays. */
  sign(): Promise<void> {
    return this.#turns.run(() => this.#sign());
  }

  async #sign(): Promise<void> {
    const { path, store, signer, publicKey, now, log } = this.deps;
    const last = await store
      .selectFrom('audit')
      .select(['seq', 'hash'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    const former = await readHead(path, publicKey);
    const sealed = former === 'forged' || former === undefined ? undefined : former;
    const kept =
      sealed && (await store.selectFrom('audit').select('hash').where('seq', '=', sealed.seq).executeTakeFirst());
    if (former === 'forged' || (sealed && kept?.hash !== sealed.hash)) {
      log.error({ path, seq: sealed?.seq }, 'the audit log does not fit its signed head');
      return;
    }
    if (!last || sealed?.seq === last.seq) return;
    const head = { seq: last.seq, hash: last.hash, at: now() };
    const sig = toBase64(await signer.sign(signedBytes(head)));
    const file = await open(`${path}.part`, 'w', 0o600);
    await file.writeFile(`${JSON.stringify({ v: 1, ...head, kid: signer.kid, sig } satisfies SignedHead)}\n`);
    await file.sync();
    await file.close();
    await rename(`${path}.part`, path);
  }
}

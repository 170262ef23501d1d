import {
  chainNext,
  chainStart,
  encodeMessage,
  type PublicKey,
  type RecordBatch,
  type Signer,
  sealEnvelope,
} from '@xiaolaba/protocol';
import { generateKeyPair, sha256 } from '@xiaolaba/protocol/node';

export const at = 1_780_000_000_000;
export const bootOne = 'b000001-0a1b2c3d';
export const bootTwo = 'b000002-4e5f6a7b';

export const eventLine = (seq: number, detail = `press ${seq}`): string =>
  JSON.stringify({ kind: 'event', seq, at: at + seq, event: 'test-button', detail });

export const playLine = (seq: number, dueAt: number): string =>
  JSON.stringify({
    kind: 'play',
    seq,
    at: dueAt + 30_000,
    release: 'a'.repeat(64),
    campaign: 'estates-morning',
    cue: 'weekly-digest',
    item: 'digest',
    output: 'audio',
    dueAt,
    startedAt: dueAt + 10,
    playedMs: 30_000,
    expectedMs: 30_000,
    result: 'completed',
    evidence: 'heard',
    pauses: 0,
  });

/** A device's journal of one boot, cut into batches and signed as on the device. */
export class SignedDevice {
  readonly key: PublicKey;
  readonly #signer: Signer;
  #lines: string[] = [];

  constructor(
    readonly id: string,
    readonly boot = bootOne,
  ) {
    const pair = generateKeyPair();
    this.key = pair.publicKey;
    this.#signer = pair.signer;
  }

  write(...lines: readonly string[]): this {
    this.#lines.push(...lines);
    return this;
  }

  events(count: number): this {
    for (let index = 0; index < count; index++) this.#lines.push(eventLine(this.#lines.length + 1));
    return this;
  }

  chainAt(seq: number): string {
    return this.#lines
      .slice(0, seq)
      .reduce((chain, line) => chainNext(sha256, chain, line), chainStart(sha256, this.id, this.boot));
  }

  /** Records `first` to `last`, both inclusive. */
  batch(first: number, last: number): RecordBatch {
    return {
      v: 1,
      device: this.id,
      boot: this.boot,
      first,
      chain: this.chainAt(first - 1),
      lines: this.#lines.slice(first - 1, last),
    };
  }

  seal(batch: RecordBatch): Promise<Uint8Array> {
    return sealEnvelope('records', encodeMessage(batch), [this.#signer]);
  }
}

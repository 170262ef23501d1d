import type { CodecError, FrameCodec, StreamDecoder } from '../codec.js';
import type { DriverParts } from '../driver.js';
import { toHex } from '../frame-input.js';
import { notThisSign, signRefused, signSilent } from './errors.js';

/** How a frame bears on the order that is waiting for an answer. */
export type Verdict =
  | 'answer'
  /** To be asked again in a while. */
  | 'busy'
  /** The card could not read the order. */
  | 'garbled'
  | 'unrelated'
  | { readonly refused: string };

interface DialogueRules {
  readonly baud: number;
  /** How long an answer may take once the order is through the line. */
  readonly replyMs?: number;
  /** Silence between an answer and the next order. */
  readonly gapMs?: number;
}

const tries = 3;
const busyMs = 300;
const busyTries = 10;
/** Start bit, eight data bits, stop bit. */
const bitsPerByte = 10;
/** What is kept of bytes that were no frame, to be shown to a technician. */
const mostHeard = 32;
/** Fewer may be a crackle on the line. */
const leastForeign = 4;
/** Damage to a real answer is none of these. */
const foreignCodes: readonly string[] = ['noise', 'unsupported-generation'];

/** One order at a time over a line, each with its answer. */
export class Dialogue<Frame extends { readonly kind: string }> {
  readonly #decoder: StreamDecoder<Frame>;
  readonly #replyMs: number;
  readonly #gapMs: number;
  /** By the monotonic clock: before it the line is to be left alone. */
  #freeAt = 0;
  #heard: number[] = [];
  #errors: CodecError[] = [];
  #take: ((frame: Frame | undefined) => void) | undefined;
  #hasAnswered = false;

  constructor(
    private readonly parts: DriverParts,
    private readonly codec: FrameCodec<Frame>,
    private readonly rules: DialogueRules,
  ) {
    this.#decoder = codec.decoder();
    this.#replyMs = rules.replyMs ?? 500;
    this.#gapMs = rules.gapMs ?? 20;
    parts.line.onData((bytes) => this.#receive(bytes));
    parts.line.onState((isUp) => {
      if (!isUp) this.#take?.(undefined);
    });
  }

  /** Whether an order was ever answered. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /**
   * Repeats an order until it is answered.
   * @throws XiaolabaError (world) `sign-silent`, `sign-refused`, `sign-wrong-module`
   */
  async order(frame: Frame, judge: (frame: Frame) => Verdict): Promise<Frame> {
    const bytes = this.codec.encode(frame);
    let busy = 0;
    for (let tried = 0; tried < tries; tried++) {
      const [answer, verdict] = await this.#ask(bytes, judge);
      if (verdict === 'answer' && answer) return answer;
      if (typeof verdict === 'object') throw signRefused(verdict.refused);
      if (!this.parts.line.isUp) throw signSilent('unplugged');
      if (verdict !== 'busy') continue;
      if (++busy >= busyTries) throw signSilent('busy');
      tried = -1;
      await this.parts.clock.sleep(busyMs);
    }
    if (this.#isForeign()) throw notThisSign(toHex(Uint8Array.from(this.#heard)));
    throw signSilent('no-answer');
  }

  async #ask(bytes: Uint8Array, judge: (frame: Frame) => Verdict): Promise<[Frame | undefined, Verdict]> {
    const { line, clock } = this.parts;
    const wait = this.#freeAt - clock.monotonic();
    if (wait > 0) await clock.sleep(wait);
    this.#decoder.reset();
    this.#heard = [];
    this.#errors = [];
    let verdict: Verdict = 'unrelated';
    const answer = await new Promise<Frame | undefined>((resolve) => {
      const limitMs = this.#replyMs + (bytes.length * bitsPerByte * 1000) / this.rules.baud;
      const cancel = clock.after(limitMs, () => this.#take?.(undefined));
      this.#take = (frame) => {
        verdict = frame ? judge(frame) : 'unrelated';
        if (frame && verdict === 'unrelated') return;
        if (frame) this.#hasAnswered = true;
        cancel();
        this.#take = undefined;
        resolve(frame);
      };
      const mine = this.#take;
      line.write(bytes).catch(() => {
        if (this.#take === mine) mine(undefined);
      });
    });
    // An answer that comes too late must not be taken for that of the next order.
    this.#freeAt = clock.monotonic() + this.#gapMs + (answer ? 0 : this.#replyMs / 2);
    return [answer, verdict];
  }

  #receive(bytes: Uint8Array): void {
    const { frames, errors } = this.#decoder.push(bytes);
    this.#errors.push(...errors.slice(0, mostHeard - this.#errors.length));
    this.#heard.push(...bytes.subarray(0, mostHeard - this.#heard.length));
    for (const frame of frames) this.#take?.(frame);
  }

  #isForeign(): boolean {
    return this.#heard.length >= leastForeign && this.#errors.some(({ code }) => foreignCodes.includes(code));
  }
}

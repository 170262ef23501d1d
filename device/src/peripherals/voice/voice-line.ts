import type { Clock } from '../../ports/index.js';
import type { ByteLine } from '../driver.js';
import { toHex } from '../frame-input.js';

/** Makes frames out of what a module sends; a StreamDecoder is one. */
export interface FrameReader<Frame> {
  push(bytes: Uint8Array): { readonly frames: readonly Frame[] };
  reset(): void;
}

export interface VoiceLineOptions<Frame> {
  readonly reader: FrameReader<Frame>;
  encode(frame: Frame): Uint8Array;
  /** Milliseconds of silence that the module wants between two frames. */
  readonly gapMs: number;
  /** Milliseconds within which it answers, once it has the whole frame. */
  readonly replyMs: number;
}

/** `cut`: something more urgent took the line, or nobody wants it any more. `down`: the cable is out. */
export type NoReply = 'silence' | 'cut' | 'down';

export interface SendOptions {
  /** Goes before all that waits, and ends the wait of what is under way. */
  readonly urgent?: boolean;
  readonly signal?: AbortSignal;
  /** Calls when the frame has been handed to the line. */
  readonly onSent?: () => void;
  /** Silence after this frame where it needs more than others, milliseconds. */
  readonly gapMs?: number;
}

export interface AskOptions<Frame> extends SendOptions {
  readonly accept: (frame: Frame) => boolean;
  /** The module says that the frame did not arrive whole: once more, at once. */
  readonly again?: (frame: Frame) => boolean;
  /** How often it is said before silence counts as silence; 3 unless told. */
  readonly tries?: number;
}

interface Turn<Frame> {
  readonly done: AbortController;
  readonly wake: AbortController;
  readonly listens: ((frame: Frame) => Frame | 'again' | undefined) | undefined;
  /** Before, what comes in answers something else. */
  isSaid: boolean;
  result: Frame | NoReply | 'again' | undefined;
}

/** The slowest rate at which these modules are wired, milliseconds a byte at 9600 8N1. */
const msPerByte = 10 / 9.6;
/** A frame that stops halfway will not go on after this. */
const brokenOffMs = 100;
const queueMs = 60_000;
const firstBackoffMs = 100;
const mostGarbled = 5;

/**
 * Frames to and from a voice module: one at a time, apart by the gap that the module wants, said again where no answer
 * comes. All waiting is in `Clock.sleep`.
 */
export class VoiceLine<Frame extends object> {
  #turn: Turn<Frame> | undefined;
  readonly #queue: Turn<Frame>[] = [];
  readonly #listeners: ((frame: Frame, asked: boolean) => void)[] = [];
  #freeAt = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;
  #strange: number[] = [];
  #understood = false;

  constructor(
    private readonly line: ByteLine,
    private readonly clock: Clock,
    private readonly options: VoiceLineOptions<Frame>,
  ) {
    line.onData((bytes) => this.#receive(bytes));
    line.onState((isUp) => {
      options.reader.reset();
      if (!isUp && this.#turn) this.#finish(this.#turn, 'down');
    });
  }

  get isUp(): boolean {
    return this.line.isUp;
  }

  /** `asked`: it is the answer to what is under way. */
  onFrame(call: (frame: Frame, asked: boolean) => void): void {
    this.#listeners.push(call);
  }

  /** From here on it counts whether what comes in makes any sense; see {@link strange}. */
  listenAfresh(): void {
    this.#strange = [];
    this.#understood = false;
  }

  /** The first bytes, hexadecimal, where something came in and none of it was a frame. */
  get strange(): string | undefined {
    return this.#understood || this.#strange.length === 0 ? undefined : toHex(Uint8Array.from(this.#strange));
  }

  async send(frame: Frame, options: SendOptions = {}): Promise<'sent' | 'cut' | 'down'> {
    const reply = await this.#exchange(frame, undefined, options);
    return reply === 'cut' ? 'cut' : reply === 'down' ? 'down' : 'sent';
  }

  async ask(frame: Frame, options: AskOptions<Frame>): Promise<Frame | NoReply> {
    const { accept, again, tries = 3, signal } = options;
    const listens = (heard: Frame): Frame | 'again' | undefined => {
      if (accept(heard)) return heard;
      return again?.(heard) ? 'again' : undefined;
    };
    let garbled = 0;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      if (attempt > 0) await this.clock.sleep(firstBackoffMs * 2 ** (attempt - 1), signal);
      let reply = await this.#exchange(frame, listens, options);
      // What was refused has had no effect, and can be said again without harm.
      while (reply === 'again' && garbled < mostGarbled) {
        garbled += 1;
        reply = await this.#exchange(frame, listens, options);
      }
      if (reply !== 'silence' && reply !== 'again') return reply;
    }
    return 'silence';
  }

  async #exchange(
    frame: Frame,
    listens: Turn<Frame>['listens'],
    options: SendOptions,
  ): Promise<Frame | NoReply | 'again'> {
    const turn: Turn<Frame> = {
      done: new AbortController(),
      wake: new AbortController(),
      listens,
      isSaid: false,
      result: undefined,
    };
    const cut = (): void => this.#finish(turn, 'cut');
    options.signal?.addEventListener('abort', cut);
    await this.#enter(turn, options.urgent === true);
    try {
      if (options.signal?.aborted) return 'cut';
      if (!this.line.isUp) return 'down';
      const wait = this.#freeAt - this.clock.monotonic();
      if (wait > 0) await this.clock.sleep(wait, turn.done.signal);
      return turn.result ?? (await this.#say(turn, frame, options));
    } finally {
      options.signal?.removeEventListener('abort', cut);
      this.#leave(turn);
    }
  }

  async #say(turn: Turn<Frame>, frame: Frame, options: SendOptions): Promise<Frame | NoReply | 'again'> {
    const bytes = this.options.encode(frame);
    // The write returns long before the last bit is out.
    const wireMs = bytes.length * msPerByte;
    this.#freeAt = this.clock.monotonic() + wireMs + (options.gapMs ?? this.options.gapMs);
    try {
      const written = this.line.write(bytes);
      turn.isSaid = true;
      options.onSent?.();
      await written;
    } catch {
      return 'down';
    }
    if (turn.listens && !turn.result) await this.clock.sleep(wireMs + this.options.replyMs, turn.done.signal);
    return turn.result ?? 'silence';
  }

  async #enter(turn: Turn<Frame>, urgent: boolean): Promise<void> {
    if (!this.#turn) {
      this.#turn = turn;
      return;
    }
    if (urgent) {
      this.#queue.unshift(turn);
      this.#finish(this.#turn, 'cut');
    } else this.#queue.push(turn);
    while (!turn.wake.signal.aborted) await this.clock.sleep(queueMs, turn.wake.signal);
  }

  #leave(turn: Turn<Frame>): void {
    if (this.#turn !== turn) return;
    this.#turn = this.#queue.shift();
    this.#turn?.wake.abort();
  }

  #finish(turn: Turn<Frame>, result: Frame | NoReply | 'again'): void {
    turn.result ??= result;
    turn.done.abort();
  }

  #receive(bytes: Uint8Array): void {
    const now = this.clock.monotonic();
    if (now - this.#heardAt > brokenOffMs) this.options.reader.reset();
    this.#heardAt = now;
    if (this.#strange.length < 16) this.#strange.push(...bytes.subarray(0, 16 - this.#strange.length));
    for (const frame of this.options.reader.push(bytes).frames) {
      this.#understood = true;
      const turn = this.#turn;
      const result = turn?.isSaid && !turn.result ? turn.listens?.(frame) : undefined;
      for (const call of this.#listeners) call(frame, result !== undefined);
      if (turn && result !== undefined) this.#finish(turn, result);
    }
  }
}

import type { Clock } from '../../ports/index.js';

/** What a module says by itself. */
export type Note =
  /** It has just started: what it did before is gone. */
  | { readonly kind: 'started' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'refused'; readonly reason: 'not-held' | 'output' }
  /** The cable is out, or the card. */
  | { readonly kind: 'lost' };

/** One stretch of sound: when it began, until when it is known to have been there, and what the module said meanwhile. */
export class Stretch {
  readonly #abort = new AbortController();
  #notes: Note[] = [];
  #wake: AbortController | undefined;
  #startedAt: number | undefined;
  #confirmedAt = 0;
  #endedAt: number | undefined;

  constructor(private readonly clock: Clock) {}

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  abort(): void {
    this.end();
    this.#abort.abort();
    this.#wake?.abort();
  }

  /** The module has been told to sound. Told again, it counts from there. */
  begin(): void {
    this.#startedAt = this.clock.monotonic();
    this.#confirmedAt = this.#startedAt;
  }

  get elapsedMs(): number {
    return this.#startedAt === undefined ? 0 : this.clock.monotonic() - this.#startedAt;
  }

  /** There was sound until now. */
  confirm(): void {
    this.#confirmedAt = this.clock.monotonic();
  }

  /** It ended now, or a moment ago. */
  end(agoMs = 0): void {
    this.#endedAt ??= this.clock.monotonic() - agoMs;
  }

  /** It ended unseen: only what was confirmed counts. */
  endUnseen(): void {
    this.#endedAt ??= this.#confirmedAt;
  }

  get soundedMs(): number {
    if (this.#startedAt === undefined) return 0;
    return Math.max(0, (this.#endedAt ?? this.clock.monotonic()) - this.#startedAt);
  }

  note(note: Note): void {
    this.#notes.push(note);
    this.#wake?.abort();
  }

  /** Whether that is among what is still unread. */
  get hasRestarted(): boolean {
    return this.#notes.some(({ kind }) => kind === 'started');
  }

  /** The next note; `undefined` when the time is over or the stretch is aborted. */
  async next(milliseconds: number): Promise<Note | undefined> {
    if (this.#notes.length === 0 && !this.signal.aborted) {
      this.#wake = new AbortController();
      await this.clock.sleep(milliseconds, this.#wake.signal);
      this.#wake = undefined;
    }
    return this.#notes.shift();
  }
}

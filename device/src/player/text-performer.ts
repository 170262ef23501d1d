import type { Discipline } from '../clock/discipline.js';
import type { Life } from '../life.js';
import type { Cancel, SignOutput } from '../ports/index.js';
import type { Performer } from './channel.js';
import type { Session, Stretch } from './session.js';

/** How soon a sign that didn't answer is asked again. */
const retryMs = 30_000;
/** The sign goes dark only after this: the next text often follows at once. */
const darkAfterMs = 1_000;

export interface TextPorts {
  readonly life: Life;
  readonly time: Discipline;
  readonly sign: SignOutput | undefined;
  readonly stopped: () => boolean;
  readonly working: (part: 'sign', reason?: string) => void;
  readonly changed: () => void;
}

/** Scrolling text on a sign, until its time is over. */
export class TextPerformer implements Performer {
  #dark: Cancel | undefined;
  #retry = new AbortController();

  constructor(private readonly ports: TextPorts) {}

  gate(session: Session): Stretch | undefined {
    const { time, stopped } = this.ports;
    if (!time.check() && !session.trigger) return { ended: 'refused', cause: 'clock' };
    if (stopped()) return { ended: 'refused', cause: 'no-permission' };
    return undefined;
  }

  async perform(session: Session, signal: AbortSignal): Promise<Stretch> {
    const { life, time, sign, working, changed } = this.ports;
    this.#dark?.();
    if (session.text === undefined) return { ended: 'failed', cause: 'bad-file' };
    // By the monotonic clock: a wall clock that jumps doesn't prolong what is on.
    const endMono = time.monotonic() + (session.endAt - time.now());
    while (!signal.aborted && time.monotonic() < endMono) {
      const shown = await this.#show(sign, session.text, session.video);
      life.assertAlive();
      session.isDark = !shown;
      working('sign', shown ? undefined : sign ? 'no answer' : 'missing');
      const rest = endMono - time.monotonic();
      if (!shown) {
        session.lost = 'silent';
        this.#retry = new AbortController();
        await life.sleep(Math.min(retryMs, rest), AbortSignal.any([signal, this.#retry.signal]));
        continue;
      }
      session.startedAt ??= time.now();
      session.startedMono ??= time.monotonic();
      changed();
      const from = time.monotonic();
      const lost = await this.#until(sign, rest, signal);
      session.playedMs += Math.min(rest, time.monotonic() - from);
      if (!lost) continue;
      session.isDark = true;
      session.lost = 'silent';
      working('sign', 'lost');
      changed();
    }
    return signal.aborted ? { ended: 'aborted' } : { ended: 'finished' };
  }

  /** The sign is there again: what is due needn't wait any longer. */
  retry(): void {
    this.#retry.abort();
  }

  idle(): void {
    this.#dark?.();
    this.#dark = this.ports.life.after(darkAfterMs, 'dark', () => this.ports.sign?.clear().catch(() => {}));
  }

  /** Until the time is over, the signal aborts, or the sign shows it no more (then true). */
  async #until(sign: SignOutput | undefined, milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const lost = new AbortController();
    const cancel = sign?.onLost?.(() => lost.abort());
    await this.ports.life.sleep(milliseconds, cancel ? AbortSignal.any([signal, lost.signal]) : signal);
    cancel?.();
    return lost.signal.aborted;
  }

  async #show(sign: SignOutput | undefined, text: string, video: string | undefined): Promise<boolean> {
    try {
      await sign?.show(text, video);
      return sign !== undefined;
    } catch {
      return false;
    }
  }
}

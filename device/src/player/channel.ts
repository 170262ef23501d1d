import { maxWaitMs } from '@xiaolaba/protocol';
import type { Discipline } from '../clock/discipline.js';
import type { Life } from '../life.js';
import type { Cancel } from '../ports/index.js';
import type { Session, Stretch } from './session.js';

/** Drives the peripherals of one output. */
export interface Performer {
  /** Whether it may be put out at this moment; otherwise why not. */
  gate(session: Session): Stretch | undefined;
  /** Plays from where the session stands until it ends or the signal aborts; adds to `playedMs`. */
  perform(session: Session, signal: AbortSignal): Promise<Stretch>;
  /** Nothing follows. */
  idle(): void;
}

export interface ChannelPorts {
  readonly life: Life;
  readonly time: Discipline;
  readonly performer: Performer;
  /** Before the first sound or dot. */
  readonly begins: (session: Session) => Promise<void>;
  readonly ended: (session: Session, outcome: Stretch) => Promise<void>;
  /** What is on has changed. */
  readonly changed: () => void;
}

/** One output: what is on, and what waits for it. The highest priority has it; the rest waits, in its order. */
export class Channel {
  /** `endsMono`: when it ought to be over. */
  #current: { session: Session; abort: AbortController; endsMono: number; reason?: Stretch | 'pause' } | undefined;
  #waiting: Session[] = [];
  #held = false;
  #expiry: Cancel | undefined;
  #playing: Promise<void> = Promise.resolve();

  constructor(private readonly ports: ChannelPorts) {}

  get playing(): Session | undefined {
    const session = this.#current?.session;
    return session?.startedAt === undefined || session.isDark ? undefined : session;
  }

  /** By how much the end of what is on is overdue, milliseconds. */
  get lateMs(): number {
    return this.#current ? Math.max(0, this.ports.time.monotonic() - this.#current.endsMono) : 0;
  }

  get busy(): boolean {
    return this.#current !== undefined || this.#waiting.length > 0;
  }

  /** It is this session's turn by the plan, or by what just happened. */
  offer(session: Session): void {
    this.#waiting.push(session);
    this.#arbitrate();
  }

  /** Somebody else has the output: what is on pauses, what is due waits. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    if (held) this.#interrupt('pause');
    else this.#arbitrate();
  }

  /** Ends everything and takes nothing more; resolves when the last record is written. */
  async close(outcome: Stretch): Promise<void> {
    this.#held = true;
    await this.end(() => true, outcome, 'begun');
    await this.#playing;
  }

  /** Ends those that match, on or waiting; those that have not begun leave a record only if `record` says so. */
  async end(matches: (session: Session) => boolean, outcome: Stretch, record: 'all' | 'begun'): Promise<void> {
    const leaving = this.#waiting.filter(matches);
    this.#waiting = this.#waiting.filter((session) => !matches(session));
    if (this.#current && matches(this.#current.session)) this.#interrupt(outcome);
    for (const session of leaving) {
      if (record === 'all' || session.startedAt !== undefined) await this.ports.ended(session, outcome);
    }
  }

  #interrupt(reason: Stretch | 'pause'): void {
    if (!this.#current) return;
    // A pause that is overtaken by an end is an end.
    if (this.#current.reason === undefined || this.#current.reason === 'pause') this.#current.reason = reason;
    this.#current.abort.abort();
  }

  #arbitrate(): void {
    this.#expiry?.();
    this.#expiry = undefined;
    if (this.ports.life.over) return;
    this.#dropExpired();
    this.#waiting.sort(byTurn);
    const best = this.#waiting[0];
    const current = this.#current;
    if (!this.#held && best && !current) {
      this.#waiting.shift();
      this.#start(best);
    } else if (!this.#held && best && current && best.priority > current.session.priority) {
      this.#interrupt('pause');
    }
    this.#watchExpiry();
  }

  #start(session: Session): void {
    const abort = new AbortController();
    const endsMono = this.ports.time.monotonic() + session.expectedMs - session.playedMs;
    this.#current = { session, abort, endsMono };
    this.ports.life.run('play', () => {
      this.#playing = this.#play(session, abort.signal);
      return this.#playing;
    });
  }

  async #play(session: Session, signal: AbortSignal): Promise<void> {
    const { performer, begins, ended, changed, life, time } = this.ports;
    if (session.pausedMono !== undefined) {
      session.waitedMs += time.monotonic() - session.pausedMono;
      delete session.pausedMono;
    }
    let outcome = performer.gate(session);
    if (!outcome) {
      if (session.startedAt === undefined) await begins(session);
      outcome = await performer.perform(session, signal);
      life.assertAlive();
    }
    const reason = this.#current?.reason;
    if (outcome.ended === 'aborted' && reason === 'pause') {
      if (session.startedAt !== undefined) {
        session.pauses++;
        session.lost = 'pre-empted';
        session.pausedMono = time.monotonic();
      }
      this.#current = undefined;
      this.#waiting.push(session);
    } else {
      this.#current = undefined;
      const end = outcome.ended === 'aborted' && reason && reason !== 'pause' ? reason : outcome;
      // The next one needn't wait for the medium.
      const written = ended(session, end);
      this.#arbitrate();
      await written;
    }
    this.#arbitrate();
    if (!this.#current) performer.idle();
    changed();
  }

  #deadline(session: Session): number {
    const { time } = this.ports;
    if (session.output === 'text')
      return Math.min(session.endAt, session.startedAt ? session.endAt : session.latestStart);
    if (session.pausedMono === undefined) return session.latestStart;
    return time.now() + maxWaitMs - session.waitedMs - (time.monotonic() - session.pausedMono);
  }

  #dropExpired(): void {
    const now = this.ports.time.now();
    const expired = this.#waiting.filter((session) => this.#deadline(session) < now);
    if (expired.length === 0) return;
    this.#waiting = this.#waiting.filter((session) => !expired.includes(session));
    for (const session of expired) {
      this.ports.life.run('expired', () =>
        this.ports.ended(session, { ended: 'refused', cause: session.lost ?? 'pre-empted' }),
      );
    }
  }

  #watchExpiry(): void {
    if (this.#waiting.length === 0) return;
    const now = this.ports.time.now();
    const next = Math.min(...this.#waiting.map((session) => this.#deadline(session)));
    this.#expiry = this.ports.life.after(next - now + 1, 'expiry', () => this.#arbitrate());
  }
}

/** The most urgent first; among equals what has begun, then what was due first. */
const byTurn = (a: Session, b: Session): number =>
  b.priority - a.priority ||
  Number(b.startedAt !== undefined) - Number(a.startedAt !== undefined) ||
  a.dueAt - b.dueAt ||
  (a.campaign < b.campaign ? -1 : 1);

import type { Clock, Sound, SoundEnd, SoundOutput } from '../../ports/index.js';
import type { DriverParts, Finding, Health, SoundDriver } from '../driver.js';
import type { Outcome } from './follow.js';
import { ReportedHealth } from './reported-health.js';
import { type Note, Stretch } from './stretch.js';
import type { VoiceLine } from './voice-line.js';

/** What tells one voice module from another. */
export interface VoiceModule<Frame, Plan> {
  /** For people. */
  readonly name: string;
  /** Milliseconds from power-on to its first word, at most. */
  readonly startMs: number;
  /** What to play; `undefined` where the module doesn't have it or can't say it. */
  prepare(sound: Sound): Plan | undefined;
  /**
   * Asks whether it works. It is asked while nothing is to be heard, so it also stops what sounds all the same.
   * @param fresh it may have lost what it was told before
   */
  check(fresh: boolean): Promise<Health | 'cut'>;
  /** @param asked the frame answers a question of ours */
  read(frame: Frame, asked: boolean): Note | undefined;
  /** Calls `stretch.begin` when it has been told to sound, and resolves when the sound is over. */
  perform(plan: Plan, sound: Sound, stretch: Stretch): Promise<Outcome>;
  /** Silence, before all else; keeps the place where it can be taken up again. */
  interrupt(stretch: Stretch): Promise<void>;
  /** Silence for good. */
  silence(): Promise<void>;
  probe(): Promise<readonly Finding[]>;
}

/** An idle module is asked this often whether it still works; a silent one after growing pauses up to this. */
const idleMs = 30_000;
const firstPauseMs = 1000;
const mostChecksMs = 20_000;

const failed = (reason: NonNullable<SoundEnd['reason']>, playedMs = 0): SoundEnd => ({
  playedMs,
  ended: 'failed',
  reason,
});

/** Brings a voice module up, watches over it, and lets it play one sound at a time. */
export class VoiceDriver<Frame extends object, Plan> implements SoundDriver {
  readonly sound: SoundOutput = { play: (sound, signal) => this.#play(sound, signal) };
  readonly #clock: Clock;
  readonly #health: ReportedHealth;
  readonly #waiting = new Set<AbortController>();
  #stretch: Stretch | undefined;
  #performing = false;
  #checking = false;
  #closed = false;
  /** `powered`: perhaps it is just starting. `started`: it has said so. */
  #start: 'powered' | 'started' | undefined = 'powered';
  #nudged = false;
  #rest: AbortController | undefined;

  constructor(
    private readonly parts: DriverParts,
    private readonly line: VoiceLine<Frame>,
    private readonly module: VoiceModule<Frame, Plan>,
  ) {
    this.#clock = parts.clock;
    this.#health = new ReportedHealth(line.isUp ? 'starting' : 'unplugged');
    line.onFrame((frame, asked) => this.#hear(frame, asked));
    parts.line.onState((isUp) => this.#plug(isUp));
    this.#watch().catch((error: unknown) => parts.log.error({ error, module: module.name }, 'the watch ended'));
  }

  get health(): Health {
    return this.#health.current;
  }

  onHealth(call: (health: Health) => void): void {
    this.#health.onChange(call);
  }

  async probe(): Promise<readonly Finding[]> {
    if (!this.line.isUp) return [{ ok: false, code: 'unplugged' }];
    if (this.health === 'starting') await this.#checked();
    return this.module.probe();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stretch?.abort();
    this.#nudge();
    if (this.line.isUp) await this.module.silence();
    this.#wakeWaiting();
    await this.parts.line.close();
  }

  #wakeWaiting(): void {
    for (const waiter of this.#waiting) waiter.abort();
  }

  #set(health: Health): void {
    if (health !== this.health) this.parts.log.info({ module: this.module.name, health: health ?? 'ok' }, 'health');
    this.#health.set(health);
  }

  #plug(isUp: boolean): void {
    if (!isUp) {
      this.#set('unplugged');
      this.#stretch?.note({ kind: 'lost' });
    }
    this.#start = 'powered';
    this.#nudge();
  }

  #hear(frame: Frame, asked: boolean): void {
    const note = this.module.read(frame, asked);
    if (note?.kind === 'started') this.#start = 'started';
    if (note?.kind === 'lost' && this.health !== 'unplugged') this.#set('no-card');
    if (note) this.#stretch?.note(note);
    const isSilent = this.health !== undefined && !this.#checking;
    if (note?.kind === 'started' || (isSilent && !asked)) this.#nudge();
  }

  #nudge(): void {
    this.#nudged = true;
    this.#rest?.abort();
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#nudged || this.#closed) return;
    this.#rest = new AbortController();
    await this.#clock.sleep(milliseconds, this.#rest.signal);
    this.#rest = undefined;
  }

  async #watch(): Promise<void> {
    let silences = 0;
    while (!this.#closed) {
      this.#nudged = false;
      if (!this.line.isUp || this.#performing) {
        silences = 0;
        this.#wakeWaiting();
        await this.#pause(idleMs);
        continue;
      }
      this.#checking = true;
      const health = await this.#check();
      this.#checking = false;
      this.#wakeWaiting();
      silences = health === 'no-answer' || health === 'wrong-module' ? silences + 1 : 0;
      if (health === 'starting') await this.#pause(this.module.startMs);
      else await this.#pause(silences > 0 ? Math.min(idleMs, firstPauseMs * 2 ** (silences - 1)) : idleMs);
    }
  }

  async #check(): Promise<Health> {
    const fresh = this.#start !== undefined;
    if (fresh) this.#set('starting');
    // What a module is told while it starts is lost.
    if (this.#start === 'powered') await this.#pause(this.module.startMs);
    this.#nudged = false;
    if (!this.line.isUp) return this.health;
    this.#start = undefined;
    const found = await this.module.check(fresh);
    if (found === 'cut' || this.#closed) return this.health;
    if (!this.line.isUp) return 'unplugged';
    // It has started in the meantime, and is looked at once more.
    if (this.#start !== undefined) return this.health;
    if (fresh && found === 'no-answer') this.#start = 'started';
    this.#set(found);
    return found;
  }

  /** Resolves when the module has been asked once more. */
  async #checked(signal?: AbortSignal): Promise<void> {
    const waiter = new AbortController();
    const wake = (): void => waiter.abort();
    signal?.addEventListener('abort', wake);
    this.#waiting.add(waiter);
    await this.#clock.sleep(mostChecksMs, waiter.signal);
    this.#waiting.delete(waiter);
    signal?.removeEventListener('abort', wake);
  }

  /** A module that was out of order is asked again before a sound is given up. */
  async #ready(signal: AbortSignal): Promise<boolean> {
    for (let looks = 0; ; looks += 1) {
      if (this.health === undefined && !this.#checking) return true;
      if (looks > 2 || !this.line.isUp || signal.aborted) return false;
      if (looks > 0 && this.health !== 'starting' && this.health !== undefined) return false;
      if (!this.#checking) this.#nudge();
      await this.#checked(signal);
    }
  }

  async #play(sound: Sound, signal: AbortSignal): Promise<SoundEnd> {
    if (signal.aborted) return { playedMs: 0, ended: 'aborted' };
    if (this.#stretch || this.#closed) return failed('output');
    const plan = this.module.prepare(sound);
    if (plan === undefined) return failed('not-held');
    const stretch = new Stretch(this.#clock);
    this.#stretch = stretch;
    const abort = (): void => stretch.abort();
    signal.addEventListener('abort', abort);
    try {
      if (!(await this.#ready(stretch.signal))) {
        return stretch.signal.aborted ? { playedMs: 0, ended: 'aborted' } : failed('output');
      }
      this.#performing = true;
      const outcome = await this.#perform(plan, sound, stretch);
      const playedMs = Math.round(Math.max(0, Math.min(stretch.soundedMs, sound.durationMs - sound.fromMs)));
      if (outcome === 'aborted') return { playedMs, ended: 'aborted' };
      if (outcome === 'finished' || outcome === 'overran') return { playedMs, ended: 'finished' };
      return failed(outcome, outcome === 'not-held' ? 0 : playedMs);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#stretch = undefined;
      this.#performing = false;
      if (this.#start !== undefined) this.#nudge();
    }
  }

  async #perform(plan: Plan, sound: Sound, stretch: Stretch): Promise<Outcome> {
    const interrupted: Promise<void>[] = [];
    stretch.signal.addEventListener('abort', () => interrupted.push(this.module.interrupt(stretch)));
    let outcome: Outcome;
    try {
      outcome = await this.module.perform(plan, sound, stretch);
      stretch.end();
    } catch (error) {
      this.parts.log.error({ error, module: this.module.name }, 'playing failed');
      outcome = 'output';
    }
    if (stretch.signal.aborted) {
      await Promise.allSettled(interrupted);
      return 'aborted';
    }
    if (outcome === 'finished') return outcome;
    this.parts.log.warn({ module: this.module.name, sha256: sound.sha256, outcome }, 'the sound did not end by itself');
    // It may still sound, where only its answers are lost.
    if (this.line.isUp) await this.module.silence();
    this.#nudge();
    return outcome;
  }
}

import {
  defaultPolicy,
  type NamedRelease,
  type PlanInput,
  type PlannedSlot,
  type Position,
  type TriggerKind,
  triggered,
} from '@xiaolaba/protocol';
import type { LocalLimits } from '../agent-types.js';
import type { Holding } from '../assignment/holding.js';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Discipline } from '../clock/discipline.js';
import type { Journal } from '../journal/journal.js';
import type { PlayDraft } from '../journal/lines.js';
import type { Life } from '../life.js';
import type { Peripherals } from '../ports/index.js';
import { Amplifier } from './amplifier.js';
import { AudioPerformer } from './audio-performer.js';
import { Channel } from './channel.js';
import { type Permission, permissionOf } from './permission.js';
import { draftOf, evidenceOf, type Session, type Stretch, sessionOfSlot, sessionOfTrigger } from './session.js';
import { TestTone, type ToneResult } from './test-tone.js';
import { TextPerformer } from './text-performer.js';
import { Timetable } from './timetable.js';
import { Whereabouts } from './whereabouts.js';

export type Part = 'sound' | 'sign' | 'amplifier' | 'level';

export interface PlayerPorts {
  readonly life: Life;
  readonly time: Discipline;
  readonly journal: Journal;
  readonly cache: BlobCache;
  readonly peripherals: Peripherals;
  readonly limits: LocalLimits;
  readonly profile: PlanInput['profile'];
  readonly outputs: PlanInput['outputs'];
  readonly badFile: (sha256: string) => void;
  readonly working: (part: Part, reason?: string) => void;
  /** What is on has changed. */
  readonly changed: () => void;
}

export interface Playing extends Pick<Session, 'output' | 'campaign' | 'cue' | 'item'> {
  readonly since: number;
  readonly evidence: ReturnType<typeof evidenceOf>;
}

/** Plays what is due and what is triggered, by what is in force; accounts for all of it. */
export class Player {
  readonly #audio: Channel;
  readonly #text: Channel;
  readonly #textPerformer: TextPerformer;
  readonly #amplifier: Amplifier;
  readonly #tone: TestTone;
  #toning: Promise<unknown> = Promise.resolve();
  #overridden = false;
  #closing = false;
  readonly #timetable: Timetable;
  readonly #whereabouts = new Whereabouts();
  readonly #triggerCounts = new Map<string, number>();
  readonly #triggerLast = new Map<string, number>();
  readonly #releases = new Map<string, NamedRelease>();
  #holding: Holding | undefined;
  #permission: Permission | undefined;
  #stopped = false;
  #lateCause: 'offline' | 'not-delivered' | 'clock' = 'offline';

  constructor(private readonly ports: PlayerPorts) {
    const { life, time, peripherals, cache, badFile, working, changed } = ports;
    const stopped = (): boolean => this.#stopped;
    this.#amplifier = new Amplifier(life, peripherals.amplifier, (reason) => {
      working('amplifier', reason);
      if (reason === undefined) return;
      life.run('amplifier', () =>
        ports.journal.append({ kind: 'event', at: time.now(), event: 'amplifier', detail: reason.slice(0, 200) }),
      );
    });
    const shared = {
      life,
      time,
      changed,
      begins: (session: Session) => this.#begins(session),
      ended: (session: Session, outcome: Stretch) => this.#ended(session, outcome),
    };
    this.#tone = new TestTone({
      life,
      sound: peripherals.sound,
      level: peripherals.level,
      amplifier: this.#amplifier,
      allowed: (wanted, milliseconds) => this.#toneVolume(wanted, milliseconds),
      working,
    });
    this.#audio = new Channel({
      ...shared,
      performer: new AudioPerformer({
        life,
        time,
        cache,
        sound: peripherals.sound,
        level: peripherals.level,
        amplifier: this.#amplifier,
        permission: () => this.#permission,
        stopped,
        badFile,
        working,
        changed,
      }),
    });
    this.#textPerformer = new TextPerformer({ life, time, sign: peripherals.sign, stopped, working, changed });
    this.#text = new Channel({ ...shared, performer: this.#textPerformer });
    this.#timetable = new Timetable({
      life,
      time,
      wakeMs: () => this.#amplifier.wakeMs,
      wake: (slot) => this.#wake(slot),
      due: (slot) => this.#due(slot),
    });
  }

  get playing(): Playing[] {
    const heardAt = this.ports.peripherals.level?.heardAt;
    return [this.#audio.playing, this.#text.playing].flatMap((session) => {
      if (session?.startedAt === undefined) return [];
      const { output, campaign, cue, item, startedAt, readings } = session;
      return { output, campaign, cue, item, since: startedAt, evidence: evidenceOf(readings, heardAt) };
    });
  }

  /** By how much its next step, or the end of what is on, is overdue, milliseconds. */
  get lateMs(): number {
    return Math.max(this.#timetable.lateMs, this.#audio.lateMs, this.#text.lateMs);
  }

  /** The sign answers again. */
  signIsBack(): void {
    this.#textPerformer.retry();
  }

  get site(): string | undefined {
    return this.#whereabouts.site;
  }

  get position(): Position | undefined {
    return this.#whereabouts.position ?? this.ports.peripherals.position?.current();
  }

  /** What the last boot played, so that a late start doesn't repeat it. */
  remember(plays: readonly PlayDraft[]): void {
    for (const play of plays) if (play.playedMs > 0 && play.result === 'completed') this.#timetable.markDone(play);
  }

  /** Something else is in force from now on. */
  activate(holding: Holding, fresh: boolean): void {
    this.#holding = holding;
    this.#permission = permissionOf(holding.assignment.policy, this.ports.limits);
    this.#releases.clear();
    for (const named of holding.releases) this.#releases.set(named.sha256, named);
    this.#whereabouts.follow(holding.route);
    this.#plan(fresh ? 'not-delivered' : 'offline');
    const withdrawn = (session: Session): boolean => !this.#releases.has(session.release);
    this.#endBoth(withdrawn, { ended: 'aborted', cause: 'no-permission' }, 'begun');
  }

  /** The clock is trusted again, or no more. */
  clockChanged(): void {
    if (this.ports.time.trusted) {
      this.#plan('clock');
      return;
    }
    this.#timetable.suspend();
    this.#endBoth((session) => session.trigger === undefined, { ended: 'aborted', cause: 'clock' }, 'begun');
  }

  /** A stop order is in force, or lifted. */
  stop(stopped: boolean): void {
    if (stopped === this.#stopped) return;
    this.#stopped = stopped;
    if (!stopped) return;
    this.#tone.stop();
    this.#endBoth(() => true, { ended: 'aborted', cause: 'no-permission' }, 'all');
    this.ports.life.run('stop', () => this.#amplifier.kill());
  }

  /** The village's own microphone takes the amplifier, or gives it back. */
  override(on: boolean): void {
    this.#overridden = on;
    if (on) this.#tone.stop();
    this.#audio.hold(on || this.#tone.sounding);
    this.ports.life.run('override', async () => {
      if (on) await this.#amplifier.acquire(this.ports.life.signal);
      else this.#amplifier.release();
    });
  }

  /** Two short notes for who stands before the device. What falls due meanwhile waits for their end. */
  testTone(): Promise<ToneResult> {
    if (this.#audio.busy || this.#overridden || this.#closing || this.#tone.sounding)
      return Promise.resolve('not allowed');
    const toning = this.#tone.play().finally(() => {
      if (!this.#closing) this.#audio.hold(this.#overridden);
    });
    this.#audio.hold(this.#tone.sounding);
    this.#toning = toning.catch(() => {});
    return toning;
  }

  fix(position: Position): void {
    const { time } = this.ports;
    for (const event of this.#whereabouts.fix(position, time.monotonic())) {
      if (event.kind === 'arrived') this.trigger('stop-arrival', event.site);
      this.ports.changed();
    }
  }

  trigger(on: TriggerKind, site?: string): void {
    const { time } = this.ports;
    const input = this.#input();
    if (!input) return;
    time.check();
    const at = time.now();
    const lastKey = (release: string, cue: string): string => `${release}/${cue}/${site ?? ''}`;
    const countKey = (release: string, cue: string): string => `${release}/${cue}`;
    const plays = triggered(input, {
      on,
      at,
      count: (release, cue) => this.#triggerCounts.get(countKey(release, cue)) ?? 0,
      lastAt: (release, cue) => this.#triggerLast.get(lastKey(release, cue)),
    });
    for (const play of plays) {
      const key = countKey(play.named.sha256, play.cue.id);
      this.#triggerCounts.set(key, (this.#triggerCounts.get(key) ?? 0) + 1);
      this.#triggerLast.set(lastKey(play.named.sha256, play.cue.id), at);
      const arrivedMono = site === undefined ? undefined : this.#whereabouts.arrived;
      const { position } = this;
      this.#channel(play.cue.output).offer(
        sessionOfTrigger(play, at, {
          on,
          ...(site ? { site } : {}),
          ...(position ? { position } : {}),
          ...(arrivedMono === undefined ? {} : { arrivedMono }),
        }),
      );
    }
  }

  /** Ends what is on and waits until its records are written. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#timetable.suspend();
    this.#tone.stop();
    await this.#toning;
    const outcome: Stretch = { ended: 'aborted', cause: 'offline' };
    await this.#audio.close(outcome);
    await this.#text.close(outcome);
    await this.#amplifier.kill();
    await this.ports.peripherals.sign?.clear().catch(() => {});
  }

  #toneVolume(wanted: number, milliseconds: number): number {
    const { time, limits } = this.ports;
    // Who puts a device up tries it before anything is assigned to it.
    const allowed = this.#permission ?? permissionOf(defaultPolicy, limits);
    const trusted = time.check();
    const now = time.now();
    return this.#stopped || !trusted || allowed.quiet(now, now + milliseconds) ? 0 : allowed.volume(wanted);
  }

  #channel(output: Session['output']): Channel {
    return output === 'audio' ? this.#audio : this.#text;
  }

  #endBoth(matches: (session: Session) => boolean, outcome: Stretch, record: 'all' | 'begun'): void {
    this.ports.life.run('end', async () => {
      await Promise.all([this.#audio.end(matches, outcome, record), this.#text.end(matches, outcome, record)]);
    });
  }

  #input(): PlanInput | undefined {
    const { profile, outputs } = this.ports;
    if (!this.#holding) return;
    const { assignment, releases, calendar } = this.#holding;
    return { releases, profile, outputs, policy: assignment.policy, calendar };
  }

  #plan(lateCause: 'offline' | 'not-delivered' | 'clock'): void {
    const input = this.#input();
    this.#lateCause = lateCause;
    if (input && this.ports.time.trusted) this.#timetable.load(input);
  }

  #due(slot: PlannedSlot): void {
    const named = this.#releases.get(slot.release);
    if (!named || !this.ports.time.trusted) return;
    const session = sessionOfSlot(slot, named.release);
    if (slot.startAt < this.ports.time.now() - 1_000) session.lost = this.#lateCause;
    this.#channel(slot.output).offer(session);
  }

  async #wake(slot: PlannedSlot): Promise<void> {
    const allowed = this.#permission;
    if (this.#stopped || !allowed || allowed.volume(slot.volume) <= 0) return;
    if (allowed.quiet(slot.startAt, slot.endAt)) return;
    await this.#amplifier.prewake();
  }

  async #begins(session: Session): Promise<void> {
    const { journal, time } = this.ports;
    const at = time.now();
    const draft = draftOf(
      { ...session, startedAt: at },
      at,
      { ended: 'failed', cause: 'offline' },
      undefined,
      undefined,
    );
    await journal.mark(draft);
  }

  async #ended(session: Session, outcome: Stretch): Promise<void> {
    const { journal, time, peripherals } = this.ports;
    const { trigger, startedMono } = session;
    const dwellMs =
      trigger?.site !== undefined && trigger.arrivedMono !== undefined && startedMono !== undefined
        ? this.#whereabouts.dwellMs(trigger.site, trigger.arrivedMono, startedMono, time.monotonic())
        : undefined;
    await journal.append(draftOf(session, time.now(), outcome, peripherals.level?.heardAt, dwellMs));
  }
}

import { worldError } from '@xiaolaba/protocol';
import type { Lock } from '../../ports/index.js';
import { Serial } from '../../serial.js';
import type { DriverParts, Finding, Health, LockDriver } from '../driver.js';
import { ModuleHealth, Silence, Strange } from '../module-health.js';
import { codec, type OmniFrame } from './codec.js';
import { acknowledgement, type Command, type LockAddress, sendTo } from './peer.js';
import { type LockReport, Rides } from './rides.js';

/** Locks beat every four minutes unless they are told otherwise; two beats may be lost. */
const silentMs = 10 * 60_000;
/** A lock checks in as soon as it is connected; one that stayed connected is heard at its next beat. */
const startMs = 60_000;
/** A frame whose line end the firmware leaves out is whole after this. */
const frameEndMs = 300;
const answerMs = 5_000;
const tries = 3;
/** Of the horseshoe lock's bell. */
const findRings = 5;

export interface OmniOptions {
  /** The lock's number; others on the line are then ignored. */
  readonly imei?: string;
}

export interface OmniLockDriver extends LockDriver {
  /** The lock makes itself heard. Resolves when it has said so. @throws XiaolabaError (world) `lock-silent` */
  find(): Promise<void>;
}

/**
 * An Omni lock of a bike or scooter, to which this device is the server. It is told nothing but acknowledgements and
 * `find`; who may unlock it is the operator's affair.
 */
export const openOmniLock = (parts: DriverParts, options: OmniOptions = {}): OmniLockDriver =>
  new OmniLock(parts, options.imei);

class OmniLock implements OmniLockDriver {
  readonly lock: Lock;
  readonly #health: ModuleHealth;
  readonly #silence: Silence;
  readonly #frameEnd: Silence;
  readonly #orders = new Serial();
  readonly #decoder = codec.decoder();
  readonly #strange = new Strange();
  readonly #rides = new Rides();
  readonly #events: ((event: 'unlock' | 'lock') => void)[] = [];
  readonly #listeners = new Set<(frame: OmniFrame) => void>();
  #address: LockAddress | undefined;
  #foreign: string | undefined;
  #battery: { readonly percent?: number; readonly volts: number } | undefined;
  #signal: number | undefined;
  #gone = new AbortController();

  constructor(
    private readonly parts: DriverParts,
    private readonly imei: string | undefined,
  ) {
    const { line, clock } = parts;
    this.lock = { onEvent: (call) => this.#events.push(call) };
    this.#health = new ModuleHealth(line.isUp ? 'starting' : 'unplugged');
    this.#silence = new Silence(clock, () => this.#fellSilent());
    this.#frameEnd = new Silence(clock, () => this.#takeAll(this.#decoder.end?.().frames ?? []));
    line.onState((isUp) => this.#plugged(isUp));
    line.onData((bytes) => this.#receive(bytes));
    if (line.isUp) this.#silence.heard(startMs);
  }

  get health(): Health {
    return this.#health.current;
  }

  onHealth(call: (health: Health) => void): void {
    this.#health.onChange(call);
  }

  find(): Promise<void> {
    return this.#orders.run(async () => {
      const isEcho = ({ kind }: OmniFrame): boolean => kind === 'voice-echo' || kind === 'find-echo';
      const heard =
        (await this.#ask([{ kind: 'voice', voice: 'find' }], isEcho)) ??
        // Horseshoe locks without a voice have a bell.
        (this.#address?.family === 'CMD'
          ? await this.#ask([{ kind: 'find', rings: findRings, reserved: 0 }], isEcho)
          : undefined);
      if (!heard) throw worldError('lock-silent', 'the lock does not answer');
    });
  }

  async probe(): Promise<readonly Finding[]> {
    if (this.health === 'unplugged') return [{ ok: false, code: 'unplugged' }];
    if (this.health === 'wrong-module') {
      return [{ ok: false, code: 'wrong-module', details: { got: this.#foreign ?? this.#strange.hex } }];
    }
    return this.#orders.run(() => this.#examine());
  }

  async close(): Promise<void> {
    this.#silence.stop();
    this.#frameEnd.stop();
    this.#gone.abort();
    this.#listeners.clear();
    this.#events.length = 0;
    await this.parts.line.close();
  }

  async #examine(): Promise<readonly Finding[]> {
    const isHorseshoe = this.#address?.family === 'CMD';
    const questions: Command[] = [
      { kind: 'query-firmware' },
      ...(isHorseshoe ? [{ kind: 'query-status' } as const] : []),
      { kind: 'query-position' },
    ];
    let version: string | undefined;
    let position: Extract<OmniFrame, { kind: 'position' }> | undefined;
    const last = await this.#ask(
      questions,
      (frame) => {
        if (frame.kind === 'other' && frame.command === 'G0') version = frame.params.filter(Boolean).join(' ');
        if (frame.kind === 'position') position = frame;
        return version !== undefined && position !== undefined;
      },
      1,
    );
    const imei = this.#address?.imei;
    // A lock without a receiver never tells its place: what else it said counts.
    if (!imei || (!last && version === undefined && !position)) return [{ ok: false, code: 'no-answer' }];
    return [
      { ok: true, code: 'answers', details: { module: `Omni ${imei}` } },
      ...(version === undefined ? [] : [{ ok: true, code: 'version' as const, details: { text: version } }]),
      ...this.#power(),
      ...(position ? [placeFinding(position)] : []),
    ];
  }

  #power(): Finding[] {
    const { percent, volts } = this.#battery ?? {};
    const battery: Finding[] =
      percent !== undefined
        ? [{ ok: percent >= 20, code: 'battery', details: { percent } }]
        : volts !== undefined
          ? [{ ok: true, code: 'reading', details: { value: volts, unit: 'V' } }]
          : [];
    if (this.#signal === undefined) return battery;
    // Signal runs from 2 to 32.
    const percentOf = Math.max(0, Math.min(100, Math.round(((this.#signal - 2) * 100) / 30)));
    return [...battery, { ok: this.#signal > 2, code: 'signal', details: { percent: percentOf } }];
  }

  #plugged(isUp: boolean): void {
    this.#decoder.reset();
    this.#frameEnd.stop();
    this.#foreign = undefined;
    this.#gone.abort();
    this.#gone = new AbortController();
    this.#health.set(isUp ? 'starting' : 'unplugged');
    if (isUp) this.#silence.heard(startMs);
    else this.#silence.stop();
  }

  #receive(bytes: Uint8Array): void {
    this.#strange.add(bytes);
    this.#takeAll(this.#decoder.push(bytes).frames);
    if (this.#decoder.rest.length > 0) this.#frameEnd.heard(frameEndMs);
    else this.#frameEnd.stop();
  }

  #takeAll(frames: readonly OmniFrame[]): void {
    for (const frame of frames) if (frame.direction === 'from-lock') this.#take(frame);
  }

  #take(frame: OmniFrame): void {
    this.#strange.forget();
    if (this.imei !== undefined && frame.imei !== this.imei) {
      if (frame.imei !== this.#foreign) this.parts.log.warn({ imei: frame.imei }, 'a foreign lock is on this line');
      this.#foreign = frame.imei;
      this.#health.set('wrong-module');
      return;
    }
    const { family, vendor, imei } = frame;
    this.#address = { family, vendor, imei };
    this.#foreign = undefined;
    this.#silence.heard(silentMs);
    this.#health.set(undefined);
    this.#note(frame);
    const answer = acknowledgement(frame);
    if (answer) void sendTo(this.parts.line, this.parts.clock, this.#address, answer);
    for (const listener of [...this.#listeners]) listener(frame);
    const report = reportOf(frame);
    if (!report || !this.#rides.isNew(report, this.parts.clock.monotonic())) return;
    for (const call of this.#events) call(report.event);
  }

  #note(frame: OmniFrame): void {
    if (!('batteryVolts' in frame)) return;
    const percent = 'batteryPercent' in frame ? frame.batteryPercent : undefined;
    this.#battery = { volts: frame.batteryVolts, ...(percent === undefined ? {} : { percent }) };
    if (frame.signal !== undefined) this.#signal = frame.signal;
  }

  /** Whom to ask: the lock that was heard, or the one that should be there, whichever form it speaks. */
  #addresses(): readonly LockAddress[] {
    if (this.#address) return [this.#address];
    if (this.imei === undefined) return [];
    const { imei } = this;
    return (['SCO', 'CMD'] as const).map((family) => ({ family, vendor: 'OM', imei }));
  }

  /** @returns the frame that `isAnswer` took, `undefined` without one in time */
  async #ask(
    commands: readonly Command[],
    isAnswer: (frame: OmniFrame) => boolean,
    attempts = tries,
  ): Promise<OmniFrame | undefined> {
    const { line, clock } = this.parts;
    let found: OmniFrame | undefined;
    for (let attempt = 0; attempt < attempts && !found && !this.#gone.signal.aborted; attempt++) {
      const done = new AbortController();
      const listener = (frame: OmniFrame): void => {
        if (found || !isAnswer(frame)) return;
        found = frame;
        done.abort();
      };
      this.#listeners.add(listener);
      for (const to of this.#addresses()) {
        for (const command of commands) void sendTo(line, clock, to, command);
      }
      await clock.sleep(answerMs, AbortSignal.any([done.signal, this.#gone.signal]));
      this.#listeners.delete(listener);
    }
    return found;
  }

  #fellSilent(): void {
    this.#health.set(this.#foreign !== undefined || this.#strange.wasMuch() ? 'wrong-module' : 'no-answer');
    this.#silence.heard(startMs);
  }
}

/** Result 0 is success; a lock that was ordered in vain has not moved. */
function reportOf(frame: OmniFrame): LockReport | undefined {
  if (frame.kind === 'locked-horseshoe') return { event: 'lock', ...rideOf(frame) };
  if (frame.kind === 'unlocked' && frame.result === 0) return { event: 'unlock', ...rideOf(frame) };
  if (frame.kind === 'locked' && frame.result === 0) return { event: 'lock', ...rideOf(frame) };
  return undefined;
}
const rideOf = ({ userId = 0, timestamp = 0 }: { userId?: number | undefined; timestamp?: number | undefined }) => ({
  userId,
  timestamp,
});

function placeFinding({ position, satellites }: Extract<OmniFrame, { kind: 'position' }>): Finding {
  const details = satellites === null ? {} : { details: { satellites } };
  return { ok: position !== null, code: position ? 'fix' : 'no-fix', ...details };
}

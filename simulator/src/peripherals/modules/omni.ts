import type { Cancel, Clock } from '@xiaolaba/device';
import { type OmniFrame, omniCodec } from '@xiaolaba/device/peripherals';
import type { Position } from '@xiaolaba/protocol';
import type { ModuleTwin } from './module-twin.js';

type Command = { readonly kind: OmniFrame['kind'] } & Readonly<Record<string, unknown>>;

const bootMs = 1_000;
const repeatMs = 10_000;

export interface OmniTwinOptions {
  /** `SCO`: scooter and e-bike; `CMD`: horseshoe lock of a bike. */
  readonly family: 'SCO' | 'CMD';
  readonly imei?: string;
  readonly heartbeatMs?: number;
  readonly position?: Position;
}

interface Report {
  readonly of: 'L0' | 'L1' | 'D0' | 'W0';
  readonly command: Command;
}

/** A lock: checks in, beats, is opened and closed, and repeats what nobody acknowledges. */
export class OmniTwin implements ModuleTwin {
  readonly protocol = 'omni';
  /** Voices and bells that were heard, in turn. */
  readonly sounds: string[] = [];
  /** Whether it answers questions; it reports and beats all the same. */
  answers = true;
  batteryPercent = 80;
  #send: (bytes: Uint8Array) => void = () => {};
  #onSound: (sound: string) => void = () => {};
  readonly #decoder = omniCodec.decoder();
  readonly #timers = new Set<Cancel>();
  #isPowered = false;
  #isLocked = true;
  #key: number | undefined;
  #ride: { readonly userId: number; readonly timestamp: number; readonly since: number };
  /** Reports that wait for their acknowledgement, the oldest first. */
  readonly #pending: Report[] = [];
  #repeat: Cancel | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly options: OmniTwinOptions,
  ) {
    this.#ride = { userId: 0, timestamp: 0, since: clock.monotonic() };
  }

  get isLocked(): boolean {
    return this.#isLocked;
  }

  onSound(call: (sound: string) => void): void {
    this.#onSound = call;
  }

  onSend(call: (bytes: Uint8Array) => void): void {
    this.#send = call;
  }

  setPowered(on: boolean): void {
    if (on === this.#isPowered) return;
    this.#isPowered = on;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#pending.length = 0;
    this.#repeat = undefined;
    this.#key = undefined;
    this.#decoder.reset();
    if (on) this.#after(bootMs, () => this.#checkIn());
  }

  /** Somebody opens it: by card, by telephone, or by the operator's order. */
  unlock(userId = 1234, timestamp = this.#now()): void {
    if (!this.#isPowered) return;
    this.#isLocked = false;
    this.#ride = { userId, timestamp, since: this.clock.monotonic() };
    this.#report({ of: 'L0', command: { kind: 'unlocked', result: 0, userId, timestamp } });
  }

  /** Somebody closes it. */
  lock(): void {
    if (!this.#isPowered) return;
    this.#isLocked = true;
    const { userId, timestamp, since } = this.#ride;
    const ride = { userId, timestamp, rideMinutes: Math.ceil((this.clock.monotonic() - since) / 60_000) };
    const isHorseshoe = this.options.family === 'CMD';
    this.#report({
      of: 'L1',
      command: isHorseshoe ? { kind: 'locked-horseshoe', ...ride } : { kind: 'locked', result: 0, ...ride },
    });
  }

  /** Somebody tries to break it open. */
  alarm(): void {
    if (this.#isPowered) this.#report({ of: 'W0', command: { kind: 'alarm', alarm: 'forced' } });
  }

  receive(bytes: Uint8Array): void {
    if (!this.#isPowered) return;
    for (const frame of this.#decoder.push(bytes).frames) {
      if (frame.direction === 'from-server' && frame.imei === this.#imei && frame.family === this.options.family)
        this.#take(frame);
    }
  }

  get #imei(): string {
    return this.options.imei ?? '123456789123456';
  }

  #now(): number {
    return Math.floor(this.clock.now() / 1_000);
  }

  get #volts(): number {
    return Math.round(340 + 0.72 * this.batteryPercent) / 100;
  }

  #checkIn(): void {
    const isHorseshoe = this.options.family === 'CMD';
    const more = isHorseshoe ? {} : { batteryPercent: this.batteryPercent, signal: 28 };
    this.#say({ kind: 'check-in', batteryVolts: this.#volts, ...more });
    const beat = (): void => {
      const charge = isHorseshoe ? {} : { batteryPercent: this.batteryPercent, charging: false };
      this.#say({ kind: 'lock-heartbeat', locked: this.#isLocked, batteryVolts: this.#volts, signal: 28, ...charge });
      this.#after(this.options.heartbeatMs ?? 240_000, beat);
    };
    beat();
  }

  #take(frame: OmniFrame): void {
    if (frame.kind === 'acknowledge') this.#acknowledged(frame.of);
    else if (frame.kind === 'unlocked-received') this.#acknowledged('L0');
    else if (frame.kind === 'locked-received') this.#acknowledged('L1');
    else if (frame.kind === 'alarm-received') this.#acknowledged('W0');
    else if (this.answers) this.#answer(frame);
  }

  #answer(frame: OmniFrame): void {
    const isHorseshoe = this.options.family === 'CMD';
    if (frame.kind === 'voice') {
      this.#sound(String(frame.voice));
      this.#say({ kind: 'voice-echo', voice: frame.voice });
    } else if (frame.kind === 'find') {
      this.#sound('bell');
      this.#say({ kind: 'find-echo', rings: frame.rings, reserved: frame.reserved });
    } else if (frame.kind === 'query-firmware') {
      this.#say({ kind: 'other', command: 'G0', params: ['110', 'Jul 4 2018', '1101', '', ''] });
    } else if (frame.kind === 'query-status') {
      const satellites = this.options.position ? 8 : 0;
      this.#say({ kind: 'status', batteryVolts: this.#volts, signal: 28, satellites, locked: this.#isLocked });
    } else if (frame.kind === 'query-position') {
      const place = { kind: 'position', ...this.#place() } as const;
      if (isHorseshoe) this.#report({ of: 'D0', command: place });
      else this.#say(place);
    } else this.#obey(frame);
  }

  /** The operator's orders: a scooter gives out a key first, a horseshoe lock opens at once. */
  #obey(frame: OmniFrame): void {
    if (frame.kind === 'request-key') {
      this.#key = (this.#key ?? 40) + 15;
      const { operation, userId, timestamp } = frame;
      this.#say({ kind: 'operation-key', operation, key: this.#key, userId, timestamp });
    } else if (frame.kind === 'unlock') {
      const { key, userId = 0, timestamp = 0 } = frame;
      if (key === this.#key) this.unlock(userId, timestamp);
      else this.#report({ of: 'L0', command: { kind: 'unlocked', result: 1, userId, timestamp } });
    } else if (frame.kind === 'unlock-horseshoe') this.unlock(frame.userId, frame.timestamp);
    else if (frame.kind === 'lock' && frame.key === this.#key) this.lock();
  }

  #place() {
    const { position } = this.options;
    return {
      trigger: 'query',
      time: `${new Date(this.clock.now()).toISOString().slice(0, 19)}Z`,
      position: position ? { latitude: position[1], longitude: position[0] } : null,
      satellites: position ? 8 : null,
      hdop: position ? 0.9 : null,
      altitudeMetres: position ? 12 : null,
    };
  }

  #sound(sound: string): void {
    this.sounds.push(sound);
    this.#onSound(sound);
  }

  #report(report: Report): void {
    this.#pending.push(report);
    this.#say(report.command);
    if (!this.#repeat) this.#repeatLater();
  }

  #repeatLater(): void {
    this.#repeat = this.#after(repeatMs, () => {
      this.#repeat = undefined;
      for (const { command } of this.#pending) this.#say(command);
      if (this.#pending.length > 0) this.#repeatLater();
    });
  }

  #acknowledged(of: string): void {
    const index = this.#pending.findIndex((report) => report.of === of);
    if (index >= 0) this.#pending.splice(index, 1);
  }

  #say(command: Command): void {
    const clock = this.options.family === 'CMD' ? { clock: new Date(this.clock.now()).toISOString().slice(0, 19) } : {};
    const { family } = this.options;
    const line = { family, vendor: 'OM', imei: this.#imei, direction: 'from-lock', ...clock };
    this.#send(omniCodec.encode({ ...line, ...command }));
  }

  #after(milliseconds: number, call: () => void): Cancel {
    const stop = this.clock.after(milliseconds, () => {
      this.#timers.delete(cancel);
      call();
    });
    const cancel = (): void => {
      stop();
      this.#timers.delete(cancel);
    };
    this.#timers.add(cancel);
    return cancel;
  }
}

import type { DriverParts, Finding, Health, PositionDriver } from '../driver.js';
import { Fixes } from '../fixes.js';
import { ModuleHealth, Silence, Strange } from '../module-health.js';
import { codec, type Nmea0183Frame } from './codec.js';

/** Receivers speak every second; one that says nothing valid for this long is not there. */
const silentMs = 5_000;
/** A place older than this is none: a bus has left the stop. */
const freshMs = 10_000;
/** What a receiver says of these is no measurement. */
const madeUp = ['simulated', 'manual', 'manual input'];

export interface NmeaDriver extends PositionDriver {
  /**
   * UTC now, milliseconds since the epoch, carried on from the last RMC sentence with a fix; `undefined` where that is
   * older than ten seconds. Of no other sentence, since none has a date; exact to some tenths of a second.
   */
  time(): number | undefined;
}

/** A GPS or BeiDou receiver that speaks NMEA 0183 by itself; nothing is ever sent to it. */
export const openNmea = (parts: DriverParts, _options: Readonly<Record<string, never>> = {}): NmeaDriver =>
  new NmeaReceiver(parts);

class NmeaReceiver implements NmeaDriver {
  readonly position: Fixes;
  readonly #health: ModuleHealth;
  readonly #silence: Silence;
  readonly #decoder = codec.decoder();
  readonly #strange = new Strange();
  #talker = '';
  #satellites: number | undefined;
  #inView = 0;
  /** When an RMC came last: while they come, they alone say where it is. */
  #rmcAt: number | undefined;
  #time: { readonly utc: number; readonly at: number } | undefined;

  constructor(private readonly parts: DriverParts) {
    const { line, clock } = parts;
    this.position = new Fixes(clock, freshMs);
    this.#health = new ModuleHealth(line.isUp ? 'starting' : 'unplugged');
    this.#silence = new Silence(clock, () => this.#fellSilent());
    line.onState((isUp) => this.#plugged(isUp));
    line.onData((bytes) => this.#receive(bytes));
    if (line.isUp) this.#silence.heard(silentMs);
  }

  get health(): Health {
    return this.#health.current;
  }

  onHealth(call: (health: Health) => void): void {
    this.#health.onChange(call);
  }

  time(): number | undefined {
    const elapsed = this.#time && this.parts.clock.monotonic() - this.#time.at;
    return this.#time && elapsed !== undefined && elapsed < freshMs ? this.#time.utc + elapsed : undefined;
  }

  async probe(): Promise<readonly Finding[]> {
    const { clock } = this.parts;
    const until = clock.monotonic() + silentMs + 200;
    while (this.health === 'starting' && clock.monotonic() < until) await clock.sleep(100);
    if (this.health === 'wrong-module')
      return [{ ok: false, code: 'wrong-module', details: { got: this.#strange.hex } }];
    if (this.health === 'unplugged') return [{ ok: false, code: 'unplugged' }];
    if (this.health) return [{ ok: false, code: 'no-answer' }];
    const answers: Finding = { ok: true, code: 'answers', details: { module: `NMEA 0183 ${this.#talker}` } };
    if (!this.position.current())
      return [answers, { ok: false, code: 'no-fix', details: { satellites: this.#inView } }];
    return [answers, { ok: true, code: 'fix', details: { satellites: this.#satellites ?? this.#inView } }];
  }

  async close(): Promise<void> {
    this.#silence.stop();
    this.position.stop();
    await this.parts.line.close();
  }

  #plugged(isUp: boolean): void {
    this.#forget();
    this.#decoder.reset();
    this.#health.set(isUp ? 'starting' : 'unplugged');
    if (isUp) this.#silence.heard(silentMs);
    else this.#silence.stop();
  }

  #receive(bytes: Uint8Array): void {
    this.#strange.add(bytes);
    // Without a checksum a sentence is a guess, also that it is one.
    const frames = this.#decoder.push(bytes).frames.filter(({ checksum }) => checksum !== null);
    if (frames.length === 0) return;
    this.#strange.forget();
    this.#silence.heard(silentMs);
    this.#health.set(undefined);
    for (const frame of frames) this.#take(frame);
  }

  #take(frame: Nmea0183Frame): void {
    const now = this.parts.clock.monotonic();
    if (frame.kind !== 'other') this.#talker = frame.address.slice(0, 2);
    if (frame.kind === 'rmc') {
      this.#rmcAt = now;
      const isMeasured = frame.isActive && !madeUp.includes(frame.mode ?? '');
      this.#place(isMeasured ? frame.position : null);
      // A receiver without a fix tells the time of a clock that nobody has set.
      this.#time =
        isMeasured && frame.position && frame.time !== null ? { utc: Date.parse(frame.time), at: now } : undefined;
    } else if (frame.kind === 'gga') {
      this.#satellites = frame.satellites ?? undefined;
      if (!this.#hearsRmc(now)) this.#place(madeUp.includes(frame.quality ?? '') ? null : frame.position);
    } else if (frame.kind === 'gll') {
      if (!this.#hearsRmc(now)) this.#place(madeUp.includes(frame.mode ?? '') ? null : frame.position);
    } else if (frame.kind === 'gsv') this.#inView = frame.inView ?? 0;
  }

  #hearsRmc(now: number): boolean {
    return this.#rmcAt !== undefined && now - this.#rmcAt < freshMs;
  }

  #place(place: { readonly latitude: number; readonly longitude: number } | null): void {
    if (place) this.position.take([place.longitude, place.latitude]);
    else this.position.drop();
  }

  #fellSilent(): void {
    this.#forget();
    this.#health.set(this.#strange.wasMuch() ? 'wrong-module' : 'no-answer');
    // What comes now may still tell one from the other.
    this.#silence.heard(silentMs);
  }

  #forget(): void {
    this.position.drop();
    this.#time = undefined;
    this.#rmcAt = undefined;
    this.#satellites = undefined;
    this.#inView = 0;
  }
}

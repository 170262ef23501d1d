import type { Sound, SoundEnd } from '@xiaolaba/device';
import type { DriverParts, Health, SoundDriver } from '@xiaolaba/device/peripherals';
import { Cable, type Direction } from '../cable.js';
import type { Sounding, VoiceTwin } from '../module-twin.js';
import { SteppedClock } from './stepped-clock.js';

interface Passed {
  readonly at: number;
  readonly direction: Direction;
  readonly hex: string;
}

/** A driver and a twin on a cable, and everything that can be seen from outside. */
export class VoiceBench<Twin extends VoiceTwin> {
  readonly clock = new SteppedClock();
  readonly twin: Twin;
  readonly cable: Cable;
  readonly driver: SoundDriver;
  readonly passed: Passed[] = [];
  readonly heard: (Sounding | undefined)[] = [];
  readonly healths: Health[] = [];
  readonly errors: object[] = [];
  #lostAt = Number.NaN;
  #toHost: (bytes: Uint8Array) => void = () => {};

  constructor(
    twin: (clock: SteppedClock) => Twin,
    open: (parts: DriverParts) => SoundDriver,
    options: { readonly plugged?: boolean; readonly powered?: boolean } = {},
  ) {
    this.twin = twin(this.clock);
    this.cable = new Cable({
      protocol: this.twin.protocol,
      setPowered: (on) => this.twin.setPowered(on),
      receive: (bytes) => this.twin.receive(bytes),
      onSend: (call) => {
        this.#toHost = call;
        this.twin.onSend((bytes) => {
          if (this.clock.monotonic() !== this.#lostAt) call(bytes);
        });
      },
    });
    if (options.plugged === false) this.cable.setPlugged(false);
    this.cable.onBytes((direction, bytes) => {
      this.passed.push({
        at: this.clock.monotonic(),
        direction,
        hex: Buffer.from(bytes).toString('hex').toUpperCase(),
      });
    });
    this.twin.onSounding((sounding) => this.heard.push(sounding));
    if (options.powered !== false) this.twin.setPowered(true);
    const nothing = (): void => {};
    const log = { debug: nothing, info: nothing, warn: nothing, error: (details: object) => this.errors.push(details) };
    this.driver = open({ line: this.cable.host, clock: this.clock, log });
    this.driver.onHealth((health) => this.healths.push(health));
  }

  /** What the module sends at that very moment never arrives. */
  loseAt(moment: number): void {
    this.#lostAt = moment;
  }

  /** Puts bytes on the wire that nobody has sent. */
  disturb(direction: Direction, bytes: Uint8Array): void {
    if (direction === 'to-host') this.#toHost(bytes);
    else if (this.cable.isUp) this.twin.receive(bytes);
  }

  get sent(): readonly string[] {
    return this.passed.filter(({ direction }) => direction === 'to-module').map(({ hex }) => hex);
  }

  /** Milliseconds between the beginnings of frames to the module. */
  get gaps(): readonly number[] {
    const times = this.passed.filter(({ direction }) => direction === 'to-module').map(({ at }) => at);
    return times.slice(1).map((at, index) => at - (times[index] ?? 0));
  }

  play(sound: Partial<Sound> = {}): { readonly abort: () => void; end: SoundEnd | undefined; endedAt: number } {
    const control = new AbortController();
    const playing: { readonly abort: () => void; end: SoundEnd | undefined; endedAt: number } = {
      abort: () => control.abort(),
      end: undefined,
      endedAt: 0,
    };
    void this.driver.sound.play({ ...usualSound, ...sound }, control.signal).then((end) => {
      playing.end = end;
      playing.endedAt = this.clock.monotonic();
    });
    return playing;
  }
}

const usualSound: Sound = {
  sha256: 'a',
  bytes: new Uint8Array(),
  dialect: 'cmn',
  format: 'mp3',
  durationMs: 10_000,
  volume: 50,
  fromMs: 0,
};

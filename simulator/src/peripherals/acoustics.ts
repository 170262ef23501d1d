import type { AmplifierRelay, LevelSensor } from '@xiaolaba/device';
import type { Cancel, WorldTime } from '../time/world-time.js';
import type { DeviceFacts, SoundStretch } from '../world/facts.js';
import type { Stream } from '../world/random.js';

export interface AcousticsTraits {
  /** Absent where the sound output drives its speaker itself. */
  readonly wakeMs?: number;
  /** Readings of the sensor at rest and with sound, in its unit, with their standard deviations. */
  readonly sensor?: {
    readonly rest: readonly [mean: number, deviation: number];
    readonly sounding: readonly [mean: number, deviation: number];
    readonly heardAt: number;
  };
}

/** Everything between a sound output and the ears of a place: amplifier, speaker, the sensor beside it. */
export class Acoustics {
  readonly relay: AmplifierRelay | undefined;
  readonly sensor: LevelSensor | undefined;
  #relayOn = false;
  #awake: boolean;
  #waking: Cancel | undefined;
  #afterSound: (() => void) | undefined;
  #alive = true;
  #overridden = false;
  #sound: { readonly sha256: string; readonly playing: number; offsetMs: number } | undefined;
  #stretch: SoundStretch | undefined;

  constructor(
    traits: AcousticsTraits,
    private readonly time: WorldTime,
    private readonly facts: DeviceFacts,
    noise: Stream,
  ) {
    const { wakeMs, sensor } = traits;
    this.#awake = wakeMs === undefined;
    if (wakeMs !== undefined) this.relay = { wakeMs, set: async (on) => this.#switch(on, wakeMs) };
    if (sensor)
      this.sensor = {
        heardAt: sensor.heardAt,
        read: () => {
          const [mean, deviation] = this.audible ? sensor.sounding : sensor.rest;
          return mean + deviation * noise.normal();
        },
      };
  }

  /** Whether what is played now is to be heard. */
  get audible(): boolean {
    return this.#sound !== undefined && this.#carries;
  }

  begin(sha256: string, playing: number, offsetMs: number): void {
    this.#sound = { sha256, playing, offsetMs };
    this.#restart();
  }

  end(): void {
    this.#close();
    this.#sound = undefined;
    this.#afterSound?.();
    this.#afterSound = undefined;
  }

  /**
   * The amplifier's end stage does not come up any more, or somebody puts in a new one. End stages die when they are
   * switched on: what sounds now is heard to its end.
   */
  setAlive(alive: boolean): void {
    if (this.#sound) {
      this.#afterSound = () => this.setAlive(alive);
      return;
    }
    this.#alive = alive;
    if (alive) this.facts.amplifierDead.end(this.time.now());
    else this.facts.amplifierDead.begin(this.time.now());
  }

  /** Somebody takes the village microphone: the amplifier carries them and nothing else. */
  setOverridden(overridden: boolean): void {
    this.#overridden = overridden;
    if (overridden) this.facts.overridden.begin(this.time.now());
    else this.facts.overridden.end(this.time.now());
    this.#restart();
  }

  powerOff(): void {
    this.end();
    this.#waking?.();
    this.#relayOn = false;
    if (this.relay) this.#awake = false;
  }

  get #carries(): boolean {
    return this.#alive && this.#awake && !this.#overridden;
  }

  #switch(on: boolean, wakeMs: number): void {
    if (on === this.#relayOn) return;
    this.#relayOn = on;
    this.#waking?.();
    if (!on) {
      this.#awake = false;
      this.#restart();
      return;
    }
    this.#waking = this.time.at(this.time.now() + wakeMs, 'world', () => {
      this.#awake = true;
      this.#restart();
    });
  }

  /** What is to be heard has changed: a new stretch begins. */
  #restart(): void {
    const sound = this.#sound;
    if (!sound || this.#stretch?.audible === this.#carries) return;
    const at = this.time.now();
    if (this.#stretch) sound.offsetMs += at - this.#stretch.from;
    this.#close();
    this.#stretch = { ...sound, from: at, to: Number.POSITIVE_INFINITY, audible: this.#carries };
    this.facts.sounds.push(this.#stretch);
  }

  #close(): void {
    if (this.#stretch) this.#stretch.to = this.time.now();
    this.#stretch = undefined;
  }
}

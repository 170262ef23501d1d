import type { LevelReading } from './contract.js';

/** What comes out of an output at this moment. */
export interface Emission {
  /** By the bench's monotonic clock. */
  readonly since: number;
  readonly durationMs: number;
  readonly envelope: readonly number[];
  /** 0 to 1, as the output is set. */
  readonly volume: number;
}

/** How long the amplifier takes to wake, milliseconds. */
export const amplifierWakeMs = 800;
/** A microphone beside the horn in a lane at noon: the noise of the place, and the loudest that the horn brings. */
const restDb = 46;
const loudestDb = 96;
/** Somebody who speaks into the village microphone. */
const speakerDb = 82;
/** At and above this, what plays is heard. */
export const heardAtDb = 60;
/** One count of a ten-bit converter is a tenth of a decibel: the microphone board gives 0 to 102.3 dB. */
export const countsPerDb = 10;

/** Everything between a sound output and the ears of a place: relay, amplifier, horn, and the microphone beside it. */
export class Ears {
  #relayAt: number | undefined;
  isAlive = true;
  isMuted = false;
  isOverridden = false;
  emission: Emission | undefined;

  constructor(
    private readonly monotonic: () => number,
    private readonly hasAmplifier: () => boolean,
  ) {}

  get isOn(): boolean {
    return this.#relayAt !== undefined;
  }

  get isAwake(): boolean {
    if (!this.hasAmplifier()) return true;
    return this.#relayAt !== undefined && this.monotonic() - this.#relayAt >= amplifierWakeMs;
  }

  switch(on: boolean): void {
    if (on) this.#relayAt ??= this.monotonic();
    else this.#relayAt = undefined;
  }

  /** How loud it is at the microphone now, dB. */
  level(): number {
    const noise = restDb + 2.5 * Math.sin(this.monotonic() / 530) + 1.5 * Math.sin(this.monotonic() / 97);
    if (this.isMuted) return 0;
    if (!this.isAlive || !this.isAwake) return noise;
    if (this.isOverridden) return speakerDb + 6 * Math.sin(this.monotonic() / 180);
    const sound = this.#peak();
    if (sound <= 0) return noise;
    // What the horn gives falls with the peak, 20 dB for each tenth part.
    return Math.max(noise, loudestDb + 20 * Math.log10(sound));
  }

  reading(at: number, unit: LevelReading['unit'] = 'dB'): LevelReading {
    return { at, value: Math.round(this.level() * 10) / 10, heardAt: heardAtDb, unit };
  }

  #peak(): number {
    const { emission } = this;
    if (!emission) return 0;
    const share = (this.monotonic() - emission.since) / emission.durationMs;
    if (share < 0 || share >= 1) return 0;
    const step = Math.floor(share * emission.envelope.length);
    // Speech has breath pauses; the ear, and an envelope follower, bridge them.
    const near = emission.envelope.slice(Math.max(0, step - 3), step + 1);
    return Math.max(0, ...near) * emission.volume;
  }
}

import { fallbackDialect } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { Life } from '../life.js';
import type { LevelSensor, Sound, SoundOutput } from '../ports/index.js';
import type { Amplifier } from './amplifier.js';
import { imaAdpcmWav } from './ima-adpcm.js';
import { evidenceOf } from './session.js';

/**
 * What became of a test tone. `heard`, `contradicted`: the level sensor agrees, or does not. `claimed`: it was played,
 * and no sensor says anything. `silent`: the output failed, or there is none. `no tone`: the module has no such file.
 * `not allowed`: by a stop order, quiet hours, the volume cap or a clock that can't be trusted, or because the amplifier
 * is somebody else's at the moment.
 */
export type ToneResult = 'heard' | 'contradicted' | 'claimed' | 'silent' | 'no tone' | 'not allowed';

/** Per cent: to be noticed by who stands before it. */
const wantedVolume = 30;
const rate = 16_000;
/** Two notes, a fourth apart. */
const notes = [660, 880];
const noteMs = 600;
/** Notes that begin or end at once click. */
const fadeMs = 20;
const amplitude = 0.5;
const toneMs = notes.length * noteMs;
/** For chips that make no sound but speech. */
const words = '测试';

const toneSamples = (): number[] =>
  notes.flatMap((hertz) =>
    Array.from({ length: (rate * noteMs) / 1_000 }, (_, index) => {
      const ms = (index * 1_000) / rate;
      const fade = Math.min(1, ms / fadeMs, (noteMs - ms) / fadeMs);
      return amplitude * fade * Math.sin((2 * Math.PI * hertz * index) / rate);
    }),
  );

/** Two short notes, at some volume in per cent. */
export function toneSound(volume: number): Sound {
  const bytes = imaAdpcmWav(toneSamples(), rate);
  return {
    sha256: sha256(bytes),
    bytes,
    dialect: fallbackDialect,
    words,
    format: 'adpcm',
    durationMs: toneMs,
    volume,
    fromMs: 0,
  };
}

export interface TestTonePorts {
  readonly life: Life;
  readonly sound: SoundOutput | undefined;
  readonly level: LevelSensor | undefined;
  readonly amplifier: Amplifier;
  /** Per cent that is allowed of what is wanted, now and for so many milliseconds; 0: none. */
  readonly allowed: (wanted: number, milliseconds: number) => number;
  readonly working: (part: 'sound' | 'level', reason?: string) => void;
}

/** Sounds for who presses the test button, and tells whether it was heard. Leaves no play record. */
export class TestTone {
  #abort: AbortController | undefined;

  constructor(private readonly ports: TestTonePorts) {}

  get sounding(): boolean {
    return this.#abort !== undefined;
  }

  /** Whoever has more right to the output takes it. */
  stop(): void {
    this.#abort?.abort();
  }

  async play(): Promise<ToneResult> {
    const { amplifier, sound, allowed } = this.ports;
    if (this.sounding || allowed(wantedVolume, amplifier.wakeMs + toneMs) <= 0) return 'not allowed';
    if (!sound) return 'silent';
    const abort = new AbortController();
    this.#abort = abort;
    try {
      await amplifier.acquire(abort.signal);
      this.ports.life.assertAlive();
      // Whatever was allowed before the amplifier woke: the last word is now.
      const volume = abort.signal.aborted ? 0 : allowed(wantedVolume, toneMs);
      return volume > 0 ? await this.#sound(sound, volume, abort.signal) : 'not allowed';
    } finally {
      amplifier.release();
      this.#abort = undefined;
    }
  }

  async #sound(sound: SoundOutput, volume: number, signal: AbortSignal): Promise<ToneResult> {
    const { life, level, working } = this.ports;
    const end = await sound.play(toneSound(volume), signal);
    life.assertAlive();
    if (end.ended === 'aborted') return 'not allowed';
    if (end.reason === 'not-held') return 'no tone';
    working('sound', end.ended === 'failed' ? (end.reason ?? 'output') : undefined);
    if (end.ended === 'failed') return 'silent';
    // The mean over the last second: all of it tone.
    const reading = level?.read();
    if (level) working('level', reading === undefined ? 'no answer' : undefined);
    return evidenceOf(reading === undefined ? [] : [reading], level?.heardAt);
  }
}

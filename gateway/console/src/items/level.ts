/** How loud a stretch of sound is, in dB below full scale (dBFS); never under `floorDb`. */
export interface Level {
  readonly peak: number;
  readonly rms: number;
}
export type LevelVerdict = 'silent' | 'quiet' | 'right' | 'overload';

/** What a meter still shows. */
export const floorDb = -60;
/** Speech as quiet as this drowns in the noise of the room once it is made loud. */
const quietBelowDb = -38;
/** A microphone without a voice before it. */
const silentBelowDb = -54;
/** From here on tops are cut off, and no later step mends that. */
const overloadFromDb = -1;
/** Between two words nobody has become too quiet. */
const rememberMs = 1500;

const decibels = (amplitude: number): number => Math.max(floorDb, 20 * Math.log10(Math.max(amplitude, 1e-9)));

export const levelOf = (samples: Float32Array): Level => {
  let most = 0;
  let squares = 0;
  for (const sample of samples) {
    most = Math.max(most, Math.abs(sample));
    squares += sample * sample;
  }
  return { peak: decibels(most), rms: decibels(Math.sqrt(squares / Math.max(1, samples.length))) };
};

/** How far along a meter a level stands, 0 to 1. */
export const shareOf = (db: number): number => Math.min(1, Math.max(0, (db - floorDb) / -floorDb));

/** Judges a voice by the loudest of the last moments; times in milliseconds, never going back. */
export class LevelHistory {
  #kept: { readonly at: number; readonly level: Level }[] = [];

  add(level: Level, at: number): void {
    this.#kept = [...this.#kept.filter((one) => one.at > at - rememberMs), { level, at }];
  }

  get top(): Level {
    const most = (what: keyof Level) => this.#kept.reduce((all, { level }) => Math.max(all, level[what]), floorDb);
    return { peak: most('peak'), rms: most('rms') };
  }

  get verdict(): LevelVerdict {
    const { peak, rms } = this.top;
    if (peak >= overloadFromDb) return 'overload';
    if (rms < silentBelowDb) return 'silent';
    return rms < quietBelowDb ? 'quiet' : 'right';
  }
}

import type { LevelConfig } from '../../config/config.js';
import type { LevelSensor } from '../../ports/index.js';

/** The span that a level is taken over. */
const windowMs = 1_000;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Readings of an analog pin, 0 to 1023, over the last second.
 *
 * They are taken as the board sends them: johnny-five's Sensor goes by a timer of its own, and repeats its last value
 * when the board has fallen silent.
 */
export class Readings implements LevelSensor {
  readonly heardAt: number;
  #readings: { readonly at: number; readonly value: number }[] = [];

  constructor(
    private readonly config: Pick<LevelConfig, 'kind' | 'heardAt'>,
    private readonly monotonic: () => number,
  ) {
    this.heardAt = config.heardAt;
  }

  /**
   * ADC counts. `sound`: the mean, of a module that puts out the envelope. `current`: the RMS of the deviation from the
   * mean, of a sensor that swings around the middle of its scale.
   */
  read(): number | undefined {
    this.#forget();
    if (this.#readings.length === 0) return;
    const values = this.#readings.map(({ value }) => value);
    const middle = mean(values);
    return this.config.kind === 'sound' ? middle : Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
  }

  take(value: number): void {
    this.#forget();
    this.#readings.push({ at: this.monotonic(), value });
  }

  clear(): void {
    this.#readings = [];
  }

  #forget(): void {
    const oldest = this.monotonic() - windowMs;
    const keep = this.#readings.findIndex(({ at }) => at > oldest);
    this.#readings = keep < 0 ? [] : this.#readings.slice(keep);
  }
}

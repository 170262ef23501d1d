import { readFileSync } from 'node:fs';
import {
  type ByteLine,
  type DriverParts,
  debianFont,
  type GlyphSource,
  type Health,
  type LocalTime,
  parseUnifont,
  type SignDriver,
} from '@xiaolaba/device/peripherals';
import { Cable, type Direction } from '../cable.js';
import type { ModuleTwin, SignScene } from '../module-twin.js';
import { SteppedClock } from './stepped-clock.js';

/** Debian's GNU Unifont. */
let font: GlyphSource | undefined;
export function unifont(): GlyphSource {
  font ??= parseUnifont(readFileSync(debianFont, 'utf8'));
  return font;
}

export const brightness = { day: 100, night: 30, dayFrom: '07:00', nightFrom: '19:00' } as const;
export const evening: LocalTime = { year: 2026, month: 11, day: 22, hour: 18, minute: 59, second: 0, weekday: 7 };

/** A driver at one end of a cable, a twin at the other, and a clock moved by hand. */
export class SignBench<Twin extends ModuleTwin> {
  readonly clock = new SteppedClock();
  readonly twin: Twin;
  readonly cable: Cable;
  readonly healths: Health[] = [];
  readonly passed: { readonly direction: Direction; readonly hex: string; readonly at: number }[] = [];
  lost = 0;
  localTime: LocalTime | undefined = evening;
  #driver: SignDriver | undefined;

  constructor(twin: (clock: SteppedClock) => Twin) {
    this.twin = twin(this.clock);
    this.cable = new Cable(this.twin);
    this.cable.onBytes((direction, bytes) =>
      this.passed.push({ direction, hex: Buffer.from(bytes).toString('hex'), at: this.clock.monotonic() }),
    );
  }

  get driver(): SignDriver {
    if (this.#driver === undefined) throw new Error('not open');
    return this.#driver;
  }

  open(openDriver: (parts: DriverParts, localTime: () => LocalTime | undefined) => SignDriver): void {
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const line: ByteLine = this.cable.host;
    this.#driver = openDriver({ line, clock: this.clock, log }, () => this.localTime);
    this.#driver.onHealth((health) => this.healths.push(health));
    this.#driver.sign.onLost?.(() => this.lost++);
  }

  /** What a call came to, and how long it took; time goes on meanwhile. */
  async during<Result>(call: Promise<Result>, longestMs = 20_000) {
    let settled: { value?: Result; error?: unknown } | undefined;
    call.then(
      (value) => {
        settled = { value };
      },
      (error: unknown) => {
        settled = { error };
      },
    );
    const from = this.clock.monotonic();
    for (;;) {
      await this.clock.flush();
      const tookMs = this.clock.monotonic() - from;
      if (settled) return { ...settled, tookMs };
      if (tookMs >= longestMs) throw new Error(`not settled after ${longestMs} ms`);
      await this.clock.advance(10);
    }
  }

  /** Frames to the module since a moment of this clock. */
  sentSince(at: number): string[] {
    return this.passed.filter((one) => one.direction === 'to-module' && one.at >= at).map(({ hex }) => hex);
  }
}

/** A scene's dots, a line of text for each row. */
export function pictureOf({ strip }: SignScene): string[] {
  const bytes = Buffer.from(strip.bits, 'base64');
  const stride = Math.ceil(strip.columns / 8);
  return Array.from({ length: strip.rows }, (_, row) =>
    Array.from({ length: strip.columns }, (_, column) =>
      ((bytes[row * stride + (column >> 3)] ?? 0) >> (7 - (column & 7))) & 1 ? '#' : '.',
    ).join(''),
  );
}

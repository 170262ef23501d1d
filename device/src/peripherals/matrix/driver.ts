/** Matrix cards that take bitmaps: the whole strip is sent once, and the card scrolls it by itself. */
import { callerError, errorCode, XiaolabaError } from '@xiaolaba/protocol';
import type { SignConfig } from '../../config/config.js';
import type { DriverParts, Finding, SignDriver } from '../driver.js';
import { toHex } from '../frame-input.js';
import { crc16 } from '../onbon-bx5k/framing.js';
import { brightnessAt } from '../sign/brightness.js';
import { Dialogue } from '../sign/dialogue.js';
import { legibleDotsPerSecond } from '../sign/legibility.js';
import type { LocalClock } from '../sign/local-time.js';
import type { Picture, SignCard } from '../sign/sign-card.js';
import { SignKeeper } from '../sign/sign-keeper.js';
import { plainLines } from '../sign-text/sign-text.js';
import { codec, type MatrixFrame } from './codec.js';
import { MOST_BITS } from './frames.js';
import type { GlyphSource } from './glyphs.js';
import { type DotColumns, packRows, renderText } from './render.js';

export type MatrixOptions = Omit<Extract<SignConfig, { kind: 'matrix' }>, 'kind' | 'port' | 'font'> & {
  readonly glyphs: GlyphSource;
  readonly localTime: LocalClock;
};

export function openMatrix(parts: DriverParts, options: MatrixOptions): SignDriver {
  return new SignKeeper(parts, new MatrixCard(parts, options));
}

const confirmMs = 15_000;

type WithoutSequence<Frame> = Frame extends MatrixFrame ? Omit<Frame, 'sequence'> : never;
type Order = WithoutSequence<MatrixFrame>;
type State = Extract<MatrixFrame, { readonly kind: 'state' }>;

interface Strip extends Picture {
  readonly columns: number;
  readonly rows: number;
  readonly bits: Uint8Array;
}

class MatrixCard implements SignCard<Strip> {
  readonly #dialogue: Dialogue<MatrixFrame>;
  #sequence = 0;
  #percent: number | undefined;

  constructor(
    private readonly parts: DriverParts,
    private readonly options: MatrixOptions,
  ) {
    this.#dialogue = new Dialogue(parts, codec, { baud: options.baud });
  }

  picture(text: string): Strip {
    const [line = ''] = plainLines(text, false);
    const dots = this.#render(line);
    const bits = packRows(dots);
    if (bits.length > MOST_BITS)
      throw callerError('text-too-long', `${bits.length} bytes of dots, the sign takes ${MOST_BITS}`, {
        bytes: bits.length,
        maxBytes: MOST_BITS,
      });
    return { text: line, columns: dots.columns.length, rows: dots.height, bits };
  }

  async greet(): Promise<void> {
    this.#percent = undefined;
    const { columns, rows } = await this.#state();
    if (columns !== this.options.columns || rows !== this.options.rows)
      this.parts.log.warn({ columns, rows }, 'the sign is of another size than was configured');
    await this.attend();
  }

  async show({ columns, rows, bits }: Strip): Promise<void> {
    await this.#order({
      kind: 'show',
      columns,
      rows,
      motion: columns <= this.options.columns ? 'static' : 'left',
      dotsPerSecond: legibleDotsPerSecond,
      bits: toHex(bits),
    });
  }

  async clear(): Promise<void> {
    await this.#order({ kind: 'clear' });
  }

  async confirm(picture: Strip | undefined): Promise<boolean> {
    const { strip } = await this.#state();
    return picture === undefined || strip === crc16(picture.bits);
  }

  confirmEveryMs(): number {
    return confirmMs;
  }

  async attend(): Promise<void> {
    const percent = brightnessAt(this.options.brightness, this.options.localTime());
    if (percent === this.#percent) return;
    await this.#order({ kind: 'brightness', percent });
    this.#percent = percent;
  }

  async findings(): Promise<readonly Finding[]> {
    const { percent } = await this.#state();
    return [
      { ok: true, code: 'answers', details: { module: codec.protocol } },
      { ok: true, code: 'brightness', details: { value: percent, of: 100 } },
    ];
  }

  #render(text: string): DotColumns {
    try {
      return renderText(text, this.options.glyphs);
    } catch (error) {
      if (errorCode(error) !== 'glyph-missing' || !(error instanceof XiaolabaError)) throw error;
      throw callerError('text-not-on-sign', error.message, error.details, error);
    }
  }

  async #state(): Promise<State> {
    const sequence = this.#nextSequence();
    const answer = await this.#dialogue.order({ kind: 'ping', sequence }, (frame) =>
      frame.kind === 'state' && frame.sequence === sequence ? 'answer' : 'unrelated',
    );
    return answer as State;
  }

  async #order(order: Order): Promise<void> {
    const sequence = this.#nextSequence();
    await this.#dialogue.order({ ...order, sequence } as MatrixFrame, (frame) => {
      if (frame.kind !== 'ack' || frame.sequence !== sequence) return 'unrelated';
      if (frame.result === 'busy') return 'busy';
      return frame.result === 'done' ? 'answer' : { refused: String(frame.result) };
    });
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0xff;
    return this.#sequence;
  }
}

import { crc16, type MatrixFrame, matrixCodec } from '@xiaolaba/device/peripherals';
import type { SignScene, SignTwin } from './module-twin.js';
import { SignBody, type SignTwinOptions } from './sign-body.js';
import { isDark } from './sign-strip.js';

type Shown = Extract<MatrixFrame, { readonly kind: 'show' }>;
type Result = Extract<MatrixFrame, { readonly kind: 'ack' }>['result'];

export type MatrixTwinOptions = Omit<SignTwinOptions, 'glyphs'>;

/** A matrix card that takes bitmaps: it knows dots, no text and no font. */
export class MatrixTwin implements SignTwin {
  readonly protocol = 'matrix';
  readonly #body: SignBody;
  readonly #decoder = matrixCodec.decoder();
  #shown: (Shown & { readonly since: number }) | undefined;
  #percent = 100;
  #busyFor = 0;

  constructor(private readonly options: MatrixTwinOptions) {
    this.#body = new SignBody(options, {
      received: (bytes) => this.#received(bytes),
      forget: () => this.#forget(),
      started: () => {},
    });
  }

  get scene(): SignScene | undefined {
    return this.#body.scene;
  }
  onScene(call: (scene: SignScene | undefined) => void): void {
    this.#body.onScene(call);
  }
  onSend(call: (bytes: Uint8Array) => void): void {
    this.#body.onSend(call);
  }
  setPowered(on: boolean): void {
    this.#body.setPowered(on);
  }
  receive(bytes: Uint8Array): void {
    this.#body.receive(bytes);
  }
  /** Takes bytes and answers nothing, and goes on showing what it shows. */
  hang(): void {
    this.#body.hang();
  }
  recover(): void {
    this.#body.recover();
  }
  /** Answers the next orders with busy. */
  beBusy(orders: number): void {
    this.#busyFor = orders;
  }

  #forget(): void {
    this.#decoder.reset();
    this.#shown = undefined;
    this.#percent = 100;
    this.#busyFor = 0;
  }

  #received(bytes: Uint8Array): void {
    for (const frame of this.#decoder.push(bytes).frames) {
      if (frame.kind === 'ack' || frame.kind === 'state') continue;
      if (frame.kind === 'ping') this.#answerState(frame.sequence);
      else this.#send({ kind: 'ack', sequence: frame.sequence, result: this.#obey(frame) });
    }
  }

  #obey(frame: Exclude<MatrixFrame, { readonly kind: 'ping' | 'ack' | 'state' }>): Result {
    if (this.#busyFor > 0) {
      this.#busyFor--;
      return 'busy';
    }
    if (frame.kind === 'unknown') return known.includes(frame.command) ? 'malformed' : 'unknown-command';
    if (frame.kind === 'brightness') this.#percent = frame.percent;
    else this.#shown = frame.kind === 'clear' ? undefined : { ...frame, since: this.options.clock.monotonic() };
    this.#body.show(this.#sceneOf());
    return 'done';
  }

  #sceneOf(): SignScene | undefined {
    if (this.#shown === undefined) return undefined;
    const { columns, rows, bits, motion, dotsPerSecond, since } = this.#shown;
    const strip = { columns, rows, bits: Buffer.from(bits, 'hex').toString('base64') };
    if (isDark(strip)) return undefined;
    return {
      columns: this.options.columns,
      rows: this.options.rows,
      colour: this.options.colour ?? 'red',
      brightness: this.#percent / 100,
      strip,
      motion: motion === 'left' ? 'left' : 'static',
      dotsPerSecond,
      stayMs: 0,
      since,
    };
  }

  #answerState(sequence: number): void {
    const { columns, rows } = this.options;
    const strip = this.#shown && { strip: crc16(Buffer.from(this.#shown.bits, 'hex')) };
    this.#send({ kind: 'state', sequence, columns, rows, percent: this.#percent, ...strip });
  }

  #send(frame: MatrixFrame): void {
    this.#body.reply(matrixCodec.encode(frame));
  }
}

/** Commands whose payload may be wrong. */
const known: readonly number[] = [1, 2, 3, 4];

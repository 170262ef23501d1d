import { codecs, type FrameCodec, isProtocolName, matrixCodec, type StreamDecoder } from '@xiaolaba/device/peripherals';
import type { Direction } from '../peripherals/modules/cable.js';
import type { SerialFrame } from './contract.js';

type AnyFrame = { readonly kind: string };
export type Seen = Pick<SerialFrame, 'hex' | 'frame' | 'error'>;

/** Reads what passes on a cable, in both directions. */
export class Monitor {
  readonly #decoders: Readonly<Record<Direction, StreamDecoder<AnyFrame> | undefined>>;

  private constructor(
    private readonly codec: FrameCodec<AnyFrame> | undefined,
    private readonly seen: (direction: Direction, seen: Seen) => void,
  ) {
    this.#decoders = { 'to-module': codec?.decoder(), 'to-host': codec?.decoder() };
  }

  /** What has no codec (Firmata) is shown as it is. */
  static async of(protocol: string, seen: (direction: Direction, seen: Seen) => void): Promise<Monitor> {
    if (protocol === matrixCodec.protocol) return new Monitor(matrixCodec as FrameCodec<AnyFrame>, seen);
    return new Monitor(isProtocolName(protocol) ? await codecs[protocol]() : undefined, seen);
  }

  take(direction: Direction, bytes: Uint8Array): void {
    const decoder = this.#decoders[direction];
    if (!decoder || !this.codec) {
      this.seen(direction, { hex: Buffer.from(bytes).toString('hex'), frame: null, error: null });
      return;
    }
    const { frames, errors } = decoder.push(bytes);
    for (const frame of frames)
      this.seen(direction, { hex: Buffer.from(this.codec.encode(frame)).toString('hex'), frame, error: null });
    for (const { code } of errors)
      this.seen(direction, { hex: Buffer.from(bytes).toString('hex'), frame: null, error: code });
  }
}

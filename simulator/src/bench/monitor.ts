import { codecs, type FrameCodec, isProtocolName, matrixCodec, type StreamDecoder } from '@xiaolaba/device/peripherals';
import type { Direction } from '../peripherals/modules/cable.js';
import type { SerialFrame } from './contract.js';
import { FirmataReader } from './firmata-frames.js';

type AnyFrame = { readonly kind: string };
export type Seen = Pick<SerialFrame, 'hex' | 'frame' | 'error'>;
type Read = (bytes: Uint8Array) => Seen[];

/** A board reports its inputs fifty times a second; a person reads one in this time, milliseconds. */
const reportEveryMs = 1_000;

/** Reads what passes on a cable, in both directions. */
export class Monitor {
  readonly #read: Readonly<Record<Direction, Read>>;

  private constructor(
    make: () => Read,
    private readonly seen: (direction: Direction, seen: Seen) => void,
  ) {
    this.#read = { 'to-module': make(), 'to-host': make() };
  }

  static async of(
    protocol: string,
    monotonic: () => number,
    seen: (direction: Direction, seen: Seen) => void,
  ): Promise<Monitor> {
    if (protocol === matrixCodec.protocol) return new Monitor(() => decoded(matrixCodec), seen);
    if (isProtocolName(protocol)) {
      const codec = await codecs[protocol]();
      return new Monitor(() => decoded(codec), seen);
    }
    return new Monitor(() => firmata(monotonic), seen);
  }

  take(direction: Direction, bytes: Uint8Array): void {
    for (const seen of this.#read[direction](bytes)) this.seen(direction, seen);
  }
}

function decoded(codec: FrameCodec<AnyFrame>): Read {
  const decoder: StreamDecoder<AnyFrame> = codec.decoder();
  return (bytes) => {
    const { frames, errors } = decoder.push(bytes);
    return [
      ...frames.map((frame) => ({ hex: Buffer.from(codec.encode(frame)).toString('hex'), frame, error: null })),
      ...errors.map(({ code }) => ({ hex: Buffer.from(bytes).toString('hex'), frame: null, error: code })),
    ];
  };
}

function firmata(monotonic: () => number): Read {
  const reader = new FirmataReader();
  const shownAt = new Map<unknown, number>();
  return (bytes) =>
    reader.push(bytes).flatMap(({ frame, hex }) => {
      if (frame.kind === 'analog') {
        const { channel } = frame;
        if (monotonic() - (shownAt.get(channel) ?? Number.NEGATIVE_INFINITY) < reportEveryMs) return [];
        shownAt.set(channel, monotonic());
      }
      return [{ hex, frame, error: null }];
    });
}

/** What a decoder could not read: where, and why, as a stable code. */
export interface CodecError {
  readonly code: string;
  readonly message: string;
  /** Of the first byte concerned, counted from the first byte that the decoder was ever given. */
  readonly offset: number;
}

export interface Decoded<Frame> {
  readonly frames: readonly Frame[];
  readonly errors: readonly CodecError[];
}

/**
 * Takes bytes as they come, split or joined anyhow, and finds frames again after noise.
 * Total: no input makes it throw or loop, and it holds at most `maxHeldBytes` of an unfinished frame.
 */
export interface StreamDecoder<Frame> {
  push(bytes: Uint8Array): Decoded<Frame>;
  /** Bytes of a frame that has begun and not ended. */
  readonly rest: Uint8Array;
  /**
   * For protocols where only silence tells that a frame has ended: takes what is held as it stands, as far as it is
   * whole. To be called where the input ends, or the line has been silent for long enough.
   */
  end?(): Decoded<Frame>;
  /** Forgets what it holds: the line was silent for too long, or was plugged anew. */
  reset(): void;
}

/**
 * A protocol as pure bytes ⇄ values. Frames are plain JSON values with a `kind`; bytes that have no meaning of their
 * own are hexadecimal strings in them. A frame says all that is needed to write the very same bytes again.
 */
export interface FrameCodec<Frame extends { readonly kind: string }> {
  /** As on the command line: `dfplayer`, `jt808`, … */
  readonly protocol: string;
  readonly maxHeldBytes: number;
  decoder(): StreamDecoder<Frame>;
  /** @throws XiaolabaError (caller) `frame-malformed` with `details.problems` where the value is no frame of this protocol */
  encode(frame: unknown): Uint8Array;
}

import type { CodecError, Decoded, StreamDecoder } from './codec.js';

/** What a protocol makes of the bytes at the point where it stands. */
export type Step<Frame> =
  | { readonly kind: 'frame'; readonly length: number; readonly frame: Frame }
  | { readonly kind: 'error'; readonly length: number; readonly code: string; readonly message: string }
  /** Bytes that can't begin a frame. */
  | { readonly kind: 'noise'; readonly length: number }
  /** Not decided yet; the first `searched` bytes need not be looked at again. */
  | { readonly kind: 'more'; readonly searched: number };

/**
 * Looks at `bytes`, which is never empty. It must decide alike for any continuation that it has not seen, and return
 * `more` only while it holds fewer than the protocol's longest frame: chunking must not change what is found.
 * With `hasEnded` nothing follows for now: what may go on but need not is then whole.
 */
export type StepFunction<Frame> = (bytes: Uint8Array, searched: number, hasEnded: boolean) => Step<Frame>;

const none = new Uint8Array(0);
const roomAtFirst = 256;

/** Bytes that are waiting. Adding to them costs in proportion to what is added, however many wait already. */
class Waiting {
  private room = none;
  private length = 0;

  get bytes(): Uint8Array {
    return this.room.subarray(0, this.length);
  }

  append(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (length > this.room.length) {
      const room = new Uint8Array(Math.max(roomAtFirst, 2 * length));
      room.set(this.bytes);
      this.room = room;
    }
    this.room.set(bytes, this.length);
    this.length = length;
  }

  /** Forgets the first bytes, and gives back room that one large piece once needed. */
  drop(count: number): void {
    this.room.copyWithin(0, count, this.length);
    this.length -= count;
    const enough = Math.max(roomAtFirst, 2 * this.length);
    if (this.room.length > 4 * enough) this.room = this.room.slice(0, enough);
  }
}

/**
 * Drives a step function over a stream. A run of noise is one error at its first byte; noise that follows another
 * error belongs to that error. `isDebris` names held bytes that only then, after an error, are no frame's beginning.
 */
export function resyncDecoder<Frame>(
  step: StepFunction<Frame>,
  isDebris: (held: Uint8Array) => boolean = () => false,
): StreamDecoder<Frame> {
  const held = new Waiting();
  let searched = 0;
  let offset = 0;
  let afterError = false;

  function find(hasEnded: boolean): Decoded<Frame> {
    const frames: Frame[] = [];
    const errors: CodecError[] = [];
    const all = held.bytes;
    let at = 0;
    while (at < all.length) {
      const found = step(at === 0 ? all : all.subarray(at), searched, hasEnded);
      if (found.kind === 'more') {
        searched = found.searched;
        break;
      }
      searched = 0;
      if (found.kind === 'frame') {
        frames.push(found.frame);
        afterError = false;
      } else if (found.kind === 'error' || !afterError) {
        errors.push(
          found.kind === 'error'
            ? { code: found.code, message: found.message, offset: offset + at }
            : { code: 'noise', message: 'bytes between frames', offset: offset + at },
        );
        afterError = true;
      }
      at += found.length;
    }
    offset += at;
    held.drop(at);
    return { frames, errors };
  }

  return {
    push(bytes) {
      held.append(bytes);
      return find(false);
    },
    end: () => find(true),
    get rest() {
      return afterError && isDebris(held.bytes) ? none : held.bytes.slice();
    },
    reset() {
      offset += held.bytes.length;
      held.drop(held.bytes.length);
      searched = 0;
      afterError = false;
    },
  };
}

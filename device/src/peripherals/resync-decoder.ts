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
 */
export type StepFunction<Frame> = (bytes: Uint8Array, searched: number) => Step<Frame>;

const none = new Uint8Array(0);

function joined(held: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (held.length === 0) return bytes;
  const all = new Uint8Array(held.length + bytes.length);
  all.set(held);
  all.set(bytes, held.length);
  return all;
}

/**
 * Drives a step function over a stream. A run of noise is one error at its first byte; noise that follows another
 * error belongs to that error. `isDebris` names held bytes that only then, after an error, are no frame's beginning.
 */
export function resyncDecoder<Frame>(
  step: StepFunction<Frame>,
  isDebris: (held: Uint8Array) => boolean = () => false,
): StreamDecoder<Frame> {
  let held: Uint8Array = none;
  let searched = 0;
  let offset = 0;
  let afterError = false;

  function push(bytes: Uint8Array): Decoded<Frame> {
    const frames: Frame[] = [];
    const errors: CodecError[] = [];
    const all = joined(held, bytes);
    let at = 0;
    while (at < all.length) {
      const found = step(at === 0 ? all : all.subarray(at), searched);
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
    // A copy: the caller may use its buffer again.
    held = at === all.length ? none : all.slice(at);
    return { frames, errors };
  }

  return {
    push,
    get rest() {
      return afterError && isDebris(held) ? none : held.slice();
    },
    reset() {
      offset += held.length;
      held = none;
      searched = 0;
      afterError = false;
    },
  };
}

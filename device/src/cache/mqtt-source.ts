import {
  type BlobRef,
  type Chunk,
  decodeChunk,
  encodeMessage,
  maxWindowBytes,
  type Want,
  worldError,
  XiaolabaError,
} from '@xiaolaba/protocol';
import type { Life } from '../life.js';
import type { BlobSource, BlobStream } from './blob-source.js';

/** An answer that has not come after so long does not come. */
const patienceMs = 30_000;
/** The link is to be busy with a window for about so long: what is sent down meanwhile, a stop order say, waits. */
const windowMs = 2_000;
const smallest = 4 * 1024;
const first = 16 * 1024;
/** How windows grow once one was lost: the next loss is not to come with the next window. */
const cautious = 1.125;

/** What was asked for last. */
interface Window {
  readonly ref: BlobRef;
  readonly from: number;
  readonly end: number;
  /** Offset that the next chunk has. */
  next: number;
  readonly arrived: Uint8Array[];
  failed: XiaolabaError | undefined;
  wake: () => void;
}

/** Blobs in chunks over MQTT, for devices without HTTP: one window after the other, as large as the link carries. */
export class MqttSource implements BlobSource {
  readonly holdBytes = maxWindowBytes;
  #windowBytes = first;
  #growth = 2;
  #window: Window | undefined;

  constructor(
    private readonly life: Life,
    private readonly want: (payload: Uint8Array) => Promise<void>,
  ) {}

  async open(ref: BlobRef, from: number, signal: AbortSignal): Promise<BlobStream> {
    return { from, parts: this.#parts(ref, from, signal) };
  }

  /** A chunk has come. One that nobody waits for is from a window that was given up. */
  receive(payload: Uint8Array): void {
    const window = this.#window;
    if (!window || window.failed) return;
    try {
      this.#take(window, decodeChunk(payload));
    } catch (error) {
      if (!(error instanceof XiaolabaError)) throw error;
      // The chunks behind it are of no use without it.
      window.failed = error;
    }
    window.wake();
  }

  /** The connection is gone, and with it what was on its way. */
  closed(): void {
    const window = this.#window;
    if (!window) return;
    window.failed ??= worldError('link-closed', 'the connection closed');
    window.wake();
  }

  #take(window: Window, chunk: Chunk): void {
    const { sha256, bytes: size } = window.ref;
    if (chunk.sha256 !== sha256 || (chunk.kind !== 'bytes' && chunk.offset !== window.from)) return;
    if (chunk.kind === 'missing') throw worldError('blob-missing', 'the gateway has no such blob', { sha256 });
    if (chunk.kind === 'later') throw worldError('blob-refused', 'the gateway serves nothing now', { sha256 });
    if (chunk.size !== size)
      throw worldError('blob-corrupt', 'not as large as announced', { sha256, bytes: chunk.size });
    // It came twice, as it may with QoS 1.
    if (chunk.kind === 'past-end' || chunk.offset < window.next) return;
    if (chunk.offset > window.next || chunk.offset + chunk.bytes.length > window.end)
      throw worldError('chunk-out-of-order', 'not the next one', { offset: chunk.offset, next: window.next });
    window.next += chunk.bytes.length;
    // The link's buffer is used again.
    window.arrived.push(Uint8Array.from(chunk.bytes));
  }

  async *#parts(ref: BlobRef, from: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let at = from; at < ref.bytes; ) {
      // Between windows only: the gateway serves one at a time, and would refuse what is asked for meanwhile.
      if (signal.aborted) throw worldError('link-closed', 'broken off', { sha256: ref.sha256 });
      const end = Math.min(at + this.#windowBytes, ref.bytes);
      const began = this.life.clock.monotonic();
      const window: Window = { ref, from: at, end, next: at, arrived: [], failed: undefined, wake: () => {} };
      this.#window = window;
      try {
        await this.want(encodeMessage({ v: 1, sha256: ref.sha256, from: at, most: end - at } satisfies Want));
        while (at < end) {
          const part = await this.#next(window);
          at += part.length;
          yield part;
        }
      } finally {
        this.#window = undefined;
      }
      this.#adapt(end - window.from, this.life.clock.monotonic() - began);
    }
  }

  async #next(window: Window): Promise<Uint8Array> {
    while (window.arrived.length === 0 && !window.failed) {
      const woken = new AbortController();
      window.wake = () => woken.abort();
      await this.life.sleep(patienceMs, AbortSignal.any([this.life.signal, woken.signal]));
      if (!woken.signal.aborted) window.failed = worldError('link-closed', 'no chunk came');
    }
    const part = window.arrived.shift();
    if (part) return part;
    // A link that broke under this load, or lost some of it, is to carry less at a time.
    if (!window.failed?.code.startsWith('blob-')) {
      this.#windowBytes = Math.max(smallest, Math.floor(this.#windowBytes / 2));
      this.#growth = cautious;
    }
    throw window.failed;
  }

  /** After a whole window: more the next time, but no more than the link carries in its time. */
  #adapt(bytes: number, tookMs: number): void {
    if (bytes < this.#windowBytes) return;
    const carried = tookMs > 0 ? Math.floor(bytes * (windowMs / tookMs)) : maxWindowBytes;
    this.#windowBytes = Math.min(maxWindowBytes, Math.floor(this.#growth * bytes), Math.max(smallest, carried));
  }
}

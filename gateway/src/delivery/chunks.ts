import { type Chunk, encodeChunk, errorCode, maxChunkBytes, type Want } from '@xiaolaba/protocol';
import type { Logger } from 'pino';
import { type BlobStore, createJobGate } from '../library/index.js';
import { Allowance, type Rate } from './allowance.js';

/** For each device, in chunks: at once twice the cache of a bike lock, and then 128 KiB a second. */
const defaultRate: Rate = { burst: 256, perSecond: 4 };
/** Windows that are in memory at once, up to 128 KiB each; the others wait for their turn. */
const windowsAtOnce = 64;

export interface ChunksDeps {
  readonly blobs: BlobStore;
  /** Whether the device may read blobs, as over HTTP. */
  readonly mayRead: (device: string) => boolean;
  /** Resolves when the chunk has been written to the device's socket, so that one follows the other. */
  readonly publish: (device: string, payload: Uint8Array) => Promise<void>;
  readonly run: (name: string, work: () => Promise<void>) => void;
  readonly now: () => number;
  readonly log: Logger;
  readonly rate?: Rate;
}

/** What is known of one device. */
interface Taker {
  readonly allowance: Allowance;
  /** What it has asked for and not wholly got; gone with its connection. */
  window: Want | undefined;
  /** A refusal is on its way: further ones are left out, so that a flood is not answered by another. */
  refusing: boolean;
}

/** Blobs in chunks over MQTT, for devices without HTTP: one window at a time for each. */
export class Chunks {
  readonly #takers = new Map<string, Taker>();
  readonly #gate = createJobGate(windowsAtOnce);

  constructor(private readonly deps: ChunksDeps) {}

  /** A device asks. What it gets (or that it gets nothing now) comes as chunks, later on. */
  want(device: string, want: Want): void {
    if (!this.deps.mayRead(device)) return;
    const taker = this.#takerOf(device);
    if (taker.window || !taker.allowance.take(Math.ceil(want.most / maxChunkBytes))) {
      this.#refuse(device, taker, want);
      return;
    }
    taker.window = want;
    this.deps.run('chunks', () =>
      this.#gate.run(device, async () => {
        try {
          await this.#serve(device, taker, want);
        } finally {
          if (taker.window === want) taker.window = undefined;
        }
      }),
    );
  }

  /** Its connection is gone, and what was on its way with it. */
  gone(device: string): void {
    const taker = this.#takers.get(device);
    if (taker) taker.window = undefined;
  }

  #takerOf(device: string): Taker {
    const known = this.#takers.get(device);
    if (known) return known;
    const { rate = defaultRate, now } = this.deps;
    const taker: Taker = { allowance: new Allowance(rate, now), window: undefined, refusing: false };
    this.#takers.set(device, taker);
    return taker;
  }

  #refuse(device: string, taker: Taker, { sha256, from }: Want): void {
    if (taker.refusing) return;
    taker.refusing = true;
    this.deps.run('chunks', async () => {
      try {
        await this.#push(device, { kind: 'later', sha256, offset: from });
      } finally {
        taker.refusing = false;
      }
    });
  }

  async #serve(device: string, taker: Taker, want: Want): Promise<void> {
    const { sha256, from } = want;
    if (taker.window !== want) return;
    let found: Chunk | { readonly size: number; readonly bytes: Buffer };
    try {
      found = await this.#read(want);
    } catch (error) {
      this.deps.log.warn({ device, sha256, code: errorCode(error) }, 'blob not served');
      found = { kind: 'later', sha256, offset: from };
    }
    const chunks = 'kind' in found ? [found] : chunksOf(want, found.size, found.bytes);
    for (const [index, chunk] of chunks.entries()) {
      if (taker.window !== want || !this.deps.mayRead(device)) return;
      // A device that has read the last one may ask for more before we hear that it was written.
      if (index === chunks.length - 1) taker.window = undefined;
      if (!(await this.#push(device, chunk))) return;
    }
  }

  async #read({ sha256, from, most }: Want): Promise<Chunk | { readonly size: number; readonly bytes: Buffer }> {
    const { blobs } = this.deps;
    const found = await blobs.find(sha256);
    if (found === undefined) return { kind: 'missing', sha256, offset: from };
    const { size, bytes } = found;
    if (from >= size) return { kind: 'past-end', sha256, size, offset: from };
    if (bytes) return { size, bytes: bytes.subarray(from, Math.min(from + most, size)) };
    const { stream } = await blobs.open(sha256, { start: from, end: Math.min(from + most, size) - 1 });
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    return { size, bytes: Buffer.concat(parts) };
  }

  /** Whether it was written. A device that has gone, or reads too slowly, asks again when it is back. */
  async #push(device: string, chunk: Chunk): Promise<boolean> {
    try {
      await this.deps.publish(device, encodeChunk(chunk));
      return true;
    } catch (error) {
      if (errorCode(error) === 'internal') throw error;
      this.deps.log.debug({ device, code: errorCode(error) }, 'chunk not written');
      return false;
    }
  }
}

function chunksOf({ sha256, from }: Want, size: number, bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at < bytes.length; at += maxChunkBytes)
    chunks.push({ kind: 'bytes', sha256, size, offset: from + at, bytes: bytes.subarray(at, at + maxChunkBytes) });
  return chunks;
}

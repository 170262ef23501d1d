import type { ServerResponse } from 'node:http';
import { type BlobRef, type Chunk, maxChunkBytes, type Want } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';

/** The files that a harness serves, and where it lets a download break off. */
export class BlobShelf {
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #spoilt = new Map<string, Uint8Array>();
  readonly #breaks = new Map<string, number>();

  add(bytes: Uint8Array): BlobRef {
    const name = sha256(bytes);
    this.#blobs.set(name, bytes);
    return { sha256: name, bytes: bytes.length };
  }

  /** Serves other bytes under a name than the ones it stands for. */
  spoil(name: string, bytes: Uint8Array): void {
    this.#spoilt.set(name, bytes);
  }

  /** The bytes that the name stands for. */
  original(name: string): Uint8Array | undefined {
    return this.#blobs.get(name);
  }

  /** The next download of this blob breaks off after so many bytes. */
  breakOff(name: string, afterBytes: number): void {
    this.#breaks.set(name, afterBytes);
  }

  /** The bytes that are served under a name. */
  served(name: string): Uint8Array | undefined {
    return this.#spoilt.get(name) ?? this.#blobs.get(name);
  }

  /** How many bytes of an answer pass before it breaks off, once. */
  #takeBreak(name: string): number | undefined {
    const after = this.#breaks.get(name);
    this.#breaks.delete(name);
    return after;
  }

  /** Answers a GET, and says with which status and from which byte. */
  serve(name: string, range: string | undefined, response: ServerResponse): { status: number; from: number } {
    const bytes = this.served(name);
    const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
    const from = match ? Number(match[1]) : 0;
    const status = !bytes ? 404 : match && from >= bytes.length ? 416 : match ? 206 : 200;
    if (!bytes || status === 416) {
      if (bytes) response.setHeader('content-range', `bytes */${bytes.length}`);
      const code = status === 404 ? 'blob-missing' : 'range-invalid';
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ code }));
      return { status, from };
    }
    const to = match?.[2] ? Math.min(Number(match[2]), bytes.length - 1) : bytes.length - 1;
    const body = bytes.subarray(from, to + 1);
    if (match) response.setHeader('content-range', `bytes ${from}-${to}/${bytes.length}`);
    response.writeHead(status, {
      'content-type': 'application/octet-stream',
      'content-length': body.length,
      'accept-ranges': 'bytes',
      etag: `"${name}"`,
    });
    const after = this.#takeBreak(name);
    if (after === undefined || after >= body.length) response.end(body);
    else response.write(body.subarray(0, after), () => setTimeout(() => response.destroy(), 20));
    return { status, from };
  }

  /** What answers a `want`, and whether the line breaks after it. */
  window({ sha256: name, from, most }: Want): { readonly chunks: readonly Chunk[]; readonly breaks: boolean } {
    const bytes = this.served(name);
    if (!bytes) return { chunks: [{ kind: 'missing', sha256: name, offset: from }], breaks: false };
    const size = bytes.length;
    if (from >= size) return { chunks: [{ kind: 'past-end', sha256: name, size, offset: from }], breaks: false };
    const end = Math.min(from + most, size);
    const after = this.#breaks.get(name);
    const breaks = after !== undefined && after < end;
    if (breaks) this.#breaks.delete(name);
    const chunks: Chunk[] = [];
    for (let offset = from; offset < (breaks ? Math.max(from + 1, after) : end); offset += maxChunkBytes) {
      const part = bytes.subarray(offset, Math.min(offset + maxChunkBytes, end));
      chunks.push({ kind: 'bytes', sha256: name, size, offset, bytes: part });
    }
    return { chunks, breaks };
  }
}

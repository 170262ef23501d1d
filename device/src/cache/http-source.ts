import { type BlobRef, worldError } from '@xiaolaba/protocol';
import type { Network } from '../ports/index.js';
import type { BlobSource, BlobStream } from './blob-source.js';

/** Blobs over HTTP, with ranges. */
export class HttpSource implements BlobSource {
  /** Small files cost one write only. */
  readonly holdBytes = 256 * 1024;

  constructor(
    private readonly network: Network,
    private readonly authorization: string,
  ) {}

  async open({ sha256 }: BlobRef, from: number, signal: AbortSignal): Promise<BlobStream> {
    const { authorization } = this;
    const range: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
    const response = await this.network
      .fetch(`/blobs/${sha256}`, { headers: { authorization, ...range }, signal })
      .catch((cause: unknown) => {
        throw worldError('link-closed', 'no answer from the gateway', {}, cause);
      });
    const { status } = response;
    if (status === 416 || (from > 0 && status === 206 && !continues(response, from)))
      throw worldError('blob-no-range', 'the gateway does not go on from there', { status });
    if (status === 404 || status === 410) throw worldError('blob-missing', 'the gateway has no such blob', { sha256 });
    if (status !== 200 && status !== 206) throw worldError('blob-refused', `HTTP ${status}`, { status });
    return { from: status === 200 ? 0 : from, parts: partsOf(response) };
  }
}

const continues = (response: Response, from: number): boolean =>
  response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true;

async function* partsOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  try {
    for (;;) {
      const part = await reader?.read().catch((cause: unknown) => {
        throw worldError('link-closed', 'the download broke off', {}, cause);
      });
      if (!part || part.done) return;
      yield part.value;
    }
  } finally {
    // Whoever stops in the middle has no use for the rest.
    await reader?.cancel().catch(() => {});
  }
}

import { type BlobRef, worldError } from '@xiaolaba/protocol';
import type { Network } from '../ports/index.js';
import type { BlobCache } from './blob-cache.js';

/** So much is held in memory before it goes to the medium: small files cost one write only. */
const flushBytes = 256 * 1024;

/**
 * Fetches one blob into the cache, going on where a former attempt broke off.
 * @throws XiaolabaError `storage-full`, `storage-failed`; `blob-corrupt`, `blob-missing` (asking again soon is no
 *   use); `blob-refused`, `link-closed` (it may work later)
 */
export async function download(
  cache: BlobCache,
  network: Network,
  ref: BlobRef,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  let have = await cache.partialSize(ref.sha256);
  if (have > ref.bytes) {
    await cache.dropPartial(ref.sha256);
    have = 0;
  }
  await cache.makeRoom(ref.bytes - have);
  if (have === ref.bytes) return cache.complete(ref, new Uint8Array(), true);

  const range: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  const response = await network
    .fetch(`/blobs/${ref.sha256}`, { headers: { ...headers, ...range }, signal })
    .catch((cause: unknown) => {
      throw worldError('link-closed', 'no answer from the gateway', {}, cause);
    });
  if (response.status === 416 || (have > 0 && response.status === 206 && !continues(response, have))) {
    await cache.dropPartial(ref.sha256);
    throw worldError('blob-refused', 'the gateway does not go on from there', { status: response.status });
  }
  if (response.status === 404 || response.status === 410)
    throw worldError('blob-missing', 'the gateway has no such blob', { sha256: ref.sha256 });
  if (response.status !== 200 && response.status !== 206)
    throw worldError('blob-refused', `HTTP ${response.status}`, { status: response.status });
  if (response.status === 200 && have > 0) {
    await cache.dropPartial(ref.sha256);
    have = 0;
  }
  await receive(cache, ref, response, have);
}

const continues = (response: Response, from: number): boolean =>
  response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true;

async function receive(cache: BlobCache, ref: BlobRef, response: Response, from: number): Promise<void> {
  let onMedium = from;
  let received = from;
  let waiting: Uint8Array[] = [];
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const bytes = Buffer.concat(waiting);
    waiting = [];
    await cache.appendPartial(ref.sha256, bytes);
    onMedium += bytes.length;
  };
  const reader = response.body?.getReader();
  for (;;) {
    const chunk = await reader?.read().catch(async (cause: unknown) => {
      await flush();
      throw worldError('link-closed', 'the download broke off', {}, cause);
    });
    if (!chunk || chunk.done) break;
    received += chunk.value.length;
    if (received > ref.bytes) {
      await reader?.cancel().catch(() => {});
      if (onMedium > 0) await cache.dropPartial(ref.sha256);
      throw worldError('blob-corrupt', 'more bytes than announced', { sha256: ref.sha256, bytes: ref.bytes });
    }
    waiting.push(chunk.value);
    if (received - onMedium >= flushBytes) await flush();
  }
  if (received < ref.bytes) {
    await flush();
    throw worldError('link-closed', 'the download ended early', { bytes: received, of: ref.bytes });
  }
  await cache.complete(ref, waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting), onMedium > 0);
}

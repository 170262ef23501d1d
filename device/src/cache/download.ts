import { type BlobRef, errorCode, worldError } from '@xiaolaba/protocol';
import type { BlobCache } from './blob-cache.js';
import type { BlobSource, BlobStream } from './blob-source.js';

/**
 * Fetches one blob into the cache, going on where a former attempt broke off.
 * @throws XiaolabaError `storage-full`, `storage-failed`; and as the source
 */
export async function download(cache: BlobCache, source: BlobSource, ref: BlobRef, signal: AbortSignal): Promise<void> {
  let have = await cache.partialSize(ref.sha256);
  if (have > ref.bytes) {
    await cache.dropPartial(ref.sha256);
    have = 0;
  }
  await cache.makeRoom(ref.bytes - have);
  if (have === ref.bytes) return cache.complete(ref, new Uint8Array(), true);

  const stream = await source.open(ref, have, signal).catch(async (error: unknown) => {
    if (errorCode(error) === 'blob-no-range') await cache.dropPartial(ref.sha256);
    throw error;
  });
  if (stream.from < have) await cache.dropPartial(ref.sha256);
  await receive(cache, ref, stream, source.holdBytes);
}

async function receive(cache: BlobCache, ref: BlobRef, { from, parts }: BlobStream, holdBytes: number): Promise<void> {
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
  try {
    for await (const part of parts) {
      received += part.length;
      if (received > ref.bytes)
        throw worldError('blob-corrupt', 'more bytes than announced', { sha256: ref.sha256, bytes: ref.bytes });
      waiting.push(part);
      if (received - onMedium >= holdBytes) await flush();
    }
    if (received < ref.bytes)
      throw worldError('link-closed', 'the download ended early', { bytes: received, of: ref.bytes });
  } catch (error) {
    if (errorCode(error) !== 'blob-corrupt') await flush();
    else if (onMedium > 0) await cache.dropPartial(ref.sha256);
    throw error;
  }
  await cache.complete(ref, waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting), onMedium > 0);
}

import type { BlobRef } from '@xiaolaba/protocol';

/** A blob on its way, in order and without gaps. */
export interface BlobStream {
  /** Offset of the first byte: what was asked for, or 0 where the source can't go on. */
  readonly from: number;
  readonly parts: AsyncIterable<Uint8Array>;
}

/** Where blobs come from. What comes is not to be trusted before its hash is checked. */
export interface BlobSource {
  /** So many bytes are held in memory before they go to the medium: what a power cut may cost. */
  readonly holdBytes: number;
  /**
   * Begins to fetch. The parts throw like this call.
   * @throws XiaolabaError `blob-missing`, `blob-corrupt` (asking again soon is no use); `blob-no-range` (what there is
   *   is no beginning of it); `blob-refused`, `link-closed` (it may work later)
   */
  open(ref: BlobRef, from: number, signal: AbortSignal): Promise<BlobStream>;
}

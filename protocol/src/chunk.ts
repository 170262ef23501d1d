import { crc32 } from './crc32.js';
import { bugError, callerError } from './errors.js';
import { maxBlobBytes } from './ids.js';

/** Bytes of a blob in one chunk at most: a packet stays far below what a broker takes. */
export const maxChunkBytes = 32 * 1024;
/** Bytes that one `want` may ask for. */
export const maxWindowBytes = 128 * 1024;

/** What answers a `want`. `offset` is where the bytes belong, or the `from` that can't be served. */
export type Chunk =
  | {
      readonly kind: 'bytes';
      readonly sha256: string;
      /** Bytes of the whole blob. */
      readonly size: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  /** The blob ends at or before the offset. */
  | { readonly kind: 'past-end'; readonly sha256: string; readonly size: number; readonly offset: number }
  /** There is no such blob. */
  | { readonly kind: 'missing'; readonly sha256: string; readonly offset: number }
  /** Not now; ask again after a while. */
  | { readonly kind: 'later'; readonly sha256: string; readonly offset: number };

const version = 1;
/** By their number on the wire. */
const kinds = ['bytes', 'missing', 'later', 'past-end'] as const;

const at = { version: 0, kind: 1, sha256: 2, size: 34, offset: 38, bytes: 42 } as const;
const checkBytes = 4;
/** What a chunk has beside the bytes of the blob; a refusal is no longer than this. */
export const chunkOverheadBytes = at.bytes + checkBytes;

/** Why a chunk does not hold together, if it doesn't. */
function fault(kind: Chunk['kind'], size: number, offset: number, length: number): string | undefined {
  if (size > maxBlobBytes || offset > maxBlobBytes) return 'beyond the largest blob';
  if (kind === 'bytes') {
    if (length === 0 || length > maxChunkBytes) return `${length} bytes`;
    return offset + length > size ? 'beyond the end' : undefined;
  }
  if (length > 0) return 'bytes without a use';
  if (kind === 'past-end') return offset < size ? 'not past the end' : undefined;
  return size > 0 ? 'a size without a blob' : undefined;
}

/** The payload of a `chunk`. @throws XiaolabaError `chunk-unencodable`, a bug of the caller */
export function encodeChunk(chunk: Chunk): Uint8Array {
  const bytes = chunk.kind === 'bytes' ? chunk.bytes : new Uint8Array();
  const size = 'size' in chunk ? chunk.size : 0;
  const problem = fault(chunk.kind, size, chunk.offset, bytes.length);
  if (problem) throw bugError('chunk-unencodable', problem, { sha256: chunk.sha256 });
  const payload = new Uint8Array(at.bytes + bytes.length + checkBytes);
  const view = new DataView(payload.buffer);
  payload[at.version] = version;
  payload[at.kind] = kinds.indexOf(chunk.kind);
  for (let index = 0; index < 32; index++)
    payload[at.sha256 + index] = Number.parseInt(chunk.sha256.slice(2 * index, 2 * index + 2), 16);
  view.setUint32(at.size, size);
  view.setUint32(at.offset, chunk.offset);
  payload.set(bytes, at.bytes);
  const end = payload.length - checkBytes;
  view.setUint32(end, crc32(payload.subarray(0, end)));
  return payload;
}

/**
 * Reads the payload of a `chunk`; its bytes stay where they are.
 * @throws XiaolabaError `chunk-truncated`, `chunk-version`, `chunk-corrupt` (the check sum), `chunk-kind`, `chunk-bounds`
 */
export function decodeChunk(payload: Uint8Array): Chunk {
  const end = payload.length - checkBytes;
  if (end < at.bytes) throw callerError('chunk-truncated', `${payload.length} bytes`, { bytes: payload.length });
  if (payload[at.version] !== version)
    throw callerError('chunk-version', `version ${payload[at.version]}`, { version: payload[at.version] });
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (view.getUint32(end) !== crc32(payload.subarray(0, end)))
    throw callerError('chunk-corrupt', 'the check sum is not that of the bytes');
  const kind = kinds[payload[at.kind] ?? kinds.length];
  if (!kind) throw callerError('chunk-kind', `kind ${payload[at.kind]}`, { kind: payload[at.kind] });
  const sha256 = Array.from(payload.subarray(at.sha256, at.size), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
  const size = view.getUint32(at.size);
  const offset = view.getUint32(at.offset);
  const bytes = payload.subarray(at.bytes, end);
  const problem = fault(kind, size, offset, bytes.length);
  if (problem) throw callerError('chunk-bounds', problem, { size, offset });
  if (kind === 'bytes') return { kind, sha256, size, offset, bytes };
  return kind === 'past-end' ? { kind, sha256, size, offset } : { kind, sha256, offset };
}

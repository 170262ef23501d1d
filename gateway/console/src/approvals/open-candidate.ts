import {
  callerError,
  decodeMessage,
  envelopeLimits,
  envelopeSchema,
  fromBase64,
  type Release,
  releaseLimits,
  releaseSchema,
} from '@xiaolaba/protocol';

/** SHA-256 of bytes, as this browser computes it. */
export async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export interface OpenedCandidate {
  readonly sha256: string;
  /** What is signed. */
  readonly payload: Uint8Array;
  readonly release: Release;
}

/**
 * A candidate, believed because its bytes have the hash that was asked for.
 * @throws XiaolabaError `payload-differs`; `message-*` where it is no release
 */
export async function openCandidate(sha256: string, payload: Uint8Array): Promise<OpenedCandidate> {
  const actual = await hashOf(payload);
  if (actual !== sha256) throw callerError('payload-differs', 'not the bytes that were asked for', { sha256, actual });
  return { sha256, payload, release: decodeMessage(releaseSchema, payload, releaseLimits) };
}

/** The release in an envelope of which this is the hash. @throws XiaolabaError `payload-differs`, `message-*` */
export async function openReleased(sha256: string, envelope: Uint8Array): Promise<Release> {
  const actual = await hashOf(envelope);
  if (actual !== sha256) throw callerError('payload-differs', 'not the release that was asked for', { sha256, actual });
  const payload = fromBase64(decodeMessage(envelopeSchema, envelope, envelopeLimits).payload) ?? new Uint8Array();
  return decodeMessage(releaseSchema, payload, releaseLimits);
}

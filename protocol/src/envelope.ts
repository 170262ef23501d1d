import { z } from 'zod';
import { fromBase64, toBase64 } from './base64.js';
import { bugError, callerError } from './errors.js';
import { decodeMessage, encodeMessage, type JsonLimits } from './json.js';

/** Signature algorithms by name, so that another (SM2) can join without a wire change. */
export const signatureAlgorithms = ['Ed25519'] as const;
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

/** What a signature is made for; a signature for one type never passes for another. */
export const envelopeTypes = ['release', 'assignment', 'records', 'stop', 'key-list'] as const;
export type EnvelopeType = (typeof envelopeTypes)[number];

/** Key id: the first 16 hexadecimal digits of the SHA-256 of the raw public key. */
export const keyIdSchema = z.string().regex(/^[0-9a-f]{16}$/);

export const envelopeSchema = z.strictObject({
  v: z.literal(1),
  type: z.enum(envelopeTypes),
  /** The signed bytes themselves, base64: never parsed and written again before they are verified. */
  payload: z.string().max(4 * 1024 * 1024),
  signatures: z
    .array(z.strictObject({ alg: z.enum(signatureAlgorithms), kid: keyIdSchema, sig: z.string().max(256) }))
    .min(1)
    .max(4),
});
export type Envelope = z.infer<typeof envelopeSchema>;

export interface PublicKey {
  readonly alg: SignatureAlgorithm;
  readonly kid: string;
  /** Raw key bytes, 32 for Ed25519. */
  readonly bytes: Uint8Array;
}

export interface Signer {
  readonly alg: SignatureAlgorithm;
  readonly kid: string;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Checks one signature; never throws. */
export type Verify = (key: PublicKey, message: Uint8Array, signature: Uint8Array) => boolean;

const encoder = new TextEncoder();

/** What is signed: the type and length before the payload, so that no payload can pose as another type's. */
export function signedBytes(type: EnvelopeType, payload: Uint8Array): Uint8Array {
  const head = encoder.encode(`xlb/1 ${type} ${payload.length} `);
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}

/** Signs a payload with one or more keys. */
export async function sealEnvelope(
  type: EnvelopeType,
  payload: Uint8Array,
  signers: readonly Signer[],
): Promise<Uint8Array> {
  const message = signedBytes(type, payload);
  const signatures = await Promise.all(
    signers.map(async (signer) => ({
      alg: signer.alg,
      kid: signer.kid,
      sig: toBase64(await signer.sign(message)),
    })),
  );
  return encodeMessage({ v: 1, type, payload: toBase64(payload), signatures } satisfies Envelope);
}

/**
 * One envelope with the signatures that these keys made over the same payload, one each.
 * @throws XiaolabaError `message-*`; `envelope-type`, `payload-differs` where they are not of one payload
 */
export function joinEnvelopes(envelopes: readonly Uint8Array[], kids: ReadonlySet<string>): Uint8Array {
  const [first, ...rest] = envelopes.map((bytes) => decodeMessage(envelopeSchema, bytes, envelopeLimits));
  if (!first) throw bugError('envelopes-missing', 'nothing to join');
  const signatures = new Map<string, Envelope['signatures'][number]>();
  for (const { type, payload, signatures: more } of [first, ...rest]) {
    if (type !== first.type)
      throw callerError('envelope-type', `expected ${first.type}, got ${type}`, { expected: first.type, actual: type });
    if (payload !== first.payload) throw callerError('payload-differs', 'not the same payload');
    for (const signature of more) if (kids.has(signature.kid)) signatures.set(signature.kid, signature);
  }
  return encodeMessage({ ...first, signatures: [...signatures.values()] } satisfies Envelope);
}

export interface Opened {
  readonly payload: Uint8Array;
  /** The keys among those offered whose signatures are good. */
  readonly signedBy: readonly string[];
}

export const envelopeLimits: JsonLimits = { maxBytes: 6 * 1024 * 1024, maxDepth: 4 };

/**
 * The payload of an envelope that at least `threshold` different known keys have signed.
 * @throws XiaolabaError `message-*` as `decodeMessage`; `envelope-type`; `signature-unknown-key`; `signature-bad`; `threshold-too-low`
 */
export function openEnvelope(
  type: EnvelopeType,
  bytes: Uint8Array,
  keys: readonly PublicKey[],
  verify: Verify,
  threshold = 1,
  limits: JsonLimits = envelopeLimits,
): Opened {
  // A threshold of nought would let an unsigned payload through.
  if (!(threshold >= 1)) throw bugError('threshold-too-low', 'at least one signature is needed', { threshold });
  const envelope = decodeMessage(envelopeSchema, bytes, limits);
  if (envelope.type !== type) {
    throw callerError('envelope-type', `expected ${type}, got ${envelope.type}`, {
      expected: type,
      actual: envelope.type,
    });
  }
  const payload = fromBase64(envelope.payload);
  if (!payload) throw callerError('message-malformed', 'payload is not base64', { problems: ['payload'] });
  const message = signedBytes(type, payload);
  const signedBy = new Set<string>();
  let known = false;
  for (const { alg, kid, sig } of envelope.signatures) {
    const key = keys.find((candidate) => candidate.kid === kid && candidate.alg === alg);
    const signature = fromBase64(sig);
    if (!key || !signature) continue;
    known = true;
    if (verify(key, message, signature)) signedBy.add(kid);
  }
  if (signedBy.size >= threshold) return { payload, signedBy: [...signedBy] };
  if (!known) throw callerError('signature-unknown-key', 'no signature by a key that is trusted here');
  throw callerError('signature-bad', `${signedBy.size} good signatures, ${threshold} needed`, { threshold });
}

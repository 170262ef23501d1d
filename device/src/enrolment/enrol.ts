import {
  callerError,
  decodeMessage,
  type EnrolRequest,
  type EnrolResponse,
  enrolResponseSchema,
  fromBase64,
  type Profile,
  type PublicKey,
  placePattern,
  type RootKeys,
  toBase64,
  worldError,
} from '@xiaolaba/protocol';
import { type KeyPair, publicKeyFrom } from '@xiaolaba/protocol/node';
import type { DeviceIdentity } from '../agent-types.js';

/** `path` begins with `/`. */
export type FetchLike = (path: string, init?: RequestInit) => Promise<Response>;

/** The request with which a key pair claims a device. */
export const enrolRequest = (device: string, code: string, keys: KeyPair): EnrolRequest => ({
  device,
  code,
  publicKey: toBase64(keys.publicKey.bytes),
});

/**
 * Claims a device with its one-time code. The secret in the answer is told only once.
 * @throws XiaolabaError `enrol-unreachable`, `enrol-refused` (with `status` and the gateway's `code`), `enrol-answer`
 */
export async function enrol(fetchLike: FetchLike, request: EnrolRequest): Promise<EnrolResponse> {
  const response = await fetchLike('/enrol', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  }).catch((cause: unknown) => {
    throw worldError('enrol-unreachable', 'no answer from the gateway', {}, cause);
  });
  const body = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) {
    const { status } = response;
    throw callerError('enrol-refused', `HTTP ${status}`, { status, code: refusalCode(body) });
  }
  try {
    const answer = decodeMessage(enrolResponseSchema, body);
    if (answer.device !== request.device || !placePattern.test(answer.place))
      throw new TypeError('not for this device');
    return answer;
  } catch (cause) {
    throw worldError('enrol-answer', 'the gateway gave no proper answer', {}, cause);
  }
}

function refusalCode(body: Uint8Array): string | undefined {
  try {
    const { code } = JSON.parse(Buffer.from(body).toString()) as { code?: unknown };
    return typeof code === 'string' ? code : undefined;
  } catch {
    return;
  }
}

/**
 * What a device knows of itself once it is enrolled.
 * @param approvers root keys, whose key lists name approvers; or approvers' keys that never change
 * @throws XiaolabaError `key-malformed`, `key-small-order`
 */
export function identityFrom(
  answer: EnrolResponse,
  profile: Profile,
  keys: KeyPair,
  approvers: readonly PublicKey[] | RootKeys,
): DeviceIdentity {
  const { device, place, secret, gatewayKey } = answer;
  const raw = fromBase64(gatewayKey.key);
  if (!raw) throw callerError('key-malformed', 'the key of the gateway is not base64');
  const trusted = 'threshold' in approvers ? { root: approvers, approvers: [] } : { approvers };
  return { device, profile, place, secret, keys, ...trusted, gateway: publicKeyFrom(raw) };
}

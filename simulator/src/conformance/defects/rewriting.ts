import {
  type Assignment,
  decodeMessage,
  type EnvelopeType,
  encodeMessage,
  openEnvelope,
  type Release,
  releaseLimits,
  releaseSchema,
  sealEnvelope,
} from '@xiaolaba/protocol';
import { type KeyPair, verify } from '@xiaolaba/protocol/node';
import type { HarnessGateway } from '../../harness/harness-gateway.js';
import type { Defect } from '../defect.js';
import type { SimulatedEndpoint } from '../endpoint.js';

/** What an envelope holds, whoever signed it; `undefined` where it is none. */
export function payloadOf(envelope: Uint8Array): Uint8Array | undefined {
  try {
    const { payload } = JSON.parse(Buffer.from(envelope).toString()) as { payload?: unknown };
    return typeof payload === 'string' ? Buffer.from(payload, 'base64') : undefined;
  } catch {
    return undefined;
  }
}

export function isSignedBy(type: EnvelopeType, envelope: Uint8Array, { publicKey }: KeyPair): boolean {
  try {
    openEnvelope(type, envelope, [publicKey], verify);
    return true;
  } catch {
    return false;
  }
}

/** Something kept for each endpoint, over all its connections. */
export function perEndpoint<T>(make: () => T): (endpoint: SimulatedEndpoint) => T {
  const kept = new WeakMap<SimulatedEndpoint, T>();
  return (endpoint) => {
    const known = kept.get(endpoint) ?? make();
    kept.set(endpoint, known);
    return known;
  };
}

export interface Passing {
  readonly assignment: Assignment;
  readonly envelope: Uint8Array;
  /** The payload as it came, spaces and all. */
  readonly payload: Uint8Array;
  readonly endpoint: SimulatedEndpoint;
  readonly harness: HarnessGateway;
}

/**
 * A defect of whoever checks assignments: what the device would refuse is made acceptable on its way, and signed anew.
 * @param rewrite what the device gets instead; `undefined` leaves it as it is
 */
export const takesAssignments = (
  rewrite: (passing: Passing) => Promise<object | undefined> | object | undefined,
): Pick<Defect, 'tap'> => ({
  tap: (endpoint, { harness }) => ({
    down: async (name, envelope) => {
      const payload = name === 'assignment' ? payloadOf(envelope) : undefined;
      if (!payload) return envelope;
      let assignment: Assignment;
      try {
        assignment = JSON.parse(payload.toString()) as Assignment;
      } catch {
        return envelope;
      }
      const changed = await rewrite({ assignment, envelope, payload, endpoint, harness });
      if (!changed) return envelope;
      return await sealEnvelope('assignment', encodeMessage(changed), [harness.gatewayKey.signer]);
    },
  }),
});

/** A defect of whoever checks releases: each may be exchanged for one that an approver has signed. */
export const takesReleases = (
  rewrite: (release: Release, envelope: Uint8Array, passing: Passing) => Release | undefined,
): Pick<Defect, 'tap'> =>
  takesAssignments(async (passing) => {
    const { assignment, harness } = passing;
    let isChanged = false;
    const releases: Assignment['releases'] = [];
    for (const ref of assignment.releases) {
      const envelope = harness.blob(ref.sha256);
      const release = envelope && releaseIn(envelope);
      const other = release && rewrite(release, envelope, passing);
      isChanged ||= other !== undefined;
      releases.push(other ? await harness.addRelease(other) : ref);
    }
    return isChanged ? { ...assignment, releases } : undefined;
  });

function releaseIn(envelope: Uint8Array): Release | undefined {
  const payload = payloadOf(envelope);
  try {
    return payload && decodeMessage(releaseSchema, payload, releaseLimits);
  } catch {
    return undefined;
  }
}

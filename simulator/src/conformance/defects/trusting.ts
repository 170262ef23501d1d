import { assignmentSchema, decodeMessage, encodeMessage, sealEnvelope, stopOrderSchema } from '@xiaolaba/protocol';
import type { Defect } from '../defect.js';
import { isSignedBy, payloadOf, perEndpoint, takesAssignments, takesReleases } from './rewriting.js';

/** Highest revision of each campaign that passed. */
const revisions = perEndpoint(() => new Map<string, number>());
/** Highest version that passed. */
const versions = perEndpoint(() => ({ highest: 0 }));

/** Defects of devices that believe too much. */
export const trusting: readonly Defect[] = [
  {
    name: 'accepts-unsigned',
    foundBy: 'release-unsigned',
    profile: 'loudspeaker',
    ...takesReleases((release, envelope, { harness }) => {
      const { signatures } = JSON.parse(Buffer.from(envelope).toString()) as { signatures: { kid: string }[] };
      const isClaimed = signatures.every(({ kid }) => kid === harness.approver.publicKey.kid);
      return isClaimed && !isSignedBy('release', envelope, harness.approver) ? release : undefined;
    }),
  },
  {
    name: 'trusts-gateway',
    foundBy: 'release-foreign-key',
    profile: 'loudspeaker',
    identity: (identity, harness) => ({
      ...identity,
      approvers: [...identity.approvers, harness.gatewayKey.publicKey],
    }),
  },
  {
    name: 'ignores-place',
    foundBy: 'release-foreign-place',
    profile: 'loudspeaker',
    ...takesReleases((release, _envelope, { endpoint }) => {
      const { places, profiles } = release.audience;
      if (places.includes(endpoint.place) && profiles.includes(endpoint.profile)) return undefined;
      return { ...release, audience: { places: [endpoint.place], profiles: [endpoint.profile] } };
    }),
  },
  {
    name: 'accepts-old-release',
    foundBy: 'release-rolled-back',
    profile: 'loudspeaker',
    ...takesReleases((release, _envelope, { endpoint }) => {
      const highest = revisions(endpoint);
      const known = highest.get(release.campaign) ?? 0;
      highest.set(release.campaign, Math.max(known, release.revision));
      return release.revision < known ? { ...release, revision: known } : undefined;
    }),
  },
  {
    name: 'takes-others-assignment',
    foundBy: 'assignment-foreign-device',
    profile: 'loudspeaker',
    ...takesAssignments(({ assignment, endpoint: { device, place } }) =>
      assignment.device === device && assignment.place === place ? undefined : { ...assignment, device, place },
    ),
  },
  {
    name: 'ignores-gateway-key',
    foundBy: 'assignment-foreign-gateway',
    profile: 'loudspeaker',
    ...takesAssignments(({ assignment, envelope, harness }) =>
      isSignedBy('assignment', envelope, harness.gatewayKey) ? undefined : assignment,
    ),
  },
  {
    name: 'ignores-expiry',
    foundBy: 'assignment-expired',
    profile: 'loudspeaker',
    ...takesAssignments(({ assignment }) =>
      assignment.expiresAt < assignment.issuedAt + 10 * 86_400_000
        ? { ...assignment, expiresAt: assignment.expiresAt + 10 * 86_400_000 }
        : undefined,
    ),
  },
  {
    name: 'accepts-rollback',
    foundBy: 'assignment-rolled-back',
    profile: 'loudspeaker',
    ...takesAssignments(({ assignment, endpoint }) => {
      const seen = versions(endpoint);
      if (assignment.version >= seen.highest) {
        seen.highest = assignment.version;
        return undefined;
      }
      return { ...assignment, version: ++seen.highest };
    }),
  },
  {
    name: 'accepts-unknown-fields',
    foundBy: 'unknown-fields',
    profile: 'loudspeaker',
    ...takesAssignments(({ assignment }) => {
      const known = Object.keys(assignmentSchema.shape);
      const entries = Object.entries(assignment);
      const kept = entries.filter(([name]) => known.includes(name));
      return kept.length < entries.length ? Object.fromEntries(kept) : undefined;
    }),
  },
  {
    name: 'obeys-forged-stop',
    foundBy: 'stop-forged',
    profile: 'loudspeaker',
    tap: (_endpoint, { harness }) => ({
      down: async (name, envelope) => {
        const payload = name === 'stop' ? payloadOf(envelope) : undefined;
        if (!payload || isSignedBy('stop', envelope, harness.approver)) return envelope;
        const order = stopOrderSchema.safeParse(JSON.parse(payload.toString()));
        if (!order.success) return envelope;
        return await sealEnvelope('stop', encodeMessage(order.data), [harness.approver.signer]);
      },
    }),
  },
  {
    name: 'ignores-quiet-hours',
    foundBy: 'quiet-hours',
    profile: 'loudspeaker',
    ...takesAssignments(({ assignment }) =>
      assignment.policy?.quietHours ? { ...assignment, policy: { ...assignment.policy, quietHours: null } } : undefined,
    ),
  },
  {
    name: 'ignores-volume-cap',
    foundBy: 'volume-cap',
    profile: 'loudspeaker',
    ...takesAssignments(({ assignment }) =>
      assignment.policy && assignment.policy.volumeCap < 50
        ? { ...assignment, policy: { ...assignment.policy, volumeCap: 100 } }
        : undefined,
    ),
  },
  {
    name: 'accepts-oversized',
    foundBy: 'oversized',
    profile: 'loudspeaker',
    ...takesAssignments(({ assignment, payload }) => (payload.length > 256 * 1024 ? assignment : undefined)),
  },
];

/** A command, where it is one. */
export const decoded = <T>(schema: Parameters<typeof decodeMessage<T>>[0], payload: Uint8Array): T | undefined => {
  try {
    return decodeMessage(schema, payload);
  } catch {
    return undefined;
  }
};

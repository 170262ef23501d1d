import {
  type Assignment,
  assignmentSchema,
  callerError,
  decodeMessage,
  type NamedRelease,
  openEnvelope,
  type Release,
  videoProfile,
} from '@xiaolaba/protocol';
import { verify } from '@xiaolaba/protocol/node';
import type { DeviceIdentity } from '../agent-types.js';
import type { Trust } from '../trust/trust.js';

/**
 * The assignment in an envelope, if this device may take it.
 * @throws XiaolabaError `message-*`, `envelope-type`, `signature-*`, `assignment-foreign`, `assignment-place`
 */
export function openAssignment(bytes: Uint8Array, identity: DeviceIdentity): Assignment {
  const { payload } = openEnvelope('assignment', bytes, [identity.gateway], verify);
  const assignment = decodeMessage(assignmentSchema, payload);
  if (assignment.device !== identity.device)
    throw callerError('assignment-foreign', 'made for another device', { device: assignment.device });
  if (assignment.place !== identity.place)
    throw callerError('assignment-place', 'made for another place', { place: assignment.place });
  return assignment;
}

/** The version that a message claims, believed for nothing but naming it in a refusal. */
export function claimedVersion(bytes: Uint8Array): number | undefined {
  try {
    const envelope: unknown = JSON.parse(Buffer.from(bytes).toString());
    const { payload } = envelope as { payload?: unknown };
    if (typeof payload !== 'string') return;
    const { version } = JSON.parse(Buffer.from(payload, 'base64').toString()) as { version?: unknown };
    return Number.isSafeInteger(version) && Number(version) >= 1 ? Number(version) : undefined;
  } catch {
    return;
  }
}

/**
 * The release in a blob, if it is approved, and for this place and profile.
 * @throws XiaolabaError as `Trust.openRelease`; `release-audience`
 */
export function openRelease(
  sha256: string,
  bytes: Uint8Array,
  identity: DeviceIdentity,
  trust: Pick<Trust, 'openRelease'>,
): NamedRelease {
  const { content: release } = trust.openRelease(bytes);
  const { places, profiles } = release.audience;
  if (!places.includes(identity.place) || !profiles.includes(identity.profile))
    throw callerError('release-audience', 'not approved for here', { place: identity.place });
  return { sha256, release: pruned(release, identity) };
}

/** Only what this device can use: an audience may name thousands of places, an item many renditions. */
function pruned(release: Release, { place, profile }: DeviceIdentity): Release {
  const items = release.items.map(({ video, ...item }) => ({
    ...item,
    ...(video && profile === videoProfile ? { video } : {}),
    audio: item.audio.flatMap((version) => {
      const renditions = version.renditions.filter((rendition) => rendition.profile === profile);
      return renditions.length > 0 ? [{ ...version, renditions }] : [];
    }),
  }));
  return { ...release, items, audience: { ...release.audience, places: [place] } };
}

/** Under which name revisions of a release are compared. */
export const revisionKey = ({ release }: NamedRelease): string => `${release.campaign}/${release.variant ?? ''}`;

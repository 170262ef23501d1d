import { openEnvelope, type Verify } from './envelope.js';
import { callerError } from './errors.js';
import { decodeMessage, type JsonLimits } from './json.js';
import type { ApprovalKind, TrustedKeys } from './key-list.js';
import { type StopOrder, stopOrderSchema } from './messages.js';
import { alertPriority, type Release, releaseLimits, releaseSchema } from './release.js';

export interface Approved<T> {
  readonly payload: Uint8Array;
  readonly content: T;
  /** Key ids of the approvers whose signatures are good and count. */
  readonly signedBy: readonly string[];
}

/** A stop order may name thousands of places. */
export const stopLimits: JsonLimits = { maxBytes: 1024 * 1024, maxDepth: 4 };

export interface ApprovalRule {
  readonly kind: ApprovalKind;
  /** Different approvers who may sign for this kind. */
  readonly needed: number;
}

/** What a release needs, by what it says itself. An alert for many places needs what either needs. */
export function approvalRule({ thresholds }: TrustedKeys, release: Release): ApprovalRule {
  const { wideRelease } = thresholds;
  const isWide = wideRelease !== undefined && new Set(release.audience.places).size >= wideRelease.places;
  const isAlert = release.cues.some(({ priority }) => priority >= alertPriority);
  const kind = isAlert ? 'alert' : 'release';
  return { kind, needed: Math.max(thresholds[kind], isWide ? wideRelease.approvers : 1) };
}

/** Those of the signers who may sign for this kind. */
const entitled = ({ approvers }: TrustedKeys, kind: ApprovalKind, signedBy: readonly string[]): string[] =>
  approvers.flatMap(({ key, may }) => (may.includes(kind) && signedBy.includes(key.kid) ? [key.kid] : []));

/**
 * A release whoever of the approvers has signed it, and the rule that it has to meet.
 * @throws XiaolabaError `message-*`, `envelope-type`, `signature-*`; `approver-not-entitled` where none of the signers may
 */
export function readApprovals(
  bytes: Uint8Array,
  trusted: TrustedKeys,
  verify: Verify,
): Approved<Release> & { readonly rule: ApprovalRule } {
  const keys = trusted.approvers.map(({ key }) => key);
  const { payload, signedBy } = openEnvelope('release', bytes, keys, verify);
  const content = decodeMessage(releaseSchema, payload, releaseLimits);
  const rule = approvalRule(trusted, content);
  const counting = entitled(trusted, rule.kind, signedBy);
  if (counting.length === 0)
    throw callerError('approver-not-entitled', `no signer may approve this ${rule.kind}`, { kind: rule.kind });
  return { payload, content, signedBy: counting, rule };
}

/**
 * A release that enough approvers of the list have signed.
 * @throws XiaolabaError as `readApprovals`; `approvals-missing` (with `signed` and `needed`)
 */
export function openApprovedRelease(bytes: Uint8Array, trusted: TrustedKeys, verify: Verify): Approved<Release> {
  const { rule, ...approved } = readApprovals(bytes, trusted, verify);
  enough(approved.signedBy, rule.needed);
  return approved;
}

/** What a stop order needs. */
export const stopRule = ({ thresholds }: TrustedKeys): ApprovalRule => ({ kind: 'stop', needed: thresholds.stop });

/**
 * A stop order whoever of the approvers has signed it.
 * @throws XiaolabaError `message-*`, `envelope-type`, `signature-*`; `approver-not-entitled` where none of the signers may
 */
export function readStopApprovals(bytes: Uint8Array, trusted: TrustedKeys, verify: Verify): Approved<StopOrder> {
  const stop = readStop(bytes, trusted, verify);
  if (stop.signedBy.length === 0)
    throw callerError('approver-not-entitled', 'no signer may give a stop order', { kind: 'stop' });
  return stop;
}

/**
 * A stop order that enough approvers of the list have signed.
 * @throws XiaolabaError `message-*`, `envelope-type`, `signature-*`, `approvals-missing`
 */
export function openApprovedStop(bytes: Uint8Array, trusted: TrustedKeys, verify: Verify): Approved<StopOrder> {
  const stop = readStop(bytes, trusted, verify);
  enough(stop.signedBy, trusted.thresholds.stop);
  return stop;
}

function readStop(bytes: Uint8Array, trusted: TrustedKeys, verify: Verify): Approved<StopOrder> {
  const keys = trusted.approvers.map(({ key }) => key);
  const { payload, signedBy } = openEnvelope('stop', bytes, keys, verify);
  const content = decodeMessage(stopOrderSchema, payload, stopLimits);
  return { payload, content, signedBy: entitled(trusted, 'stop', signedBy) };
}

function enough(signedBy: readonly string[], needed: number): void {
  if (signedBy.length >= needed) return;
  const signed = signedBy.length;
  throw callerError('approvals-missing', `${signed} of ${needed} approvals`, { signed, needed });
}

import { approvalKinds, instantSchema, keyListSchema } from '@xiaolaba/protocol';
import { z } from 'zod';

const count = z.number().int().min(0);

/** How far the approval of a candidate has come. */
export const partialApprovalSchema = z.object({
  /** What it counts as: an alert has approvers of its own. */
  kind: z.enum(approvalKinds),
  needed: count,
  missing: count,
  /** By the name of the account whose key it is; the key list's, where it is linked to none. */
  signedBy: z.array(z.object({ kid: z.string(), name: z.string(), account: z.string().optional(), at: instantSchema })),
});

/** GET /api/approver-keys: every key that signs or has signed, and whose it is. */
export const approverKeySchema = z.object({
  kid: z.string(),
  /** In the key list that holds; absent where it no longer counts. */
  listedAs: z.string().optional(),
  account: z.string().optional(),
  /** Of the account. */
  name: z.string().optional(),
  since: instantSchema.optional(),
});
export type ApproverKeyView = z.infer<typeof approverKeySchema>;

/** POST /api/approver-keys/:kid/claim: the key's signature over `keyClaimBytes`, base64. */
export const keyClaimSchema = z.strictObject({ signature: z.string().max(200) });
/** PUT /api/approver-keys/:kid */
export const keyAssignmentSchema = z.strictObject({ account: z.string().min(1).max(64) });

/** GET /api/key-lists, oldest first. */
export const keyListViewSchema = z.object({
  takenAt: instantSchema,
  list: keyListSchema,
  /** As devices get it, base64. */
  envelope: z.string(),
});
export type KeyListView = z.infer<typeof keyListViewSchema>;

/** POST /api/key-lists */
export const keyListTakenSchema = z.object({
  version: count,
  /** Releases that nobody of the new list has approved; they are off the air until somebody does. */
  lapsed: z.array(z.object({ sha256: z.string(), campaign: z.string() })),
});
export type KeyListTaken = z.infer<typeof keyListTakenSchema>;

/** POST /api/releases: 200 when it is on air, 202 while more approvers have to sign. */
export const approvalTakenSchema = partialApprovalSchema.extend({
  sha256: z.string().optional(),
  campaign: z.string(),
  revision: count,
  approvedBy: z.array(z.string()),
  /** Where it goes out in waves: places of the first one, of all. */
  rollout: z.object({ first: count, of: count }).optional(),
});
export type ApprovalTaken = z.infer<typeof approvalTakenSchema>;

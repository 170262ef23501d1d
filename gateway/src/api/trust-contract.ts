import { approvalKinds, instantSchema, keyListSchema } from '@xiaolaba/protocol';
import { z } from 'zod';

const count = z.number().int().min(0);

/** How far the approval of a candidate has come. */
export const partialApprovalSchema = z.object({
  /** What it counts as: an alert has approvers of its own. */
  kind: z.enum(approvalKinds),
  needed: count,
  missing: count,
  signedBy: z.array(z.object({ kid: z.string(), name: z.string(), at: instantSchema })),
});

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
});
export type ApprovalTaken = z.infer<typeof approvalTakenSchema>;

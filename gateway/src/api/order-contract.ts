/** What the API says of acting at once: withdrawing, stop orders, alerts. Times are milliseconds since the epoch. */
import { idSchema, sha256Schema } from '@xiaolaba/protocol';
import { z } from 'zod';

/** POST /api/releases/:sha256/withdraw and POST /api/campaigns/:campaign/withdraw: what is off the air now. */
export const withdrawnSchema = z.object({ campaign: idSchema, releases: z.array(sha256Schema) });
export type Withdrawn = z.infer<typeof withdrawnSchema>;

/** POST /api/releases/:sha256/restore: the candidate to be signed. */
export const restoredSchema = z.object({
  sha256: sha256Schema,
  campaign: idSchema,
  variant: z.string(),
  revision: z.number().int().min(1),
});
export type Restored = z.infer<typeof restoredSchema>;

/** What the API says of releases that go out in waves. Times are milliseconds since the epoch. */
import { instantSchema, missCauses, placeSchema, sha256Schema } from '@xiaolaba/protocol';
import { z } from 'zod';
import { rolloutReasons, rolloutStates } from '../rollouts/rollout-states.js';

const count = z.number().int().min(0);

const waveViewSchema = z.object({
  places: count,
  /** The first of them by turn; at most 50. */
  some: z.array(placeSchema),
  /** Absent while it waits for its turn. */
  reachedAt: instantSchema.optional(),
  /** What became of what was to be played there since then; `excused` speaks neither for nor against the release. */
  plays: z.object({
    awaited: count,
    verified: count,
    failed: count,
    excused: count,
    causes: z.partialRecord(z.enum(missCauses), count),
  }),
});

/** GET /api/rollouts: those that go on, then those that ended within the last week, the newest first. */
export const rolloutViewSchema = z.object({
  release: sha256Schema,
  campaign: z.string(),
  title: z.string(),
  variant: z.string().optional(),
  revision: count,
  state: z.enum(rolloutStates),
  reason: z.enum(rolloutReasons).optional(),
  begunAt: instantSchema,
  changedAt: instantSchema,
  /** Revision that stands where it has not come yet; absent where nothing does. */
  before: count.optional(),
  /** The candidate that brings that one back, while it waits to be signed. */
  restored: sha256Schema.optional(),
  waves: z.array(waveViewSchema),
  /** When a wave has done well enough, and when badly. */
  measure: z.object({ verifiedPercent: count, errorPercent: count, plays: count, minutes: count }),
});
export type RolloutView = z.infer<typeof rolloutViewSchema>;

/** What the API says of acting at once: withdrawing, stop orders, alerts. Times are milliseconds since the epoch. */
import { idSchema, instantSchema, placeSchema, sha256Schema } from '@xiaolaba/protocol';
import { z } from 'zod';
import { partialApprovalSchema } from './trust-contract.js';

/** POST /api/releases/:sha256/withdraw and POST /api/campaigns/:campaign/withdraw: what is off the air now. */
export const withdrawnSchema = z.object({ campaign: idSchema, releases: z.array(sha256Schema) });

/** POST /api/releases/:sha256/restore: the candidate to be signed. */
export const restoredSchema = z.object({
  sha256: sha256Schema,
  campaign: idSchema,
  variant: z.string(),
  revision: z.number().int().min(1),
});

const count = z.number().int().min(0);
const stopStates = z.enum(['stop', 'lifted']);

/** POST /api/stop-orders, 200: what was given, and to how many devices it was handed. */
export const stopGivenSchema = z.object({ version: count, state: stopStates, devices: count });
export type StopGiven = z.infer<typeof stopGivenSchema>;

/** GET /api/stop-orders/pending, and POST /api/stop-orders, 202: what waits for more signatures. */
export const pendingStopSchema = z.object({
  /** Of the bytes that are signed. */
  sha256: sha256Schema,
  version: count,
  state: stopStates,
  reason: z.string(),
  issuedAt: instantSchema,
  everywhere: z.boolean(),
  places: count,
  expiresAt: instantSchema,
  approval: partialApprovalSchema,
});
export type PendingStopView = z.infer<typeof pendingStopSchema>;
/** POST /api/stop-orders, 202 */
export const stopKeptSchema = z.object({
  version: count,
  state: stopStates,
  sha256: sha256Schema,
  signed: count,
  needed: count,
});
export type StopKept = z.infer<typeof stopKeptSchema>;

/** GET /api/stop-orders, the latest first. */
export const stopOrderViewSchema = z.object({
  version: count,
  state: stopStates,
  reason: z.string(),
  issuedAt: instantSchema,
  publishedAt: instantSchema,
  signedBy: z.array(z.string()),
  /** The same in names. */
  signers: z.array(z.string()),
  everywhere: z.boolean(),
  places: count,
  /** Devices where this order holds and no later one: what is known of their obeying. */
  devices: z.object({ inScope: count, obeyed: count, silent: count, playing: count, waiting: count }),
  /** Those that have not said that they obeyed; at most 200. */
  open: z.array(z.object({ device: z.string(), place: placeSchema, status: z.enum(['silent', 'playing', 'waiting']) })),
});
export type StopOrderView = z.infer<typeof stopOrderViewSchema>;

/** GET /api/stop-orders/:version: where an order holds, so that it can be lifted there. */
export const stopOrderPlacesSchema = z.object({
  version: count,
  scope: z.union([z.literal('everywhere'), z.array(placeSchema)]),
});
export type StopOrderPlaces = z.infer<typeof stopOrderPlacesSchema>;

import { z } from 'zod';
import { envelopeLimits } from './envelope.js';
import {
  dialectSchema,
  idSchema,
  instantSchema,
  maxBlobBytes,
  placeSchema,
  positionSchema,
  sha256Schema,
} from './ids.js';
import { clockTimeSchema, isTimeZone } from './schedule/local-time.js';

const blobRefSchema = z.strictObject({
  sha256: sha256Schema,
  bytes: z.number().int().positive().max(maxBlobBytes),
});
export type BlobRef = z.infer<typeof blobRefSchema>;

/** What holds at the place where the device is, however a release reads. */
export const sitePolicySchema = z.strictObject({
  /** IANA time zone. */
  zone: z.string().min(1).max(64).refine(isTimeZone, 'unknown time zone'),
  /** The commonest first. */
  dialects: z.array(dialectSchema).min(1).max(12),
  /** Sound is refused then; `null` where the place has none. May pass midnight. */
  quietHours: z.strictObject({ from: clockTimeSchema, to: clockTimeSchema }).nullable(),
  /** Per cent of full scale. */
  volumeCap: z.number().int().min(0).max(100),
});
export type SitePolicy = z.infer<typeof sitePolicySchema>;

/** The policy of a place that nobody has described: Mandarin, quiet from 22:00 to 06:00. */
export const defaultPolicy: SitePolicy = {
  zone: 'Asia/Shanghai',
  dialects: ['cmn'],
  quietHours: { from: '22:00', to: '06:00' },
  volumeCap: 80,
};

export const assignmentSchema = z.strictObject({
  v: z.literal(1),
  device: idSchema,
  /** Rises with every assignment of this device; a lower one is refused. */
  version: z.number().int().min(1),
  issuedAt: instantSchema,
  /** From when the releases count as expected; the device activates as soon as it is ready, but not before. */
  effectiveFrom: instantSchema,
  /** A device plays on what it holds until each release ends; past this time it reports that its assignment is stale. */
  expiresAt: instantSchema,
  place: placeSchema,
  policy: sitePolicySchema,
  /** Envelopes of releases, the urgent first. */
  releases: z
    .array(
      z.strictObject({
        sha256: sha256Schema,
        bytes: z.number().int().positive().max(envelopeLimits.maxBytes),
        urgent: z.boolean(),
      }),
    )
    .max(200),
  calendar: blobRefSchema,
  /** Stops of a bus's route. */
  route: blobRefSchema.optional(),
});
/** 下发单: what a device holds now. */
export type Assignment = z.infer<typeof assignmentSchema>;

/** The stops that a moving device meets; a blob named by the assignment. */
export const routeStopsSchema = z.strictObject({
  v: z.literal(1),
  id: idSchema,
  stops: z
    .array(
      z.strictObject({ site: idSchema, position: positionSchema, /** metres */ radius: z.number().min(10).max(500) }),
    )
    .min(1)
    .max(200),
});
export type RouteStops = z.infer<typeof routeStopsSchema>;

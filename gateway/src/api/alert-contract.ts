/** What the API says of alerts 紧急插播. Times are milliseconds since the epoch. */
import {
  dialectSchema,
  idSchema,
  instantSchema,
  outputs,
  placeSchema,
  profiles,
  sha256Schema,
} from '@xiaolaba/protocol';
import { z } from 'zod';
import { alertLimits, alertStates, deviceStages, severities } from '../alerts/words.js';
import { orderScopeSchema } from '../orders/scope.js';
import { contentProblemSchema } from './desk-contract.js';
import { partialApprovalSchema } from './trust-contract.js';

const localized = z.object({ zh: z.string(), en: z.string() });
const count = z.number().int().min(0);
const alertId = idSchema;
const spokenSchema = z.object({ dialect: dialectSchema, text: z.string() });

/** GET /api/alerts/texts: prepared texts; `{field}` stands where whoever gives the alert fills something in. */
export const alertTextSchema = z.object({
  id: idSchema,
  title: localized,
  event: localized,
  severity: z.enum(severities),
  /** Only for exercises. */
  exerciseOnly: z.boolean(),
  spoken: z.array(spokenSchema),
  sign: z.string(),
  /** A field that is left out gets its preset; where that is so the voices are rendered already. */
  fields: z.array(z.object({ id: z.string(), label: localized, preset: z.string(), longest: count })),
});
export type AlertTextView = z.infer<typeof alertTextSchema>;

/** What is to be said: a prepared text with its fields, or free words. */
export const alertWordsSchema = z.union([
  z.strictObject({
    text: idSchema,
    fields: z.record(z.string().regex(/^[a-z_]+$/), z.string().trim().min(1).max(alertLimits.fieldLength)).default({}),
  }),
  z.strictObject({
    title: z.string().trim().min(1).max(alertLimits.titleLength),
    event: z.string().trim().min(1).max(alertLimits.titleLength).optional(),
    severity: z.enum(severities).default('severe'),
    spoken: z
      .array(z.strictObject({ dialect: dialectSchema, text: z.string().trim().min(1).max(alertLimits.spokenLength) }))
      .max(12)
      .default([]),
    sign: z.string().trim().min(1).max(alertLimits.signLength).optional(),
  }),
]);
export type AlertWords = z.infer<typeof alertWordsSchema>;

/** Body of POST /api/alerts and POST /api/alerts/preview. */
export const alertRequestSchema = z.strictObject({
  status: z.enum(['actual', 'exercise']),
  words: alertWordsSchema,
  scope: orderScopeSchema,
  output: z.enum(['audio', 'text', 'both']).default('both'),
  /** Which devices; a bike lock speaks up by itself only where it is asked for here. */
  profiles: z.array(z.enum(profiles)).min(1).default(['loudspeaker', 'bus-screen', 'booth-sign']),
  repeatSeconds: z.number().int().min(alertLimits.repeat.min).max(alertLimits.repeat.max).default(60),
  minutes: z.number().int().min(1).max(alertLimits.minutes).default(30),
  breaksQuietHours: z.boolean().default(false),
  priority: z.number().int().min(90).max(100).default(95),
  /** Alert that this one updates; it stays on air until this one is signed. */
  replaces: alertId.optional(),
});
export type AlertRequest = z.infer<typeof alertRequestSchema>;
/** As a caller writes it: what is left out has a preset. */
export type AlertRequestBody = z.input<typeof alertRequestSchema>;

/** POST /api/alerts/preview: what would be said, shown and reached. Nothing is kept. */
export const alertPreviewSchema = z.object({
  title: z.string(),
  places: count,
  people: count,
  devices: z.object({ inScope: count, online: count, offline: count }),
  /** By profile, with what each puts out. */
  profiles: z.array(z.object({ profile: z.enum(profiles), outputs: z.array(z.enum(outputs)), devices: count })),
  /** As they will be heard, exercise notices and all. `voice` absent: no voice, so Mandarin stands in. */
  spoken: z.array(
    spokenSchema.extend({
      voice: z.enum(['recording', 'synthesis']).optional(),
      /** Absent until it has been rendered. */
      seconds: z.number().optional(),
      /** Dialect of how many places. */
      places: count,
    }),
  ),
  sign: z.string().optional(),
  /** Places where sound is refused now; with `breaksQuietHours` they sound all the same. */
  quietPlaces: count,
  validFrom: instantSchema,
  validUntil: instantSchema,
  /** Campaigns of which plays fall away or wait while it holds, the most first. */
  preempts: z.array(z.object({ campaign: z.string(), title: z.string(), plays: count })),
  /** Alerts that hold at the same places already. */
  overlaps: z.array(alertId),
  /** Places under a stop order: nothing will sound there. */
  stoppedPlaces: count,
  approval: z.object({ needed: count, entitled: z.array(z.object({ kid: z.string(), name: z.string() })) }),
  problems: z.array(contentProblemSchema),
});
export type AlertPreview = z.infer<typeof alertPreviewSchema>;

/** GET /api/alerts (the latest first), GET /api/alerts/:id, and what creating and ending answer with. */
export const alertViewSchema = z.object({
  id: alertId,
  status: z.enum(['actual', 'exercise']),
  state: z.enum(alertStates),
  title: z.string(),
  event: z.string(),
  severity: z.enum(severities),
  spoken: z.array(spokenSchema),
  sign: z.string().optional(),
  output: z.enum(['audio', 'text', 'both']),
  profiles: z.array(z.enum(profiles)),
  everywhere: z.boolean(),
  places: count,
  people: count,
  repeatSeconds: count,
  breaksQuietHours: z.boolean(),
  priority: count,
  createdAt: instantSchema,
  /** Account id, or `machine`; and what the account is called. */
  author: z.string(),
  authorName: z.string().optional(),
  validFrom: instantSchema,
  validUntil: instantSchema,
  /** To be signed: the exact bytes are at GET /api/candidates/:sha256, the envelope goes to POST /api/releases. */
  candidate: sha256Schema.optional(),
  approval: partialApprovalSchema,
  /** Who may sign and has not. */
  missing: z.array(z.object({ kid: z.string(), name: z.string() })),
  release: sha256Schema.optional(),
  publishedAt: instantSchema.optional(),
  endedAt: instantSchema.optional(),
  endedBy: z.string().optional(),
  endedByName: z.string().optional(),
  endReason: z.string().optional(),
  replaces: alertId.optional(),
  replacedBy: alertId.optional(),
  /** Where it came from, if not from here. */
  cap: z.object({ sender: z.string(), identifier: z.string(), sent: instantSchema }).optional(),
  /** Of the devices in scope; `missed`: had to and did not. */
  devices: z.object({ inScope: count, assigned: count, ready: count, sounded: count, missed: count, offline: count }),
  problems: z.array(z.object({ code: z.string(), dialect: z.string().optional(), profile: z.string().optional() })),
});
export type AlertView = z.infer<typeof alertViewSchema>;

/** GET /api/alerts/:id/devices */
export const alertDeviceSchema = z.object({
  device: z.string(),
  place: placeSchema,
  profile: z.enum(profiles),
  online: z.boolean(),
  stage: z.enum(deviceStages),
  assignedAt: instantSchema.optional(),
  readyAt: instantSchema.optional(),
  soundedAt: instantSchema.optional(),
  /** Plays that were completed. */
  plays: count,
  /** Why it did not, where it said so. */
  cause: z.string().optional(),
});
export type AlertDevice = z.infer<typeof alertDeviceSchema>;
export const alertDevicesSchema = z.object({ id: alertId, now: instantSchema, devices: z.array(alertDeviceSchema) });

export const alertEndRequestSchema = z.strictObject({
  reason: z.string().trim().min(1).max(alertLimits.reasonLength),
});

/**
 * POST /api/cap: `alert`: waits for signatures; `ended`: a cancellation, done; `kept`: never goes on air (`why`);
 * `duplicate`: known, nothing was done again.
 */
export const capTakenSchema = z.object({
  outcome: z.enum(['alert', 'ended', 'kept', 'duplicate']),
  identifier: z.string(),
  why: z.string().optional(),
  alerts: z.array(alertViewSchema),
});
export type CapTaken = z.infer<typeof capTakenSchema>;

/** `alerts` of GET /api/live: what waits for signatures or is on air, whenever that has changed. */
export const openAlertSchema = alertViewSchema.pick({
  id: true,
  status: true,
  state: true,
  title: true,
  places: true,
  createdAt: true,
  validUntil: true,
  candidate: true,
  approval: true,
});
export type OpenAlert = z.infer<typeof openAlertSchema>;

/**
 * What the HTTP API says: the gateway answers with these schemas and the console reads their types.
 * Times are milliseconds since the epoch; days are local to the district's zone; positions WGS-84.
 */
import {
  clockStates,
  daySchema,
  evidences,
  instantSchema,
  missCauses,
  outputs,
  placeSchema,
  positionSchema,
  profiles,
  siteKinds,
} from '@xiaolaba/protocol';
import { z } from 'zod';
import { type OpenAlert, openAlertSchema } from './alert-contract.js';
import { partialApprovalSchema } from './trust-contract.js';

export * from './ahead-contract.js';
export * from './alert-contract.js';
export * from './order-contract.js';
export * from './prediction-contract.js';
export * from './recording-contract.js';
export * from './rollout-contract.js';
export * from './today-contract.js';
export * from './trust-contract.js';

const localized = z.object({ zh: z.string(), en: z.string() });
const named = z.object({ id: z.string(), name: localized });
const count = z.number().int().min(0);

export const slotStatuses = ['pending', 'verified', 'partly', 'missed'] as const;
export type SlotStatus = (typeof slotStatuses)[number];

export const siteViewSchema = named.extend({
  kind: z.enum(siteKinds),
  township: z.string(),
  policeStation: z.string(),
  position: positionSchema,
  dialects: z.array(z.string()),
  people: count,
});

export const districtViewSchema = named.extend({
  zone: z.string(),
  demo: z.boolean(),
  townships: z.array(named),
  policeStations: z.array(named.extend({ township: z.string() })),
  sites: z.array(siteViewSchema),
  /** Stops in order; lines are drawn through them. */
  routes: z.array(named.extend({ stops: z.array(z.string()) })),
  fleets: z.array(named),
  campaigns: z.array(z.object({ id: z.string(), title: localized })),
});
export type DistrictView = z.infer<typeof districtViewSchema>;
export type SiteView = z.infer<typeof siteViewSchema>;

/** Slots counted; `due` are those whose time has passed and that are therefore verified, partly, missed or awaited. */
export const tallySchema = z.object({
  expected: count,
  due: count,
  verified: count,
  heard: count,
  partly: count,
  missed: count,
});
export type Tally = z.infer<typeof tallySchema>;

/** One colour each, everywhere; `none` where nothing is expected that day. */
export const placeStates = ['heard', 'claimed', 'partly', 'missed', 'contradicted', 'pending', 'none'] as const;
export type PlaceState = (typeof placeStates)[number];

export const placeDaySchema = tallySchema.extend({
  place: placeSchema,
  state: z.enum(placeStates),
  /** The commonest cause of what was missed or partly played. */
  cause: z.enum(missCauses).optional(),
  /** What is on there now, by the last beats. */
  playing: z
    .object({ campaign: z.string(), item: z.string(), since: instantSchema, output: z.enum(outputs) })
    .optional(),
  /** Whether at least one of its devices is connected; absent for places that only vehicles and bikes cover. */
  online: z.boolean().optional(),
});
export type PlaceDay = z.infer<typeof placeDaySchema>;

export const breakdownSchema = tallySchema.extend({ id: z.string(), covered: count, of: count });
export type Breakdown = z.infer<typeof breakdownSchema>;

export const dayViewSchema = z.object({
  day: daySchema,
  /** The gateway's time. */
  now: instantSchema,
  closed: z.boolean(),
  totals: tallySchema,
  devices: z.object({ known: count, online: count }),
  causes: z.partialRecord(z.enum(missCauses), count),
  /** Places covered of places where something was expected, and their slots. */
  kinds: z.array(breakdownSchema),
  townships: z.array(breakdownSchema),
  policeStations: z.array(breakdownSchema),
  campaigns: z.array(breakdownSchema),
  places: z.array(placeDaySchema),
});
export type DayView = z.infer<typeof dayViewSchema>;

/** A place that ought to have sounded and did not, the worst first. */
export const silentPlaceSchema = z.object({
  place: placeSchema,
  name: localized,
  kind: z.enum([...siteKinds, 'route', 'fleet']),
  township: z.string().optional(),
  policeStation: z.string().optional(),
  cause: z.enum(missCauses),
  missed: count,
  due: count,
  /** Since when nothing has been verified there. */
  since: instantSchema,
  /** False where later slots were verified again. */
  ongoing: z.boolean(),
});
export type SilentPlace = z.infer<typeof silentPlaceSchema>;

export const recordViewSchema = z.object({
  id: z.string(),
  device: z.string(),
  kind: z.enum(['play', 'boot', 'active', 'clock', 'event']),
  at: instantSchema,
  receivedAt: instantSchema,
  /** The record as the device signed it. */
  record: z.record(z.string(), z.unknown()),
});
export type RecordView = z.infer<typeof recordViewSchema>;

export const slotViewSchema = z.object({
  id: z.string(),
  device: z.string().optional(),
  campaign: z.string(),
  title: localized,
  cue: z.string(),
  item: z.string(),
  itemTitle: z.string(),
  output: z.enum(outputs),
  dueAt: instantSchema,
  startAt: instantSchema,
  endAt: instantSchema,
  /** A slot that something triggers (an arrival, an unlocking) is due any time within its span. */
  triggered: z.boolean(),
  status: z.enum(slotStatuses),
  cause: z.enum(missCauses).optional(),
  evidence: z.enum(evidences).optional(),
  dialect: z.string().optional(),
  wanted: z.string().optional(),
  voice: z.enum(['recording', 'synthesis']).optional(),
  /** `/blobs/<sha256>` of what was to be heard. */
  audio: z.string().optional(),
  text: z.string().optional(),
  /** When it really began and how long it went on, by the record that decided. */
  startedAt: instantSchema.optional(),
  playedMs: count.optional(),
  record: z.string().optional(),
});
export type SlotView = z.infer<typeof slotViewSchema>;

export const deviceViewSchema = z.object({
  id: z.string(),
  profile: z.enum(profiles),
  place: placeSchema,
  online: z.boolean(),
  enrolled: z.boolean(),
  lastHeardAt: instantSchema.optional(),
  clock: z.enum(clockStates).optional(),
  clockOffsetMs: z.number().optional(),
  unreported: count.optional(),
  firmware: z.string().optional(),
  /** Version of the key list that it holds; absent where its approvers' keys are fixed. */
  keyList: count.optional(),
  assignment: z
    .object({ issued: count, active: count, stage: z.string(), done: count, of: count, reason: z.string().optional() })
    .optional(),
  faults: z.array(z.object({ part: z.string(), reason: z.string() })),
  position: positionSchema.optional(),
});
export type DeviceView = z.infer<typeof deviceViewSchema>;

/** GET /api/places/:type/:id/days/:day */
export const placeDetailSchema = z.object({
  place: placeDaySchema,
  now: instantSchema,
  /** Start and end of the local day. */
  span: z.object({ from: instantSchema, to: instantSchema }),
  quiet: z.array(z.object({ from: instantSchema, to: instantSchema })),
  devices: z.array(deviceViewSchema),
  slots: z.array(slotViewSchema),
  records: z.array(recordViewSchema),
});
export type PlaceDetail = z.infer<typeof placeDetailSchema>;

/** A bus or bike as it moves. */
export const vehicleSchema = z.object({
  device: z.string(),
  place: placeSchema,
  position: positionSchema,
  playing: z.boolean(),
  online: z.boolean(),
});
export type Vehicle = z.infer<typeof vehicleSchema>;

/**
 * Server-sent events of GET /api/live, each `data` JSON; about two a second at most.
 * `now`: the gateway's time, also as a sign of life; `coverage`: places of that day that changed, with the totals;
 * `vehicles`: those that moved; `alerts`: all that wait for signatures or are on air, whenever that has changed.
 */
export const liveEventSchemas = {
  now: z.object({ now: instantSchema, day: daySchema }),
  coverage: dayViewSchema,
  vehicles: z.array(vehicleSchema),
  alerts: z.array(openAlertSchema),
} as const;
export interface LiveEvents {
  now: z.infer<typeof liveEventSchemas.now>;
  /** As a day view, but `places` holds only those that changed. */
  coverage: DayView;
  vehicles: Vehicle[];
  alerts: OpenAlert[];
}

export const rejectViewSchema = z.object({
  id: count,
  device: z.string(),
  at: instantSchema,
  topic: z.string(),
  code: z.string(),
  message: z.string(),
  bytes: count,
});
export type RejectView = z.infer<typeof rejectViewSchema>;

/** Body of every answer that is not a success. */
export const problemSchema = z.object({
  code: z.string(),
  message: localized,
  details: z.record(z.string(), z.unknown()),
});
export type Problem = z.infer<typeof problemSchema>;

/** GET /api/campaigns: what is drafted, awaiting approval, on air. */
export const campaignViewSchema = z.object({
  id: z.string(),
  title: localized,
  state: z.enum(['draft', 'rendering', 'candidate', 'released', 'withdrawn', 'failed']),
  revision: count,
  /** SHA-256 of the candidate's payloads, by variant: what an approver signs. */
  candidates: z.array(
    z.object({
      sha256: z.string(),
      variant: z.string().optional(),
      places: count,
      people: count,
      /** Whether it goes out in waves unless the approver says otherwise. */
      staged: z.boolean(),
      /** Who has signed it, and how many are missing. */
      approval: partialApprovalSchema.optional(),
    }),
  ),
  releases: z.array(
    z.object({
      sha256: z.string(),
      variant: z.string().optional(),
      revision: count,
      approvedBy: z.array(z.string()),
      /** The same in names. */
      approvers: z.array(z.string()),
      places: count,
    }),
  ),
  problems: z.array(z.object({ code: z.string(), item: z.string().optional(), dialect: z.string().optional() })),
});
export type CampaignView = z.infer<typeof campaignViewSchema>;

export * from './accounts-contract.js';
export * from './desk-contract.js';
export * from './editor-contract.js';
export * from './schedule-contract.js';

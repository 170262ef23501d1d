import { z } from 'zod';
import { bootSchema, dialectSchema, idSchema, instantSchema, outputs, positionSchema, sha256Schema } from './ids.js';
import { triggers } from './release.js';

/** Why something did not play, or not wholly. The gateway adds those that only it can see. */
export const missCauses = [
  'offline',
  'not-delivered',
  'bad-file',
  'clock',
  'pre-empted',
  'silent',
  'no-permission',
  'no-visit',
  'unknown',
] as const;
export type MissCause = (typeof missCauses)[number];

/** claimed: the device says so; heard: a sensor agrees; contradicted: a sensor disagrees. */
export const evidences = ['claimed', 'heard', 'contradicted'] as const;
export type Evidence = (typeof evidences)[number];

const common = { seq: z.number().int().min(1), at: instantSchema };

export const playRecordSchema = z.strictObject({
  ...common,
  kind: z.literal('play'),
  release: sha256Schema,
  campaign: idSchema,
  cue: idSchema,
  item: idSchema,
  output: z.enum(outputs),
  /** When it was due by the plan; for a trigger, when that happened. */
  dueAt: instantSchema,
  /** Wall time of the first sound (or dot). */
  startedAt: instantSchema,
  /** From the monotonic clock: time really played, pauses left out. */
  playedMs: z.number().int().min(0).max(86_400_000),
  expectedMs: z.number().int().min(0).max(86_400_000),
  result: z.enum(['completed', 'cut', 'refused']),
  /** Present unless completed. */
  cause: z.enum(missCauses).optional(),
  evidence: z.enum(evidences),
  dialect: dialectSchema.optional(),
  /** The dialect that the place would have had, where Mandarin stood in for it. */
  wanted: dialectSchema.optional(),
  /** Per cent of full scale. */
  volume: z.number().int().min(0).max(100).optional(),
  /** Mean sensor reading while playing, in the sensor's unit (dB for a microphone, mA for a current sensor). */
  level: z.number().min(-200).max(100_000).optional(),
  trigger: z
    .strictObject({ on: z.enum(triggers), site: idSchema.optional(), position: positionSchema.optional() })
    .optional(),
  /** How long the vehicle stood at the site while this played. */
  dwellMs: z.number().int().min(0).max(86_400_000).optional(),
  /** Times it was paused for something more urgent. */
  pauses: z.number().int().min(0).max(1000),
});
/** 播放记录: one actual playing. */
export type PlayRecord = z.infer<typeof playRecordSchema>;

/** First record of every boot: when the device was last alive before it, so that the gap is known. */
export const bootRecordSchema = z.strictObject({
  ...common,
  kind: z.literal('boot'),
  firmware: z.string().max(40),
  previous: z
    .strictObject({
      boot: bootSchema,
      lastSeq: z.number().int().min(0),
      chain: sha256Schema,
      lastAliveAt: instantSchema,
    })
    .optional(),
});

/** What plays from now on; the ledger needs it to tell "not delivered" from "did not play". */
export const activeRecordSchema = z.strictObject({
  ...common,
  kind: z.literal('active'),
  assignment: z.number().int().min(1),
  releases: z.array(sha256Schema).max(200),
});

/** The clock could not be trusted from `from` (by the projected time) until `at`. */
export const clockRecordSchema = z.strictObject({
  ...common,
  kind: z.literal('clock'),
  from: instantSchema,
  /** How far the wall clock was off, milliseconds. */
  stepMs: z.number().int().min(-8.64e15).max(8.64e15),
});

/** Anything else that a technician or officer wants to know of. */
export const eventRecordSchema = z.strictObject({
  ...common,
  kind: z.literal('event'),
  event: z.enum([
    'test-button',
    'tamper',
    'stopped',
    'stop-lifted',
    'storage-full',
    'blob-corrupt',
    'amplifier',
    'override',
    /** A new key list holds; its version in `detail`. */
    'key-list',
    /** One was refused; why in `detail`. */
    'key-list-refused',
  ]),
  detail: z.string().max(200).optional(),
});

export const journalRecordSchema = z.discriminatedUnion('kind', [
  playRecordSchema,
  bootRecordSchema,
  activeRecordSchema,
  clockRecordSchema,
  eventRecordSchema,
]);
export type JournalRecord = z.infer<typeof journalRecordSchema>;

/** Most records in one batch, and the most bytes in one line: a batch stays well under a packet's 256 KB. */
export const maxBatchRecords = 64;
export const maxRecordBytes = 2048;

/**
 * A signed batch. Each line is a record's JSON exactly as it was journalled; the chain value is the hash of
 * everything of this boot before `first`, so that no record can be left out or put in unseen.
 */
export const recordBatchSchema = z.strictObject({
  v: z.literal(1),
  device: idSchema,
  boot: bootSchema,
  first: z.number().int().min(1),
  chain: sha256Schema,
  lines: z.array(z.string().min(2).max(maxRecordBytes)).min(1).max(maxBatchRecords),
});
export type RecordBatch = z.infer<typeof recordBatchSchema>;

/** SHA-256 of bytes as lower-case hexadecimal. */
export type Sha256 = (bytes: Uint8Array) => string;

const encoder = new TextEncoder();
/** Chain value before the first record of a boot. */
export const chainStart = (sha256: Sha256, device: string, boot: string): string =>
  sha256(encoder.encode(`${device} ${boot}`));
/** Chain value after one more line. */
export const chainNext = (sha256: Sha256, chain: string, line: string): string =>
  sha256(encoder.encode(`${chain}\n${line}`));

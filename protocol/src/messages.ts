import { z } from 'zod';
import { maxWindowBytes } from './chunk.js';
import { keyIdSchema } from './envelope.js';
import {
  bootSchema,
  idSchema,
  instantSchema,
  maxBlobBytes,
  outputs,
  placeSchema,
  positionSchema,
  profiles,
  sha256Schema,
} from './ids.js';
import { evidences } from './play-record.js';

/** Protocol versions this code speaks. */
export const protocolVersions = { min: 1, max: 1 } as const;

export const clockStates = ['trusted', 'unsynchronised', 'jumped'] as const;
export type ClockState = (typeof clockStates)[number];

/** Up, QoS 1, first after every connect, and again when another key list holds. */
export const helloSchema = z.strictObject({
  v: z.literal(1),
  protocol: z.strictObject({ min: z.number().int().min(1), max: z.number().int().min(1) }),
  boot: bootSchema,
  at: instantSchema,
  profile: z.enum(profiles),
  firmware: z.string().max(40),
  outputs: z.array(z.enum(outputs)).max(4),
  /** `null` for a device without a sign. */
  sign: z
    .strictObject({
      columns: z.number().int().min(8).max(4096),
      rows: z.number().int().min(8).max(1024),
      charset: z.enum(['gb2312', 'gbk', 'unicode']),
    })
    .nullable(),
  /** Version of the assignment it holds; 0 for none. */
  assignment: z.number().int().min(0),
  /** Version of the key list it holds, 0 for none; left out where its approvers' keys are fixed. */
  keyList: z.number().int().min(0).max(1_000_000).optional(),
  /** Records that wait to be taken. */
  unreported: z.number().int().min(0),
  clock: z.enum(clockStates),
});
export type Hello = z.infer<typeof helloSchema>;

/** Up, QoS 0: the live pulse; every minute, every five for a battery, and at once when what plays changes. */
export const beatSchema = z.strictObject({
  v: z.literal(1),
  boot: bootSchema,
  at: instantSchema,
  /** Seconds since boot, monotonic. */
  up: z.number().int().min(0),
  clock: z.enum(clockStates),
  /** What is on now. */
  playing: z
    .array(
      z.strictObject({
        output: z.enum(outputs),
        campaign: idSchema,
        cue: idSchema,
        item: idSchema,
        since: instantSchema,
        evidence: z.enum(evidences),
      }),
    )
    .max(2),
  unreported: z.number().int().min(0),
  position: positionSchema.optional(),
  /** Where a moving device stands now. */
  site: idSchema.optional(),
  /** Parts that do not work, with a reason in one word. */
  faults: z.array(z.strictObject({ part: z.string().max(24), reason: z.string().max(64) })).max(8),
});
export type Beat = z.infer<typeof beatSchema>;

/** Up, QoS 1: how far an assignment has come. */
export const progressSchema = z.strictObject({
  v: z.literal(1),
  at: instantSchema,
  assignment: z.number().int().min(1),
  stage: z.enum(['received', 'fetching', 'ready', 'active', 'refused']),
  done: z.number().int().min(0),
  of: z.number().int().min(0),
  /** Code of why it was refused, and of which release. */
  reason: z.string().max(64).optional(),
  release: sha256Schema.optional(),
});
export type Progress = z.infer<typeof progressSchema>;

/** Up, QoS 1, retained; also the last will. The boot tells a late will from the present connection. */
export const statusSchema = z.strictObject({ state: z.enum(['online', 'offline']), boot: bootSchema });
export type Status = z.infer<typeof statusSchema>;

/** Up, QoS 1: asks for a part of a blob, which comes in chunks. One at a time. */
export const wantSchema = z.strictObject({
  v: z.literal(1),
  sha256: sha256Schema,
  /** Offset of the first byte. */
  from: z.number().int().min(0).max(maxBlobBytes),
  /** Bytes wanted in this go; fewer come where the blob ends. */
  most: z.number().int().min(1).max(maxWindowBytes),
});
export type Want = z.infer<typeof wantSchema>;

/** Down: every record of this boot up to and including this one is safe; the device may forget them. */
export const ackSchema = z.strictObject({ v: z.literal(1), boot: bootSchema, upTo: z.number().int().min(0) });
export type Ack = z.infer<typeof ackSchema>;

/**
 * Down. `time` tells the gateway's time, with which a device only ever checks its own clock: a gateway
 * that could set clocks could make a loudspeaker speak at night. `identify` blinks and beeps.
 */
export const commandSchema = z.discriminatedUnion('kind', [
  z.strictObject({ v: z.literal(1), kind: z.literal('time'), at: instantSchema }),
  z.strictObject({ v: z.literal(1), kind: z.literal('identify'), id: z.string().max(40) }),
]);
export type Command = z.infer<typeof commandSchema>;

/** Down, retained, in an envelope that an approver signed: fall silent (or, lifted, speak again). */
export const stopOrderSchema = z.strictObject({
  v: z.literal(1),
  /** Rises with every order; a lower one is refused. */
  version: z.number().int().min(1),
  issuedAt: instantSchema,
  /** Places, or everywhere. */
  scope: z.union([z.literal('everywhere'), z.array(z.string().max(64)).min(1).max(5000)]),
  state: z.enum(['stop', 'lifted']),
  reason: z.string().max(200),
});
export type StopOrder = z.infer<typeof stopOrderSchema>;

/** Body of the enrolment request, over HTTP. */
export const enrolRequestSchema = z.strictObject({
  device: idSchema,
  /** One-time claim code. */
  code: z.string().regex(/^[A-Z2-9]{4}(-[A-Z2-9]{4}){3}$/),
  /** Ed25519, raw, base64. */
  publicKey: z.string().max(64),
});
export type EnrolRequest = z.infer<typeof enrolRequestSchema>;

export const enrolResponseSchema = z.strictObject({
  device: idSchema,
  place: placeSchema,
  /** 256 random bits, base64url; told once. */
  secret: z.string().min(43).max(44),
  /** Key that signs assignments. */
  gatewayKey: z.strictObject({ alg: z.literal('Ed25519'), kid: keyIdSchema, key: z.string().length(44) }),
});
export type EnrolResponse = z.infer<typeof enrolResponseSchema>;

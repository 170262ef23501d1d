import { z } from 'zod';
import { daySetSchema } from './calendar/calendar.js';
import {
  dialectSchema,
  idSchema,
  instantSchema,
  maxBlobBytes,
  outputs,
  placeSchema,
  profiles,
  sha256Schema,
} from './ids.js';
import { clockTimeSchema } from './schedule/local-time.js';

/** One file for one profile. Its duration is part of what is signed: the plan is computed from it. */
export const renditionSchema = z.strictObject({
  profile: z.enum(profiles),
  sha256: sha256Schema,
  bytes: z.number().int().positive().max(maxBlobBytes),
  durationMs: z.number().int().positive().max(3_600_000),
  format: z.enum(['mp3', 'opus', 'adpcm']),
  /** How much of the beginning is there to wake an amplifier, in milliseconds. */
  leadInMs: z.number().int().min(0).max(10_000),
});
export type Rendition = z.infer<typeof renditionSchema>;

export const audioVersionSchema = z.strictObject({
  dialect: dialectSchema,
  voice: z.enum(['recording', 'synthesis']),
  /** What is said, for an endpoint that speaks by itself, and for whoever approves it. */
  words: z.string().min(1).max(2000).optional(),
  renditions: z.array(renditionSchema).min(1).max(8),
});
export type AudioVersion = z.infer<typeof audioVersionSchema>;

/** A film without sound that loops behind an item's text on a screen: H.264 in MP4. */
export const videoSchema = z.strictObject({
  sha256: sha256Schema,
  bytes: z
    .number()
    .int()
    .positive()
    .max(64 * 1024 * 1024),
  durationMs: z.number().int().positive().max(120_000),
  format: z.literal('mp4'),
});
export type Video = z.infer<typeof videoSchema>;

/** The one profile that may be a screen rather than a sign. */
export const videoProfile = 'bus-screen';

export const itemSchema = z.strictObject({
  id: idSchema,
  title: z.string().min(1).max(120),
  audio: z.array(audioVersionSchema).max(24),
  text: z.string().min(1).max(1000).optional(),
  video: videoSchema.optional(),
});
export type Item = z.infer<typeof itemSchema>;

export const windowSchema = z.strictObject({ days: daySetSchema, from: clockTimeSchema, to: clockTimeSchema });
/** Local clock times; `to` at or before `from` passes midnight. `24:00` is the end of the day. */
export type Window = z.infer<typeof windowSchema>;

export const triggers = ['unlock', 'lock', 'stop-arrival'] as const;
export type TriggerKind = (typeof triggers)[number];

export const timingSchema = z.discriminatedUnion('kind', [
  /** At every window's start and then every so many seconds. */
  z.strictObject({
    kind: z.literal('every'),
    windows: z.array(windowSchema).min(1).max(24),
    seconds: z.number().int().min(10).max(86_400),
  }),
  /** Once, at each window's start. */
  z.strictObject({ kind: z.literal('once'), windows: z.array(windowSchema).min(1).max(24) }),
  /** For the whole window (text only), accounted for in segments of so many seconds. */
  z.strictObject({
    kind: z.literal('continuous'),
    windows: z.array(windowSchema).min(1).max(24),
    segmentSeconds: z.number().int().min(60).max(86_400),
  }),
  /** When something happens inside a window; not again within the cooldown (at the same place). */
  z.strictObject({
    kind: z.literal('triggered'),
    on: z.enum(triggers),
    windows: z.array(windowSchema).min(1).max(24),
    cooldownSeconds: z.number().int().min(0).max(86_400),
  }),
]);
export type Timing = z.infer<typeof timingSchema>;

/** From this priority on a cue is an alert 紧急插播. */
export const alertPriority = 90;

export const cueSchema = z.strictObject({
  id: idSchema,
  output: z.enum(outputs),
  /** Played in turn. */
  items: z.array(idSchema).min(1).max(50),
  timing: timingSchema,
  /** 0–100; higher wins. 90 and above is for alerts. */
  priority: z.number().int().min(0).max(100),
  /** Per cent of full scale. */
  volumeCap: z.number().int().min(0).max(100),
  dialects: z.enum(['rotate', 'first']),
  /** Only an alert may, and whoever approves it sees that it does. */
  breaksQuietHours: z.boolean(),
});
/** 播放安排 */
export type Cue = z.infer<typeof cueSchema>;

export const releaseSchema = z
  .strictObject({
    v: z.literal(1),
    campaign: idSchema,
    /** Rises with every approval of the campaign; a device refuses a lower one for the same campaign and variant. */
    revision: z.number().int().min(1).max(1_000_000),
    /** Which of the campaign's texts this is, where they differ by place (the police station named in it, say). */
    variant: idSchema.optional(),
    title: z.string().min(1).max(120),
    frozenAt: instantSchema,
    /** In force from the first instant to before the second. */
    validFrom: instantSchema,
    validUntil: instantSchema,
    audience: z.strictObject({
      profiles: z.array(z.enum(profiles)).min(1),
      places: z.array(placeSchema).min(1).max(5000),
    }),
    items: z.array(itemSchema).min(1).max(200),
    cues: z.array(cueSchema).min(1).max(100),
  })
  .superRefine((release, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const items = new Map(release.items.map((item) => [item.id, item]));
    if (items.size < release.items.length) refuse(['items'], 'the same id twice');
    if (new Set(release.cues.map((cue) => cue.id)).size < release.cues.length) refuse(['cues'], 'the same id twice');
    for (const [index, cue] of release.cues.entries()) {
      for (const id of cue.items) {
        const item = items.get(id);
        if (!item) refuse(['cues', index, 'items'], `no item ${id}`);
        else if (cue.output === 'text' && item.text === undefined) refuse(['cues', index, 'items'], `no text in ${id}`);
      }
      if (cue.output === 'audio' && cue.timing.kind === 'continuous')
        refuse(['cues', index, 'timing'], 'sound is never continuous');
      if (cue.breaksQuietHours && cue.priority < alertPriority)
        refuse(['cues', index, 'breaksQuietHours'], 'only an alert may');
    }
    if (release.validUntil <= release.validFrom) refuse(['validUntil'], 'before validFrom');
  });
/** 发布单: a campaign frozen by approval. */
export type Release = z.infer<typeof releaseSchema>;

/** A release with the SHA-256 of the envelope it came in: its name everywhere else. */
export interface NamedRelease {
  readonly sha256: string;
  readonly release: Release;
}

/** The files that a device of this profile needs for a release. */
export function renditionsFor(release: Release, profile: string): Rendition[] {
  const bySha = new Map<string, Rendition>();
  for (const item of release.items) {
    for (const version of item.audio) {
      for (const rendition of version.renditions)
        if (rendition.profile === profile) bySha.set(rendition.sha256, rendition);
    }
  }
  return [...bySha.values()];
}

/** All files that a device of this profile fetches for a release. */
export function filesFor(release: Release, profile: string): Pick<Rendition, 'sha256' | 'bytes'>[] {
  const videos = release.items.flatMap(({ video }) => (video && profile === videoProfile ? [video] : []));
  return [...renditionsFor(release, profile), ...new Map(videos.map((video) => [video.sha256, video])).values()];
}

/** What a release's payload may be at most. */
export const releaseLimits = { maxBytes: 4 * 1024 * 1024, maxDepth: 16 } as const;

/** What the API says of recordings, films, voices and items. Times are milliseconds since the epoch. */
import { idSchema, instantSchema, profiles, sha256Schema, siteKinds } from '@xiaolaba/protocol';
import { z } from 'zod';

const localized = z.object({ zh: z.string(), en: z.string() });
const count = z.number().int().min(0);
const dialectSchema = z.string().regex(/^[a-z]{3}$/);

/** Why something can't be had, and what to do. */
const reasonSchema = z.object({ code: z.string(), message: localized });

/** Largest upload, bytes; a larger one is answered with 413 `upload-too-large`. */
export const uploadLimits = { recording: 128 * 1024 * 1024, video: 512 * 1024 * 1024 } as const;

/** What a recording was as it came. */
export const recordingFiguresSchema = z.object({
  durationMs: count,
  /** Loudness, LUFS (EBU R128), −70 at the lowest. */
  lufs: z.number(),
  /** Highest true peak, dBTP; over 0 where a decoder overshot. */
  truePeakDb: z.number(),
  /** 0–1: samples that are cut off at full scale. */
  clippedShare: z.number(),
  /** Of the file that was sent, Hz. */
  sampleRate: count,
  channels: count,
  /** Of the file that was sent, as ffmpeg names them. */
  format: z.string(),
  codec: z.string(),
});
export type RecordingFigures = z.infer<typeof recordingFiguresSchema>;

/** What devices of one profile will play of it; `/blobs/<sha256>` to listen to. */
const renditionViewSchema = z.object({
  profile: z.enum(profiles),
  sha256: sha256Schema,
  bytes: count,
  /** Lead-in included. */
  durationMs: count,
  format: z.string(),
  lufs: z.number(),
  truePeakDb: z.number(),
});

/** Where a file is used: campaigns of the desk and of files, withdrawn ones not counted. */
const mediaUseSchema = z.object({
  campaign: idSchema,
  title: localized,
  item: idSchema,
  dialect: z.string().optional(),
});
export type MediaUse = z.infer<typeof mediaUseSchema>;

const mediaFields = {
  /** How campaigns name it: `recording:` or `video:` of an item. Safe as a file name; may hold Chinese. */
  name: z.string(),
  /** As it was named by whoever made it. */
  title: z.string(),
  /** `files`: came with imported content. */
  source: z.enum(['desk', 'files']),
  /** Account id or `machine`; absent for files. */
  author: z.string().optional(),
  authorName: z.string().optional(),
  at: instantSchema.optional(),
  /** Of the file that is kept: `/blobs/<sha256>` plays it, `/api/waveforms/<sha256>` draws a recording. */
  sha256: sha256Schema,
  bytes: count,
  uses: z.array(mediaUseSchema),
};

/**
 * POST /api/recordings?name=…&fromMs=…&toMs=… with the file as the body (any type), and GET /api/recordings.
 * Refused with 422 and `audio-silent`, `audio-too-short`, `audio-too-long`, `audio-clipped`, `audio-no-stream`,
 * `audio-unreadable`, `audio-damaged`, `upload-empty`, `name-malformed`, `trim-malformed`; 413 `upload-too-large`.
 */
export const recordingSchema = z.object({
  ...mediaFields,
  /** Absent while it is being measured: ask again. */
  figures: recordingFiguresSchema.optional(),
  renditions: z.array(renditionViewSchema),
  /** Profiles that can't have it, and why: too long for a bike lock, say. */
  refusals: z.array(reasonSchema.extend({ profile: z.enum(profiles) })),
  /** Present where no profile can have it: nothing that names it can be aired. */
  refused: reasonSchema.optional(),
});
export type RecordingView = z.infer<typeof recordingSchema>;

const fromMs = z.coerce.number().int().min(0).max(36_000_000).optional();
export const recordingQuerySchema = z.object({
  /** What people call it, 1–60 characters; the file's name is made of it. */
  name: z.string().max(200),
  /** Keep only what lies between these, milliseconds from the beginning. */
  fromMs,
  toMs: fromMs,
});
export type RecordingQuery = z.infer<typeof recordingQuerySchema>;

/** POST /api/recordings/:name/trim: makes a new recording of a part of this one, which stays. */
export const trimRequestSchema = z.strictObject({
  fromMs: count,
  toMs: count,
  /** Absent: as the old one. */
  name: z.string().max(200).optional(),
});
export type TrimRequest = z.infer<typeof trimRequestSchema>;

/** GET /api/recordings/:name/waveform?buckets=…: peaks 0–1 of equal parts. */
export const recordingWaveformSchema = z.object({ durationMs: count, peaks: z.array(z.number()) });
export type RecordingWaveform = z.infer<typeof recordingWaveformSchema>;

/** DELETE /api/recordings/:name and /api/videos/:name; 409 `media-in-use` names the campaigns in `details.uses`. */
export const mediaRemovedSchema = z.object({ name: z.string() });

/**
 * POST /api/videos?name=… with the film as the body, and GET /api/videos. Refused with `video-unreadable`,
 * `video-too-long`, `video-too-large`, `upload-empty`, `name-malformed`; 413 `upload-too-large`.
 */
export const videoFileSchema = z.object({
  ...mediaFields,
  /** What screens will play: `/blobs/<rendition.sha256>`. Absent while it is being made: ask again. */
  rendition: z.object({ sha256: sha256Schema, bytes: count, durationMs: count, format: z.string() }).optional(),
  refused: reasonSchema.optional(),
});
export type VideoFile = z.infer<typeof videoFileSchema>;

export const voiceEngines = ['sherpa-onnx', 'espeak-ng'] as const;
export type VoiceEngine = (typeof voiceEngines)[number];

/** GET /api/voices: for each dialect that is spoken here, who says it. The operator's own model goes before espeak-ng. */
export const voicesSchema = z.object({
  dialects: z.array(
    z.object({
      dialect: dialectSchema,
      /** Places where it is spoken, and people there. */
      places: count,
      people: count,
      /** Versions of items that are recorded in it. */
      recordings: count,
      voice: z.object({ engine: z.enum(voiceEngines), name: z.string() }).optional(),
      /** Present where there is no voice: why, and what to do. */
      reason: reasonSchema.optional(),
    }),
  ),
  engines: z.array(
    z.object({
      engine: z.enum(voiceEngines),
      state: z.enum(['ready', 'absent', 'broken']),
      reason: reasonSchema.optional(),
    }),
  ),
  /** What is wrong with the operator's folder of voices. */
  problems: z.array(reasonSchema.extend({ file: z.string(), field: z.string().optional() })),
});
export type VoicesView = z.infer<typeof voicesSchema>;

/** POST /api/speech. Refused with `speech-no-voice`, `speech-unreadable` (`details.parts`), `speech-empty`. */
export const speechRequestSchema = z.strictObject({ text: z.string().min(1).max(2000), dialect: dialectSchema });
export type SpeechRequest = z.infer<typeof speechRequestSchema>;

export const speechSchema = z.object({
  dialect: dialectSchema,
  engine: z.enum(voiceEngines),
  voice: z.string(),
  /** What was really said: numbers and signs as words. */
  spoken: z.string(),
  /** `/blobs/<sha256>` plays it: MP3. */
  sha256: sha256Schema,
  bytes: count,
  durationMs: count,
  lufs: z.number(),
  truePeakDb: z.number(),
});
export type SpeechView = z.infer<typeof speechSchema>;

/** POST /api/items/preview: an item as a campaign's file has it, and whom it is for. */
export const itemPreviewRequestSchema = z.strictObject({
  item: z.strictObject({
    /** For signs and screens. */
    text: z.string().max(1000).optional(),
    audio: z
      .array(
        z.strictObject({
          dialect: dialectSchema,
          text: z.string().max(2000).optional(),
          recording: z.string().max(200).optional(),
        }),
      )
      .max(40)
      .default([]),
    video: z.string().max(200).optional(),
  }),
  /** Absent: everywhere. All given conditions must hold, as in a campaign's file. */
  audience: z
    .strictObject({
      profiles: z.array(z.enum(profiles)).min(1).optional(),
      kinds: z.array(z.enum([...siteKinds, 'route', 'fleet'])).optional(),
      townships: z.array(idSchema).optional(),
      'police-stations': z.array(idSchema).optional(),
      sites: z.array(idSchema).optional(),
      routes: z.array(idSchema).optional(),
      fleets: z.array(idSchema).optional(),
      dialects: z.array(dialectSchema).optional(),
    })
    .prefault({}),
  /** Seconds from one play to the next, where the item is meant for such a slot. */
  slotSeconds: z.number().int().min(1).max(86_400).optional(),
});
export type ItemPreviewRequest = z.input<typeof itemPreviewRequestSchema>;

export const itemPreviewSchema = z.object({
  places: count,
  people: count,
  slotSeconds: count.optional(),
  /** One for each version of the item, and for each dialect spoken there that has none. */
  audio: z.array(
    z.object({
      dialect: dialectSchema,
      /** Places of the audience where it is spoken. */
      places: count,
      voice: z.enum(['recording', 'synthesis', 'none']),
      engine: z.enum(voiceEngines).optional(),
      /** With `none`: why, and what to do; Mandarin stands in. */
      reason: reasonSchema.optional(),
      /** The text with the fields of the first place filled in. */
      words: z.string().optional(),
      seconds: z.number().optional(),
      /** Whether the seconds are reckoned from the words: the voice has not been made yet. */
      estimated: z.boolean(),
      fitsSlot: z.boolean().optional(),
      /** The longest that each profile takes, where this is longer: nothing is played there. */
      tooLongFor: z.array(z.object({ profile: z.enum(profiles), maxSeconds: count })),
    }),
  ),
  /** One for each size and character set of the signs and screens there. */
  signs: z.array(
    z.object({
      columns: count,
      rows: count,
      charset: z.string(),
      signs: count,
      /** As the sign will show it. */
      text: z.string(),
      columnsNeeded: count,
      fitsStill: z.boolean(),
      /** One pass of the text, for slow and for fast readers. */
      seconds: z.object({ slow: z.number(), fast: z.number() }),
      fitsSlot: z.boolean().optional(),
      /** Characters that the sign does not have, each once. */
      missing: z.array(z.string()),
      refused: reasonSchema.optional(),
    }),
  ),
});
export type ItemPreview = z.infer<typeof itemPreviewSchema>;

/** What the API says of drafts, plans, exports and bulletins. Times and days as in `contract.ts`. */
import { daySchema, instantSchema, placeSchema } from '@xiaolaba/protocol';
import { z } from 'zod';
import { draftStates, planChanges, planSubjects } from '../desk/words.js';

const localized = z.object({ zh: z.string(), en: z.string() });
const count = z.number().int().min(0);

/** One thing wrong with a document: the field, what is wrong and how to mend it. */
export const contentProblemSchema = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  file: z.string(),
  field: z.string().optional(),
  /** With file, line and field before it. */
  message: localized,
  /** Without them, for a form that shows it where it belongs. */
  sentence: localized,
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type ContentProblemView = z.infer<typeof contentProblemSchema>;

/** GET /api/drafts: campaigns of the desk and of files, in one list. `version` is what `If-Match` names. */
export const draftSummarySchema = z.object({
  id: z.string(),
  source: z.enum(['files', 'desk']),
  state: z.enum(draftStates),
  version: count,
  /** Account id, or `machine`; absent for files. */
  author: z.string().optional(),
  /** What the author is called, where it is an account. */
  authorName: z.string().optional(),
  /** Why it was rejected. */
  reason: z.string().optional(),
  updatedAt: instantSchema,
  title: localized,
  valid: z.object({ from: daySchema, to: daySchema }),
});
export type DraftSummary = z.infer<typeof draftSummarySchema>;

/** GET /api/drafts/:id; `campaign` has the form of `playlists/schemas/campaign.schema.json`. */
export const draftSchema = draftSummarySchema.extend({ campaign: z.record(z.string(), z.unknown()) });
export type DraftView = z.infer<typeof draftSchema>;

/** PUT /api/drafts/:id and POST …/submit; the problems are warnings, or what has to be mended before it is submitted. */
export const savedDraftSchema = z.object({ draft: draftSchema, problems: z.array(contentProblemSchema) });
export type SavedDraftView = z.infer<typeof savedDraftSchema>;

/** One leaf of a document that differs; lists whose entries have ids name them by id: `items.case.text`. */
const fieldChangeSchema = z.object({ field: z.string(), from: z.unknown().optional(), to: z.unknown().optional() });
export type FieldChangeView = z.infer<typeof fieldChangeSchema>;

export const draftVersionSchema = z.object({
  version: count,
  author: z.string(),
  authorName: z.string().optional(),
  at: instantSchema,
  campaign: z.record(z.string(), z.unknown()),
  /** What it has otherwise than the version before it; absent for the first. */
  changes: z.array(fieldChangeSchema).optional(),
});
export type DraftVersionView = z.infer<typeof draftVersionSchema>;

/** POST /api/plan: what applying a directory would change. */
export const planSchema = z.object({
  entries: z.array(
    z.object({
      subject: z.enum(planSubjects),
      id: z.string(),
      change: z.enum(planChanges),
      fields: z.array(fieldChangeSchema),
    }),
  ),
  unchanged: count,
  changes: z.boolean(),
  hash: z.string(),
  problems: z.array(contentProblemSchema),
});
export type PlanView = z.infer<typeof planSchema>;

/** GET /api/export: the content as files; recordings and films are blobs, by hash. */
export const exportSchema = z.object({
  files: z.array(z.object({ path: z.string(), text: z.string() })),
  media: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: count })),
  /** Named by a campaign, but not held by this gateway: import the content anew. */
  missing: z.array(z.string()),
});
export type ExportView = z.infer<typeof exportSchema>;

/** GET /api/bulletins/form: what the form is made of. */
export const bulletinFormSchema = z.object({
  /** The gateway's day: no case is later. */
  today: daySchema,
  templates: z.array(
    z.object({
      id: z.string(),
      title: localized,
      type: z.string(),
      /** Holds `{date}` and such, the ids of `fields`. */
      text: z.string(),
      advice: z.string(),
      fields: z.array(z.object({ id: z.string(), label: localized, kind: z.enum(['date', 'money', 'text']) })),
    }),
  ),
});
export type BulletinFormView = z.infer<typeof bulletinFormSchema>;

/** A bulletin 案例快报 as its form has it. */
export const bulletinRequestSchema = z.strictObject({
  /** Id of a template, or the fraud type as it names it. */
  template: z.string().min(1).max(60),
  /** The template's own fields by id, all as text; days are `2026-11-21`, money plain digits. */
  fields: z.record(z.string().max(40), z.string().max(200)),
  /** Id of an estate or village, or its full name. */
  estate: z.string().min(1).max(60),
  /** Local time in which it is heard and seen. */
  hours: z.strictObject({ from: z.string().max(5), to: z.string().max(5) }).default({ from: '08:00', to: '20:00' }),
  /** Seconds between two plays by a loudspeaker. */
  everySeconds: z.number().int().min(60).max(14_400).default(1800),
  /** Days that it lasts, today included; then devices drop it by themselves. */
  days: z.number().int().min(1).max(30).default(3),
  /** Metres within which neighbouring estates and villages are warned too; 0 for none. */
  neighbours: z.number().int().min(0).max(5000).default(0),
});
export type BulletinRequest = z.infer<typeof bulletinRequestSchema>;

export const bulletinTargetSchema = z.object({
  place: placeSchema,
  name: localized,
  metres: count,
  people: count,
  loudspeakers: count,
  signs: count,
  dialects: z.array(z.string()),
});

/** POST /api/bulletins/preview */
export const bulletinPreviewSchema = z.object({
  /** One campaign for the estate, and one for its neighbours, whose text says "nearby". */
  parts: z.array(
    z.object({
      /** Id that the draft would get now. */
      id: z.string(),
      /** As signs show it: digits stay digits. */
      display: z.string(),
      /** As it is said, by dialect, for those that this gateway has a voice for. */
      speech: z.array(z.object({ dialect: z.string(), text: z.string(), seconds: count })),
      /** Dialects spoken there for which Mandarin stands in until somebody records them. */
      standIns: z.array(z.string()),
      targets: z.array(bulletinTargetSchema),
      people: count,
      signs: z.array(
        z.object({
          columns: count,
          rows: count,
          charset: z.string(),
          signs: count,
          columnsNeeded: count,
          fitsStill: z.boolean(),
          /** One pass of the text, for slow and for fast readers. */
          seconds: z.object({ slow: z.number(), fast: z.number() }),
        }),
      ),
    }),
  ),
  valid: z.object({ from: daySchema, to: daySchema }),
  problems: z.array(contentProblemSchema),
  /** Whether drafts can be made of it. */
  ready: z.boolean(),
});
export type BulletinPreview = z.infer<typeof bulletinPreviewSchema>;

/** POST /api/bulletins: drafts that now wait for approval. */
export const bulletinMadeSchema = z.object({ drafts: z.array(z.string()), problems: z.array(contentProblemSchema) });
export type BulletinMade = z.infer<typeof bulletinMadeSchema>;

/** POST /api/bulletins/batch: a row has its drafts, or the problems for which it has none. */
export const bulletinBatchSchema = z.object({
  rows: z.array(
    z.object({ line: count, made: z.boolean(), drafts: z.array(z.string()), problems: z.array(contentProblemSchema) }),
  ),
  made: count,
  refused: count,
});
export type BulletinBatch = z.infer<typeof bulletinBatchSchema>;

/** What the API says of a campaign while somebody writes it. Times and days as in `contract.ts`. */
import { daySchema, profiles } from '@xiaolaba/protocol';
import { z } from 'zod';
import { dayKindSchema } from './ahead-contract.js';
import { contentProblemSchema } from './desk-contract.js';

const count = z.number().int().min(0);

/** POST /api/drafts/:id/look: a document as it stands, finished or not; nothing is kept of it. */
export const draftLookSchema = z.object({
  problems: z.array(contentProblemSchema),
  /** As a file has it. */
  file: z.string(),
  /** Absent where the audience itself can't be read yet. */
  reach: z
    .object({
      /** Where devices are that it is for; `site/…`, `route/…`, `fleet/…`. */
      places: z.array(z.string()),
      people: count,
      devices: z.array(z.object({ profile: z.enum(profiles), devices: count })),
      /** Spoken there, the commonest first, with the places that speak it. */
      dialects: z.array(z.object({ dialect: z.string(), places: count, voice: z.boolean() })),
      /** The different signs there, the commonest first. */
      signs: z.array(z.object({ columns: count, rows: count, charset: z.string(), signs: count })),
    })
    .optional(),
  items: z.array(
    z.object({
      item: z.string(),
      /** The text as it stands on a sign of the first place, with the fields filled in. */
      display: z.string().optional(),
      signs: z.array(
        z.object({
          columns: count,
          rows: count,
          charset: z.string(),
          signs: count,
          columnsNeeded: count,
          fitsStill: z.boolean(),
          /** Characters that this sign does not have. */
          missing: z.array(z.string()),
          /** One pass of the text, for slow and for fast readers. */
          seconds: z.object({ slow: z.number(), fast: z.number() }),
        }),
      ),
      /** Estimated from the number of characters. */
      spoken: z.array(z.object({ dialect: z.string(), words: z.string(), seconds: count })),
    }),
  ),
  /** What the calendar knows of its days; absent where they can't be read yet. */
  days: z
    .object({
      first: dayKindSchema,
      last: dayKindSchema,
      days: count,
      workdays: count,
      schoolDays: count,
      /** Statutory holidays in it by name, each once. */
      holidays: z.array(z.object({ name: z.string(), from: daySchema, days: count })),
      /** Until when the calendar knows holidays. */
      knownTo: daySchema,
    })
    .optional(),
});
export type DraftLook = z.infer<typeof draftLookSchema>;

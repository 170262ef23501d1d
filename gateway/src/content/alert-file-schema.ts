import { idPattern } from '@xiaolaba/protocol';
import { z } from 'zod';
import { alertLimits, severities } from '../alerts/words.js';

const localized = z.strictObject({ zh: z.string().min(1).max(60), en: z.string().min(1).max(80) });

/** A prepared text of an alert 紧急插播预案: `alerts/*.yaml`. */
export const alertFileSchema = z.strictObject({
  id: z.string().regex(idPattern, 'id-format'),
  title: localized,
  event: localized.describe('what has happened, as CAP calls it'),
  severity: z.enum(severities).default('severe'),
  exercise: z.boolean().default(false).describe('true: only for exercises'),
  spoken: z
    .array(
      z.strictObject({
        dialect: z.string().regex(/^[a-z]{3}$/, 'dialect-format'),
        text: z.string().min(1).max(alertLimits.spokenLength),
      }),
    )
    .min(1)
    .max(12),
  sign: z.string().min(1).max(alertLimits.signLength),
  fields: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z_]+$/),
        label: localized,
        preset: z.string().min(1).max(alertLimits.fieldLength).describe('said where nothing is filled in'),
        longest: z.number().int().min(1).max(alertLimits.fieldLength).default(12),
      }),
    )
    .max(6)
    .default([]),
});
export type AlertText = z.output<typeof alertFileSchema>;

import { daySetSchema, idPattern, outputs, profiles, siteKinds, triggers } from '@xiaolaba/protocol';
import { z } from 'zod';

/** What content files look like. The JSON Schemas in `playlists/schemas` are written from these. */
// In place of zod's sentences these carry the code that the message catalogue turns into one.
const idSchema = z.string().regex(idPattern, 'id-format');
const clockTimeSchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'time-format');
const dialectSchema = z.string().regex(/^[a-z]{3}$/, 'dialect-format');
const daySchema = z.iso.date('day-format');
const localized = z.strictObject({ zh: z.string().min(1).max(60), en: z.string().min(1).max(80) });
const named = { id: idSchema, name: localized };

export const districtFileSchema = z.strictObject({
  ...named,
  zone: z.string().min(1).describe('IANA time zone, such as Asia/Shanghai'),
  demo: z.boolean().default(false).describe('true marks demo data wherever it is shown'),
  townships: z.array(z.strictObject(named)).min(1).max(200),
  'police-stations': z
    .array(z.strictObject({ ...named, township: idSchema }))
    .min(1)
    .max(400),
});

export const calendarFileSchema = z.strictObject({
  id: z.string().min(1).max(64),
  from: daySchema.describe('first day the calendar speaks for'),
  to: daySchema.describe('last day the calendar speaks for'),
  holidays: z.array(z.strictObject({ day: daySchema, name: z.string().min(1).max(32) })).max(200),
  'makeup-workdays': z.array(daySchema).max(60),
  'school-terms': z.array(z.strictObject({ from: daySchema, to: daySchema, name: z.string().min(1).max(64) })).max(20),
});

/** `30s`, `10m`, `1h` */
export const durationSchema = z.string().regex(/^[1-9]\d{0,4}[smh]$/, 'duration-format');

const windowFileSchema = z.strictObject({
  days: daySetSchema.describe('every-day, workdays, rest-days, holidays, school-days, or weekdays such as [mon, tue]'),
  from: clockTimeSchema,
  to: clockTimeSchema.describe('at or before `from` passes midnight'),
});

const turnsSchema = z.number().int().min(1).max(10);

const cueFileSchema = z
  .strictObject({
    id: idSchema,
    items: z.array(idSchema).min(1).max(50),
    weights: z.record(idSchema, turnsSchema).optional().describe('how often an item comes in a round; 1 unless given'),
    repeats: z.record(idSchema, turnsSchema).optional().describe('how often an item is played on end; 1 unless given'),
    jingle: z
      .strictObject({ item: idSchema, every: z.number().int().min(1).max(50).default(1) })
      .optional()
      .describe('goes before every play, or before every so many'),
    output: z.enum(outputs),
    windows: z.array(windowFileSchema).min(1).max(24),
    every: durationSchema.optional(),
    once: z.literal(true).optional(),
    continuous: z.literal(true).optional(),
    on: z.enum(triggers).optional(),
    cooldown: durationSchema.optional(),
    priority: z.number().int().min(0).max(89).describe('higher wins; 90 and above is for alerts'),
    'volume-cap': z.number().int().min(0).max(100).default(100).describe('per cent'),
    dialects: z.enum(['rotate', 'first']).default('rotate'),
  })
  .refine((cue) => [cue.every, cue.once, cue.continuous, cue.on].filter((given) => given !== undefined).length === 1, {
    path: ['every'],
    message: 'one-timing',
  })
  .refine((cue) => !(cue.continuous && cue.output === 'audio'), {
    path: ['continuous'],
    message: 'continuous-is-text',
  });

export const campaignFileSchema = z.strictObject({
  id: idSchema,
  title: localized,
  valid: z.strictObject({ from: daySchema, to: daySchema }),
  audience: z.strictObject({
    profiles: z.array(z.enum(profiles)).min(1),
    kinds: z.array(z.enum([...siteKinds, 'route', 'fleet'])).optional(),
    townships: z.array(idSchema).optional(),
    'police-stations': z.array(idSchema).optional(),
    sites: z.array(idSchema).optional(),
    routes: z.array(idSchema).optional(),
    fleets: z.array(idSchema).optional(),
    dialects: z.array(dialectSchema).optional(),
  }),
  items: z
    .array(
      z.strictObject({
        id: idSchema,
        title: localized,
        audio: z
          .array(
            z.strictObject({
              dialect: dialectSchema,
              text: z.string().min(1).max(2000).optional(),
              recording: z.string().max(200).optional(),
            }),
          )
          .default([]),
        text: z.string().min(1).max(1000).optional(),
        video: z.string().min(1).max(200).optional(),
      }),
    )
    .min(1)
    .max(200),
  cues: z.array(cueFileSchema).min(1).max(100),
});
export type CampaignFile = z.infer<typeof campaignFileSchema>;

export const templateFileSchema = z.strictObject({
  id: idSchema,
  title: localized,
  type: z.string().min(1).max(60),
  text: z.string().min(1).max(400),
  fields: z
    .array(
      z.strictObject({ id: z.string().regex(/^[a-z_]+$/), label: localized, kind: z.enum(['date', 'money', 'text']) }),
    )
    .max(12),
  advice: z.string().min(1).max(200),
});

const words = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) => text.split(/[\s,;，；、|]+/).filter(Boolean))
    .pipe(z.array(item).min(1));
const number = z
  .string()
  .trim()
  .regex(/^-?\d+(?:\.\d+)?$/, 'number-format')
  .transform(Number);
const quietHours = z
  .string()
  .regex(/^\d\d:\d\d-\d\d:\d\d$/, 'time-format')
  .transform((text) => ({ from: text.slice(0, 5), to: text.slice(6) }))
  .pipe(z.strictObject({ from: clockTimeSchema, to: clockTimeSchema }));
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((text) => (text === '' ? undefined : text), schema.optional());

/** Columns of the tables. A header may also be written in Chinese, see `columnNames`. */
export const siteRowSchema = z.object({
  id: idSchema,
  kind: z.enum(siteKinds),
  name_zh: z.string().min(1).max(60),
  name_en: z.string().min(1).max(80),
  township: idSchema,
  police_station: idSchema,
  longitude: number.pipe(z.number().min(-180).max(180)),
  latitude: number.pipe(z.number().min(-90).max(90)),
  dialects: words(dialectSchema),
  quiet_hours: quietHours,
  volume_cap: number.pipe(z.number().int().min(0).max(100)),
  noise_zone: number.pipe(z.number().int().min(0).max(4)),
  people: number.pipe(z.number().int().min(0)),
  crs: optional(z.enum(['WGS84', 'GCJ02', 'BD09'])),
});

export const routeRowSchema = z.object({
  id: idSchema,
  name_zh: z.string().min(1).max(60),
  name_en: z.string().min(1).max(80),
  police_station: idSchema,
  dialects: words(dialectSchema),
  first: clockTimeSchema,
  last: clockTimeSchema,
  headway_minutes: number.pipe(z.number().int().min(1).max(720)),
});

export const routeStopRowSchema = z.object({
  route: idSchema,
  order: number.pipe(z.number().int().min(1).max(500)),
  stop: idSchema,
  minutes: number.pipe(z.number().min(0).max(600)),
});

export const fleetRowSchema = z.object({
  id: idSchema,
  name_zh: z.string().min(1).max(60),
  name_en: z.string().min(1).max(80),
  police_station: idSchema,
  dialects: words(dialectSchema),
  parking: words(idSchema),
});

export const deviceRowSchema = z.object({
  id: idSchema,
  profile: z.enum(profiles),
  place: z.string().regex(/^(site|route|fleet)\/[a-z0-9][a-z0-9-]{1,39}$/),
  sign_columns: optional(number.pipe(z.number().int().min(8).max(4096))),
  sign_rows: optional(number.pipe(z.number().int().min(8).max(1024))),
  charset: optional(z.enum(['gb2312', 'gbk', 'unicode'])),
});

/** Chinese headers that a table may carry instead. */
export const columnNames: Readonly<Record<string, string>> = {
  编号: 'id',
  类型: 'kind',
  名称: 'name_zh',
  英文名称: 'name_en',
  乡镇: 'township',
  派出所: 'police_station',
  经度: 'longitude',
  纬度: 'latitude',
  方言: 'dialects',
  静音时段: 'quiet_hours',
  音量上限: 'volume_cap',
  声环境功能区: 'noise_zone',
  人数: 'people',
  坐标系: 'crs',
  首班: 'first',
  末班: 'last',
  间隔分钟: 'headway_minutes',
  线路: 'route',
  顺序: 'order',
  站点: 'stop',
  分钟: 'minutes',
  停放点: 'parking',
  终端类型: 'profile',
  位置: 'place',
  屏宽: 'sign_columns',
  屏高: 'sign_rows',
  字符集: 'charset',
};

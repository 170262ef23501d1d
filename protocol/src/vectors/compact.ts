/** The short forms in which vectors are written, and what they stand for; `vectors/README.md` lists the defaults. */
import { z } from 'zod';
import { sitePolicySchema } from '../assignment.js';
import { calendarSchema } from '../calendar/calendar.js';
import { outputs, profiles } from '../ids.js';
import { encodeMessage } from '../json.js';
import { sha256 } from '../node/index.js';
import { cueSchema, type Item, type NamedRelease, releaseSchema, timingSchema } from '../release.js';
import type { PlanInput } from '../schedule/day-plan.js';

/** Seconds of sound by dialect, or a text. */
const compactItemSchema = z.record(z.string(), z.union([z.number().positive(), z.string()]));

const compactReleaseSchema = z.strictObject({
  campaign: z.string(),
  variant: z.string().optional(),
  profiles: z.array(z.enum(profiles)).optional(),
  validFrom: z.string().optional(),
  validUntil: z.string().optional(),
  items: z.record(z.string(), compactItemSchema),
  cues: z.array(cueSchema.partial().required({ id: true, items: true }).extend({ timing: timingSchema })),
});

export const compactInputSchema = z.strictObject({
  profile: z.enum(profiles).default('loudspeaker'),
  outputs: z.array(z.enum(outputs)).default(['audio']),
  policy: sitePolicySchema.partial().default({}),
  calendar: z.union([z.literal('cn-2026'), calendarSchema]).default('cn-2026'),
  releases: z.array(compactReleaseSchema),
});
export type CompactInput = z.input<typeof compactInputSchema>;

const calendar2026 = calendarSchema.parse({
  v: 1,
  id: 'cn-2026',
  from: '2026-01-01',
  to: '2026-12-31',
  holidays: [
    ...['2026-02-15', '2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19'].map((day) => ({ day, name: '春节' })),
    ...['2026-02-20', '2026-02-21', '2026-02-22', '2026-02-23'].map((day) => ({ day, name: '春节' })),
    ...['01', '02', '03', '04', '05', '06', '07'].map((day) => ({ day: `2026-10-${day}`, name: '国庆节' })),
  ],
  makeupWorkdays: ['2026-02-14', '2026-02-28', '2026-09-20', '2026-10-10'],
  schoolTerms: [
    { from: '2026-03-02', to: '2026-07-10', name: '春季学期' },
    { from: '2026-09-01', to: '2027-01-22', name: '秋季学期' },
  ],
});

export const calendarOf = (calendar: 'cn-2026' | z.infer<typeof calendarSchema>) =>
  calendar === 'cn-2026' ? calendar2026 : calendar;

function itemOf(id: string, compact: z.infer<typeof compactItemSchema>): Item {
  const audio: Item['audio'] = [];
  for (const [dialect, seconds] of Object.entries(compact)) {
    if (typeof seconds === 'string') continue;
    const sound = { bytes: 1, durationMs: seconds * 1000, format: 'mp3', leadInMs: 0 } as const;
    const renditions = (['loudspeaker', 'bus-screen', 'bike-lock'] as const).map((profile) => ({
      profile,
      sha256: sha256(encodeMessage([id, dialect, profile])),
      ...sound,
    }));
    audio.push({ dialect, voice: 'recording', renditions });
  }
  return { id, title: id, audio, ...(typeof compact.text === 'string' ? { text: compact.text } : {}) };
}

function releaseOf(compact: z.infer<typeof compactReleaseSchema>): NamedRelease {
  const release = releaseSchema.parse({
    v: 1,
    campaign: compact.campaign,
    revision: 1,
    ...(compact.variant ? { variant: compact.variant } : {}),
    title: compact.campaign,
    frozenAt: 0,
    validFrom: Date.parse(compact.validFrom ?? '2026-01-01T00:00:00Z'),
    validUntil: Date.parse(compact.validUntil ?? '2027-01-01T00:00:00Z'),
    audience: { profiles: compact.profiles ?? profiles, places: ['site/vector'] },
    items: Object.entries(compact.items).map(([id, item]) => itemOf(id, item)),
    cues: compact.cues.map((cue) => ({
      output: 'audio',
      priority: 50,
      volumeCap: 80,
      dialects: 'first',
      breaksQuietHours: false,
      ...cue,
    })),
  });
  return { sha256: sha256(encodeMessage(release)), release };
}

/** The whole input that a short form stands for. */
export function inputOf(compact: CompactInput): PlanInput {
  const { profile, outputs: given, policy, calendar, releases } = compactInputSchema.parse(compact);
  return {
    profile,
    outputs: given,
    policy: {
      zone: 'Asia/Shanghai',
      dialects: ['cmn'],
      quietHours: { from: '22:00', to: '06:00' },
      volumeCap: 100,
      ...policy,
    } as PlanInput['policy'],
    calendar: calendarOf(calendar),
    releases: releases.map(releaseOf),
  };
}

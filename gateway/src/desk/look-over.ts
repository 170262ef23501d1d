import { addDays, type Calendar, isHoliday, isWorkday, type Profile, profiles } from '@xiaolaba/protocol';
import { z } from 'zod';
import { dayKindOf } from '../ahead/day-kind.js';
import type { DraftLook } from '../api/editor-contract.js';
import { fillIn, type textFields } from '../campaigns/variants.js';
import { audiencePlaces } from '../content/audience-places.js';
import { campaignFileSchema } from '../content/file-schemas.js';
import { type Content, type ContentProblem, fileFrom } from '../content/index.js';
import { campaignText } from '../content/write-content.js';
import { fitText } from '../library/text-fit.js';
import { spokenSeconds } from './bulletin-text.js';
import { checkDraft } from './check-draft.js';

type Sign = NonNullable<DraftLook['reach']>['signs'][number] & { readonly charset: 'gb2312' | 'gbk' | 'unicode' };
export type Look = Omit<DraftLook, 'problems'> & { readonly problems: readonly ContentProblem[] };

/** Longer validities are summed up to here: five years. */
const mostDays = 1830;

// An unfinished document is read part by part: one part that is wrong must not hide what the others say.
const audienceSchema = z.object({ audience: campaignFileSchema.shape.audience });
const validSchema = z.object({ valid: campaignFileSchema.shape.valid });
const text = z.string().catch('');
const itemsSchema = z.object({
  items: z
    .array(
      z
        .object({
          id: text,
          text,
          audio: z.array(z.object({ dialect: text, text }).catch({ dialect: '', text: '' })).catch([]),
        })
        .catch({ id: '', text: '', audio: [] }),
    )
    .max(200)
    .catch([]),
});

/** What becomes of a document as it stands: what is wrong, whom it reaches, how it looks and how long it takes. */
export async function lookOver(
  id: string,
  document: unknown,
  content: Content,
  voices: ReadonlySet<string>,
): Promise<Look> {
  const { campaign, problems } = await checkDraft(id, document, content);
  const file = campaignText(campaign ? fileFrom(campaign) : document);
  const audience = audienceSchema.safeParse(document).data?.audience;
  const places = audience ? audiencePlaces(audience, content) : [];
  const reach = audience && reachOf(audience.profiles, places, content, voices);
  const valid = validSchema.safeParse(document).data?.valid;
  const days = valid && valid.from <= valid.to ? daysOf(valid, content.calendar) : undefined;
  const values = valuesAt(places[0]?.place, content);
  const items = (itemsSchema.safeParse(document).data?.items ?? []).map((item) => {
    const display = fillIn(item.text, values);
    return {
      item: item.id,
      ...(display === '' ? {} : { display }),
      signs: display === '' ? [] : (reach?.signs ?? []).map((sign) => shownOn(display, sign as Sign)),
      spoken: item.audio
        .filter((version) => version.text !== '')
        .map((version) => {
          const words = fillIn(version.text, values);
          return { dialect: version.dialect, words, seconds: spokenSeconds(words) };
        }),
    };
  });
  return { problems, file, ...(reach ? { reach } : {}), items, ...(days ? { days } : {}) };
}

function shownOn(display: string, sign: Sign): Look['items'][number]['signs'][number] {
  const { missing, columnsNeeded, fitsStill, secondsPerPass } = fitText(display, sign);
  const characters = [...new Set(missing.map(({ char }) => char))];
  return { ...sign, missing: characters, columnsNeeded, fitsStill, seconds: secondsPerPass };
}

const commonest = <T>(counts: ReadonlyMap<T, number>): [T, number][] => [...counts].sort(([, a], [, b]) => b - a);

function reachOf(
  wanted: readonly Profile[],
  places: ReturnType<typeof audiencePlaces>,
  { sites, devices }: Content,
  voices: ReadonlySet<string>,
): NonNullable<Look['reach']> {
  const reached = new Set(places.map(({ place }) => place));
  const perProfile = new Map<Profile, number>();
  for (const { profile, place } of devices)
    if (reached.has(place) && wanted.includes(profile)) perProfile.set(profile, (perProfile.get(profile) ?? 0) + 1);
  const perDialect = new Map<string, number>();
  const perSign = new Map<string, number>();
  for (const { dialects, signs } of places) {
    for (const dialect of dialects) perDialect.set(dialect, (perDialect.get(dialect) ?? 0) + 1);
    for (const { columns, rows, charset } of signs) {
      const key = JSON.stringify({ columns, rows, charset });
      perSign.set(key, (perSign.get(key) ?? 0) + 1);
    }
  }
  return {
    places: [...reached],
    people: sites.reduce((sum, { id, people }) => sum + (reached.has(`site/${id}`) ? people : 0), 0),
    devices: profiles.flatMap((profile) =>
      wanted.includes(profile) ? [{ profile, devices: perProfile.get(profile) ?? 0 }] : [],
    ),
    dialects: commonest(perDialect).map(([dialect, count]) => ({
      dialect,
      places: count,
      voice: voices.has(dialect),
    })),
    signs: commonest(perSign).map(([key, signs]) => ({ ...(JSON.parse(key) as Omit<Sign, 'signs'>), signs })),
  };
}

/** What the fields of a text stand for at one place. */
function valuesAt(
  place: string | undefined,
  { district, sites, routes, fleets }: Content,
): Readonly<Record<(typeof textFields)[number], string>> {
  const [, id] = place?.split('/') ?? [];
  const site = sites.find((one) => `site/${one.id}` === place);
  const owner = site ?? [...routes, ...fleets].find((one) => one.id === id);
  const named = (list: readonly { readonly id: string; readonly name: { readonly zh: string } }[], wanted?: string) =>
    list.find((one) => one.id === wanted)?.name.zh ?? district.name.zh;
  return {
    police_station: named(district.policeStations, owner?.policeStation),
    township: named(district.townships, site?.township),
    district: district.name.zh,
    place: owner?.name.zh ?? district.name.zh,
  };
}

function daysOf({ from, to }: { from: string; to: string }, calendar: Calendar): NonNullable<Look['days']> {
  const holidays = new Map<string, { name: string; from: string; days: number }>();
  let days = 0;
  let workdays = 0;
  let schoolDays = 0;
  for (let day = from; day <= to && days < mostDays; day = addDays(day, 1)) {
    days++;
    if (isWorkday(calendar, day)) workdays++;
    if (dayKindOf(calendar, day).schoolDay) schoolDays++;
    if (!isHoliday(calendar, day)) continue;
    const { name = '' } = calendar.holidays.find((one) => one.day === day) ?? {};
    const held = holidays.get(`${day.slice(0, 4)} ${name}`);
    holidays.set(`${day.slice(0, 4)} ${name}`, { name, from: held?.from ?? day, days: (held?.days ?? 0) + 1 });
  }
  return {
    first: dayKindOf(calendar, from),
    last: dayKindOf(calendar, to),
    days,
    workdays,
    schoolDays,
    holidays: [...holidays.values()],
    knownTo: calendar.to,
  };
}

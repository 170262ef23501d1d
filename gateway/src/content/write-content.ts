import { stringify as stringifyTable } from 'csv-stringify/sync';
import { stringify } from 'yaml';
import { fileFrom } from './campaign-from-file.js';
import { deviceRowSchema, fleetRowSchema, routeRowSchema, routeStopRowSchema } from './file-schemas.js';
import { jsonSchemas } from './json-schemas.js';
import type { CalendarPart, Content } from './model.js';
import { guarded, writeSites } from './site-table.js';

/**
 * Content as the files that it would be read from, by path, in an order that depends on nothing but the content. Reading
 * them back gives the same content. Comments, and the layout in which somebody wrote a file, are not kept.
 */
export function contentFiles(content: Omit<Content, 'media'>): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const { district } = content;
  files.set(
    'district.yaml',
    document('schemas/district', {
      id: district.id,
      name: district.name,
      zone: district.zone,
      demo: district.demo,
      townships: district.townships.map(({ id, name }) => ({ id, name })),
      'police-stations': district.policeStations.map(({ id, township, name }) => ({ id, township, name })),
    }),
  );
  files.set('sites/sites.csv', writeSites(content.sites));
  for (const [name, text] of tables(content)) files.set(`sites/${name}.csv`, text);
  for (const calendar of content.calendars ?? [content.calendar])
    files.set(`calendar/${calendarFileName(calendar)}`, calendarFile(calendar));
  for (const campaign of byId(content.campaigns))
    files.set(`campaigns/${campaign.id}.yaml`, campaignText(fileFrom(campaign)));
  for (const { id, title, type, text, fields, advice } of byId(content.templates ?? []))
    files.set(`templates/${id}.yaml`, document('../schemas/template', { id, title, type, text, fields, advice }));
  for (const { exercise, fields, ...text } of byId(content.alerts ?? [])) {
    const value = { ...text, ...(exercise ? { exercise } : {}), fields };
    files.set(`alerts/${text.id}.yaml`, document('../schemas/alert', value));
  }
  for (const [name, text] of jsonSchemas()) files.set(`schemas/${name}`, text);
  return files;
}

/** Named by its year; by its first day where it is none. */
export function calendarFileName({ from, to }: Pick<CalendarPart, 'from' | 'to'>): string {
  const wholeYear = from.endsWith('-01-01') && to === `${from.slice(0, 4)}-12-31`;
  return `${wholeYear ? from.slice(0, 4) : from}.yaml`;
}

/** A calendar as its file would have it. */
export const calendarFile = ({ id, from, to, holidays, makeupWorkdays, schoolTerms }: CalendarPart): string =>
  document('../schemas/calendar', {
    id,
    from,
    to,
    holidays,
    'makeup-workdays': makeupWorkdays,
    'school-terms': schoolTerms,
  });

const byId = <T extends { readonly id: string }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => (a.id < b.id ? -1 : 1));

/** Days and times are quoted: an older reader would take them for dates and for numbers to the base of sixty. */
const document = (schema: string, value: unknown): string =>
  `# yaml-language-server: $schema=${schema}.schema.json\n${stringify(value, {
    lineWidth: 0,
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
  })}`;

/** A campaign as its file has it, whether or not it is finished. */
export const campaignText = (value: unknown): string => document('../schemas/campaign', value);

function* tables({ routes, fleets, devices }: Omit<Content, 'media'>): Generator<[string, string]> {
  const table = (schema: { readonly shape: object }, rows: readonly object[]): string =>
    stringifyTable(rows as object[], {
      header: true,
      columns: Object.keys(schema.shape),
      bom: true,
      escape_formulas: true,
    });
  yield [
    'routes',
    table(
      routeRowSchema,
      routes.map((route) => ({
        id: route.id,
        name_zh: guarded(route.name.zh),
        name_en: guarded(route.name.en),
        police_station: route.policeStation,
        dialects: route.dialects.join(' '),
        first: route.first,
        last: route.last,
        headway_minutes: route.headwayMinutes,
      })),
    ),
  ];
  const stops = routes.flatMap((route) =>
    route.stops.map(({ site, minutes }, index) => ({ route: route.id, order: index + 1, stop: site, minutes })),
  );
  yield ['route-stops', table(routeStopRowSchema, stops)];
  yield [
    'fleets',
    table(
      fleetRowSchema,
      fleets.map((fleet) => ({
        id: fleet.id,
        name_zh: guarded(fleet.name.zh),
        name_en: guarded(fleet.name.en),
        police_station: fleet.policeStation,
        dialects: fleet.dialects.join(' '),
        parking: fleet.parking.join(' '),
      })),
    ),
  ];
  yield [
    'devices',
    table(
      deviceRowSchema,
      devices.map(({ id, profile, place, sign }) => ({
        id,
        profile,
        place,
        sign_columns: sign?.columns ?? '',
        sign_rows: sign?.rows ?? '',
        charset: sign?.charset ?? '',
      })),
    ),
  ];
}

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Calendar, isTimeZone } from '@xiaolaba/protocol';
import { campaignFrom } from './campaign-from-file.js';
import { checkCampaign } from './check-campaign.js';
import { calendarFileSchema, campaignFileSchema, districtFileSchema, templateFileSchema } from './file-schemas.js';
import { loadTables } from './load-tables.js';
import type { Campaign, Content, ContentProblem, District } from './model.js';
import { Problems } from './problems.js';
import { readDocument } from './read-document.js';

export interface LoadedContent {
  /** Present unless something essential could not be read; with errors among the problems it must not be used. */
  readonly content?: Content;
  readonly problems: readonly ContentProblem[];
}

/** Reads and checks a content directory. Never throws for what is in it: everything wrong is in the list. */
export async function loadContent(directory: string): Promise<LoadedContent> {
  const problems = new Problems();
  if (
    !(await stat(directory).then(
      (found) => found.isDirectory(),
      () => false,
    ))
  ) {
    problems.error(directory, 'directory-missing');
    return { problems: problems.list };
  }
  const district = await loadDistrict(directory, problems);
  const tables = await loadTables(directory, district, problems);
  const calendar = await loadCalendar(directory, problems);
  const audioDirectory = join(directory, 'audio');
  const ids = (list: readonly { readonly id: string }[] | undefined) => new Set(list?.map(({ id }) => id));
  const known = {
    townships: ids(district?.townships),
    policeStations: ids(district?.policeStations),
    sites: ids(tables.sites),
    routes: ids(tables.routes),
    fleets: ids(tables.fleets),
  };
  const campaigns: Campaign[] = [];
  const seen = new Set<string>();
  for (const name of await yamlFiles(directory, 'campaigns')) {
    const document = await readDocument(join(directory, name), name, campaignFileSchema, problems);
    if (!document) continue;
    await checkCampaign(document, known, audioDirectory, problems);
    if (seen.has(document.value.id)) problems.error(name, 'id-repeated', { id: document.value.id }, { field: 'id' });
    seen.add(document.value.id);
    campaigns.push(campaignFrom(document.value));
  }
  for (const name of await yamlFiles(directory, 'templates'))
    await readDocument(join(directory, name), name, templateFileSchema, problems);
  if (!district || !calendar) return { problems: problems.list };
  return { content: { district, ...tables, calendar, campaigns, audioDirectory }, problems: problems.list };
}

async function yamlFiles(directory: string, folder: string): Promise<string[]> {
  const names = await readdir(join(directory, folder)).catch(() => [] as string[]);
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

async function loadDistrict(directory: string, problems: Problems): Promise<District | undefined> {
  const document = await readDocument(join(directory, 'district.yaml'), 'district.yaml', districtFileSchema, problems);
  if (!document) return undefined;
  const { value, file, lineOf } = document;
  if (!isTimeZone(value.zone)) {
    const line = lineOf(['zone']);
    problems.error(
      file,
      'zone-unknown',
      { zone: value.zone },
      { field: 'zone', ...(line === undefined ? {} : { line }) },
    );
    return undefined;
  }
  const townships = new Set(value.townships.map(({ id }) => id));
  for (const [index, station] of value['police-stations'].entries()) {
    if (townships.has(station.township)) continue;
    const path = ['police-stations', index, 'township'];
    const line = lineOf(path);
    problems.error(
      file,
      'reference-unknown',
      { id: station.township, what: 'township 乡镇' },
      { field: path.join('.'), ...(line === undefined ? {} : { line }) },
    );
  }
  const { id, name, zone, demo } = value;
  return { id, name, zone, demo, townships: value.townships, policeStations: value['police-stations'] };
}

/** All years' calendars as one: the operator adds next year's file when it is published. */
async function loadCalendar(directory: string, problems: Problems): Promise<Calendar | undefined> {
  const files = await yamlFiles(directory, 'calendar');
  if (files.length === 0) problems.error('calendar', 'file-missing', { name: 'calendar/2026.yaml' });
  const parts = [];
  for (const name of files) {
    const document = await readDocument(join(directory, name), name, calendarFileSchema, problems);
    if (document) parts.push(document.value);
  }
  const [first] = parts;
  if (!first) return undefined;
  return {
    v: 1,
    id: parts
      .map(({ id }) => id)
      .join('+')
      .slice(0, 64),
    from: parts.map(({ from }) => from).sort()[0] ?? first.from,
    to:
      parts
        .map(({ to }) => to)
        .sort()
        .at(-1) ?? first.to,
    holidays: parts.flatMap(({ holidays }) => holidays),
    makeupWorkdays: parts.flatMap((part) => part['makeup-workdays']),
    schoolTerms: parts.flatMap((part) => part['school-terms']),
  };
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isTimeZone } from '@xiaolaba/protocol';
import { campaignFrom } from './campaign-from-file.js';
import { checkCampaign } from './check-campaign.js';
import { campaignFileSchema, districtFileSchema } from './file-schemas.js';
import { loadAlerts } from './load-alerts.js';
import { loadCalendar } from './load-calendar.js';
import { loadTables } from './load-tables.js';
import { loadTemplates } from './load-templates.js';
import type { Campaign, Content, ContentProblem, District } from './model.js';
import { Problems } from './problems.js';
import { readDocument, yamlFiles } from './read-document.js';

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
  const { complete, ...tables } = await loadTables(directory, district, problems);
  const loadedCalendar = await loadCalendar(directory, problems);
  const media = { audio: join(directory, 'audio'), video: join(directory, 'video') };
  const ids = (list: readonly { readonly id: string }[]) => new Set(list.map(({ id }) => id));
  const known = {
    ...(district ? { townships: ids(district.townships), policeStations: ids(district.policeStations) } : {}),
    ...(complete ? { sites: ids(tables.sites), routes: ids(tables.routes), fleets: ids(tables.fleets) } : {}),
  };
  const campaigns: Campaign[] = [];
  const seen = new Set<string>();
  for (const name of await yamlFiles(directory, 'campaigns')) {
    const document = await readDocument(join(directory, name), name, campaignFileSchema, problems);
    if (!document) continue;
    await checkCampaign(document, known, complete ? tables : undefined, media, problems);
    if (seen.has(document.value.id)) problems.error(name, 'id-repeated', { id: document.value.id }, { field: 'id' });
    seen.add(document.value.id);
    campaigns.push(campaignFrom(document.value));
  }
  const templates = await loadTemplates(directory, problems);
  const alerts = await loadAlerts(directory, problems);
  if (!district || !loadedCalendar) return { problems: problems.list };
  return {
    content: { district, ...tables, ...loadedCalendar, campaigns, templates, alerts, media },
    problems: problems.list,
  };
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

import { stringify } from 'csv-stringify/sync';
import { siteRowSchema } from './file-schemas.js';
import type { ContentProblem, Site } from './model.js';
import { type ReferenceSystem, toWgs84 } from './positions.js';
import { Problems } from './problems.js';
import { parseTable } from './read-table.js';

/** A spreadsheet takes such a cell for a formula; the apostrophe makes it text, and is taken off when it is read. */
export const guarded = (name: string): string => (/^[=+\-@]/.test(name) ? `'${name}` : name);

/** `sites.csv` of these sites, in WGS-84, with the byte order mark by which a spreadsheet knows UTF-8. */
export function writeSites(sites: readonly Site[]): string {
  const columns = Object.keys(siteRowSchema.shape).filter((name) => name !== 'crs');
  const rows = sites.map((site) => ({
    id: site.id,
    kind: site.kind,
    name_zh: guarded(site.name.zh),
    name_en: guarded(site.name.en),
    township: site.township,
    police_station: site.policeStation,
    longitude: site.position[0].toFixed(6),
    latitude: site.position[1].toFixed(6),
    dialects: site.dialects.join(' '),
    quiet_hours: `${site.quietHours.from}-${site.quietHours.to}`,
    volume_cap: site.volumeCap,
    noise_zone: site.noiseZone,
    people: site.people,
  }));
  // A cell that a spreadsheet would compute gets an apostrophe, which reading takes off again.
  return stringify(rows, { header: true, columns, bom: true, escape_formulas: true });
}

/** Reads a table of sites whose positions are in another reference system (a `crs` column wins) and converts them. */
export function importSites(
  bytes: Uint8Array,
  system: ReferenceSystem,
  file: string,
): { sites: Site[]; problems: readonly ContentProblem[] } {
  const problems = new Problems();
  const sites = parseTable(file, bytes, siteRowSchema, problems).map(
    ({ value: row }): Site => ({
      id: row.id,
      kind: row.kind,
      name: { zh: row.name_zh, en: row.name_en },
      township: row.township,
      policeStation: row.police_station,
      position: toWgs84(row.longitude, row.latitude, row.crs ?? system),
      dialects: row.dialects,
      quietHours: row.quiet_hours,
      volumeCap: row.volume_cap,
      noiseZone: row.noise_zone,
      people: row.people,
    }),
  );
  return { sites, problems: problems.list };
}

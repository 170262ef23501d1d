import { join } from 'node:path';
import { checkDialect } from './check-dialect.js';
import { deviceRowSchema, fleetRowSchema, routeRowSchema, routeStopRowSchema, siteRowSchema } from './file-schemas.js';
import type { DeviceEntry, District, Fleet, Route, Site } from './model.js';
import { toWgs84 } from './positions.js';
import type { Problems } from './problems.js';
import { type Row, readTable } from './read-table.js';

/** Where a device of a profile can be. */
const placesOf: Readonly<Record<DeviceEntry['profile'], readonly ('site' | 'route' | 'fleet')[]>> = {
  loudspeaker: ['site'],
  'booth-sign': ['site'],
  'bus-screen': ['route', 'site'],
  'bike-lock': ['fleet'],
};

export interface Tables {
  readonly sites: readonly Site[];
  readonly routes: readonly Route[];
  readonly fleets: readonly Fleet[];
  readonly devices: readonly DeviceEntry[];
}

export interface LoadedTables extends Tables {
  /** Whether every row could be read: only then is a mention of something else a wrong one. */
  readonly complete: boolean;
}

/** Tells ids that occur twice; the first stays. */
function unique<T extends { id: string }>(file: string, rows: readonly Row<T>[], problems: Problems): Row<T>[] {
  const seen = new Set<string>();
  return rows.filter(({ line, value }) => {
    if (!seen.has(value.id)) return seen.add(value.id);
    problems.error(file, 'id-repeated', { id: value.id }, { line, field: 'id' });
    return false;
  });
}

/** Reads the tables of `sites/` and checks that they agree with one another and with the district. */
export async function loadTables(
  directory: string,
  district: District | undefined,
  problems: Problems,
): Promise<LoadedTables> {
  const file = (name: string) => join('sites', name);
  const read = <S extends Parameters<typeof readTable>[2]>(name: string, schema: S) =>
    readTable(join(directory, 'sites', name), file(name), schema, problems);
  const siteRows = unique(file('sites.csv'), await read('sites.csv', siteRowSchema), problems);
  const routeRows = unique(file('routes.csv'), await read('routes.csv', routeRowSchema), problems);
  const stopRows = await read('route-stops.csv', routeStopRowSchema);
  const fleetRows = unique(file('fleets.csv'), await read('fleets.csv', fleetRowSchema), problems);
  const deviceRows = unique(file('devices.csv'), await read('devices.csv', deviceRowSchema), problems);

  // Rows that could not be read would make every mention of them look wrong too: the first error is told alone.
  const whole = (name: string): boolean =>
    !problems.list.some((problem) => problem.file === file(name) && problem.severity === 'error');
  const wholeSites = whole('sites.csv');
  const wholeRoutes = whole('routes.csv');
  const complete = wholeSites && wholeRoutes && whole('fleets.csv') && whole('devices.csv');
  const wholePlaces = wholeSites && wholeRoutes && whole('fleets.csv');
  const wholeStops = whole('route-stops.csv');

  const townships = new Set(district?.townships.map(({ id }) => id));
  const stations = new Map(district?.policeStations.map((station) => [station.id, station]));
  const refer = (
    name: string,
    ids: { has(id: string): boolean } | undefined,
    id: string,
    what: string,
    line: number,
    field: string,
  ) => {
    if (ids && !ids.has(id)) problems.error(file(name), 'reference-unknown', { id, what }, { line, field });
  };

  const sites = siteRows.map(({ line, value: row }): Site => {
    if (district) {
      refer('sites.csv', townships, row.township, 'township 乡镇', line, 'township');
      refer('sites.csv', stations, row.police_station, 'police station 派出所', line, 'police_station');
      const expected = stations.get(row.police_station)?.township;
      if (expected !== undefined && expected !== row.township)
        problems.warning(
          file('sites.csv'),
          'township-differs',
          { station: row.police_station, expected },
          { line, field: 'township' },
        );
    }
    for (const dialect of row.dialects) checkDialect(file('sites.csv'), dialect, problems, { line, field: 'dialects' });
    if (row.longitude === 0 && row.latitude === 0)
      problems.error(file('sites.csv'), 'position-empty', {}, { line, field: 'longitude' });
    return {
      id: row.id,
      kind: row.kind,
      name: { zh: row.name_zh, en: row.name_en },
      township: row.township,
      policeStation: row.police_station,
      position: toWgs84(row.longitude, row.latitude, row.crs ?? 'WGS84'),
      dialects: row.dialects,
      quietHours: row.quiet_hours,
      volumeCap: row.volume_cap,
      noiseZone: row.noise_zone,
      people: row.people,
    };
  });
  const kinds = new Map(sites.map((site) => [site.id, site.kind]));
  const siteOf = (kind: Site['kind']) => (wholeSites ? { has: (id: string) => kinds.get(id) === kind } : undefined);

  const routeIds = new Set(routeRows.map(({ value }) => value.id));
  for (const { line, value } of stopRows) {
    refer('route-stops.csv', wholeRoutes ? routeIds : undefined, value.route, 'route 线路', line, 'route');
    refer('route-stops.csv', siteOf('stop'), value.stop, 'stop 站点', line, 'stop');
  }
  const routes = routeRows.map(({ line, value: row }): Route => {
    if (district) refer('routes.csv', stations, row.police_station, 'police station 派出所', line, 'police_station');
    const stops = stopRows.filter(({ value }) => value.route === row.id).sort((a, b) => a.value.order - b.value.order);
    if (wholeStops && stops.length === 0)
      problems.error(file('routes.csv'), 'route-stops-missing', { id: row.id }, { line, field: 'id' });
    for (const [index, stop] of stops.entries()) {
      const before = stops[index - 1];
      const rises = !before || (stop.value.order > before.value.order && stop.value.minutes > before.value.minutes);
      if (!rises)
        problems.error(
          file('route-stops.csv'),
          'route-order',
          { route: row.id },
          { line: stop.line, field: 'minutes' },
        );
    }
    return {
      id: row.id,
      name: { zh: row.name_zh, en: row.name_en },
      dialects: row.dialects,
      policeStation: row.police_station,
      stops: stops.map(({ value }) => ({ site: value.stop, minutes: value.minutes })),
      first: row.first,
      last: row.last,
      headwayMinutes: row.headway_minutes,
    };
  });
  const served = new Set(stopRows.map(({ value }) => value.stop));
  for (const { line, value } of siteRows) {
    if (wholeStops && value.kind === 'stop' && !served.has(value.id))
      problems.warning(file('sites.csv'), 'stop-not-served', { id: value.id }, { line, field: 'id' });
  }

  const fleets = fleetRows.map(({ line, value: row }): Fleet => {
    if (district) refer('fleets.csv', stations, row.police_station, 'police station 派出所', line, 'police_station');
    for (const id of row.parking) refer('fleets.csv', siteOf('parking'), id, 'parking point 停放点', line, 'parking');
    return {
      id: row.id,
      name: { zh: row.name_zh, en: row.name_en },
      policeStation: row.police_station,
      dialects: row.dialects,
      parking: row.parking,
    };
  });

  const places = new Set([
    ...sites.map(({ id }) => `site/${id}`),
    ...routes.map(({ id }) => `route/${id}`),
    ...fleets.map(({ id }) => `fleet/${id}`),
  ]);
  const devices = deviceRows.map(({ line, value: row }): DeviceEntry => {
    refer('devices.csv', wholePlaces ? places : undefined, row.place, 'place 位置', line, 'place');
    const { id, profile, place, sign_columns: columns, sign_rows: rows } = row;
    const expected = placesOf[profile];
    if (!expected.some((kind) => place.startsWith(`${kind}/`)))
      problems.error(
        file('devices.csv'),
        'device-place',
        { profile, place, expected: expected.map((kind) => `${kind}/…`).join(', ') },
        { line, field: 'place' },
      );
    const sized = columns !== undefined && rows !== undefined;
    if (!sized && (profile === 'booth-sign' || columns !== undefined || rows !== undefined))
      problems.error(file('devices.csv'), 'sign-size-missing', { id }, { line, field: 'sign_columns' });
    return {
      id,
      profile,
      place,
      ...(columns && rows ? { sign: { columns, rows, charset: row.charset ?? 'gb2312' } } : {}),
    };
  });
  return { sites, routes, fleets, devices, complete };
}

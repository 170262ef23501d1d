import type { Tables } from './load-tables.js';
import type { DeviceEntry, Fleet, Route, Site } from './model.js';

type Names = readonly string[] | undefined;

/** Conditions as a campaign file has them. */
export interface AudienceConditions {
  readonly profiles: readonly string[];
  readonly kinds?: Names;
  readonly townships?: Names;
  readonly 'police-stations'?: Names;
  readonly sites?: Names;
  readonly routes?: Names;
  readonly fleets?: Names;
  readonly dialects?: Names;
}

export interface AudiencePlace {
  readonly place: string;
  readonly quietHours: Site['quietHours'];
  readonly dialects: readonly string[];
  /** Of the devices there that the campaign is for. */
  readonly signs: readonly NonNullable<DeviceEntry['sign']>[];
}

/** The usual night: a bus or a bike has no site of its own that could say otherwise. */
const movingQuiet = { from: '22:00', to: '06:00' };

/** Where the devices are that a campaign is for, each place once. */
export function audiencePlaces(audience: AudienceConditions, tables: Tables): AudiencePlace[] {
  const sites = new Map(tables.sites.map((site) => [site.id, site]));
  const named = [
    ...(audience.sites ?? []).map((id) => `site/${id}`),
    ...(audience.routes ?? []).map((id) => `route/${id}`),
    ...(audience.fleets ?? []).map((id) => `fleet/${id}`),
  ];
  const vehicles = new Map<string, Route | Fleet>([
    ...tables.routes.map((route): [string, Route] => [`route/${route.id}`, route]),
    ...tables.fleets.map((fleet): [string, Fleet] => [`fleet/${fleet.id}`, fleet]),
  ]);
  const wants = (wanted: readonly string[] | undefined, ...given: readonly string[]): boolean =>
    !wanted?.length || given.some((value) => wanted.includes(value));
  const found = new Map<string, AudiencePlace>();
  for (const { profile, place, sign } of tables.devices) {
    if (!audience.profiles.includes(profile) || !wants(named, place)) continue;
    const site = sites.get(place.replace(/^site\//, ''));
    const owner = site ?? vehicles.get(place);
    if (!owner) continue;
    const kind = site?.kind ?? (place.startsWith('route/') ? 'route' : 'fleet');
    const fits =
      wants(audience.kinds, kind) &&
      wants(audience['police-stations'], owner.policeStation) &&
      wants(audience.dialects, ...owner.dialects) &&
      (!site || wants(audience.townships, site.township));
    if (!fits) continue;
    const signs = [...(found.get(place)?.signs ?? []), ...(sign ? [sign] : [])];
    found.set(place, { place, quietHours: site?.quietHours ?? movingQuiet, dialects: owner.dialects, signs });
  }
  return [...found.values()];
}

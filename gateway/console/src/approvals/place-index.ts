import type { DistrictView, SilentPlace } from '@xiaolaba/gateway/contract';

interface KnownPlace {
  readonly name: DistrictView['name'];
  readonly kind: SilentPlace['kind'];
}
export type PlaceIndex = ReadonlyMap<string, KnownPlace>;

/** Places of a district by the names that are signed: `site/…`, `route/…`, `fleet/…`. */
export const placeIndex = ({ sites, routes, fleets }: DistrictView): PlaceIndex =>
  new Map<string, KnownPlace>([
    ...sites.map(({ id, name, kind }): [string, KnownPlace] => [`site/${id}`, { name, kind }]),
    ...routes.map(({ id, name }): [string, KnownPlace] => [`route/${id}`, { name, kind: 'route' }]),
    ...fleets.map(({ id, name }): [string, KnownPlace] => [`fleet/${id}`, { name, kind: 'fleet' }]),
  ]);

import { callerError, distanceMetres, type Position } from '@xiaolaba/protocol';
import type { DistrictModel } from '../campaigns/index.js';
import type { CapAlert } from '../orders/cap.js';

type Area = CapAlert['info'][number]['area'][number];
type Polygon = Area['polygon'][number];

/** Whether a point lies within a ring; an edge counts to either side. Small areas far from the date line. */
function within([x, y]: Position, ring: Polygon): boolean {
  let inside = false;
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
    const [ax, ay] = ring[at] ?? [0, 0];
    const [bx, by] = ring[before] ?? [0, 0];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** How geocodes may name places here; the values are ids or Chinese names. */
const codeNames: Readonly<Record<string, 'place' | 'township' | 'station' | 'district'>> = {
  'xiaolaba:place': 'place',
  'xiaolaba:township': 'township',
  'xiaolaba:police-station': 'station',
  'xiaolaba:district': 'district',
  place: 'place',
  township: 'township',
  'police-station': 'station',
  district: 'district',
  点位: 'place',
  乡镇: 'township',
  派出所: 'station',
};

export interface AreaPlaces {
  readonly places: readonly string[];
  readonly everywhere: boolean;
}

/**
 * The places that the areas of a message mean, taken together: what lies within its shapes, and what its geocodes name.
 * A route or a fleet is meant where one of its stops or parking points is.
 * @throws XiaolabaError `cap-area-missing`, `cap-area-unmatched` with the areas in which there is nothing
 */
export function placesIn(areas: readonly Area[], model: DistrictModel): AreaPlaces {
  if (areas.length === 0) throw callerError('cap-area-missing', 'no area', {});
  const found = new Set<string>();
  const unmatched: string[] = [];
  let everywhere = false;
  for (const area of areas) {
    const before = found.size;
    const shaped = shapedPlaces(area, model);
    for (const place of shaped) found.add(place);
    let matched = shaped.length > 0;
    for (const { valueName, value } of area.geocode) {
      const named = namedPlaces(codeNames[valueName.trim().toLowerCase()], value.trim(), model);
      if (named === 'everywhere') everywhere = true;
      else for (const place of named) found.add(place);
      matched ||= named.length > 0;
    }
    const { name, id } = model.district;
    if (
      area.polygon.length + area.circle.length + area.geocode.length === 0 &&
      [name.zh, name.en, id].includes(area.areaDesc.trim())
    )
      matched = everywhere = true;
    if (!matched && found.size === before) unmatched.push(area.areaDesc);
  }
  if (unmatched.length > 0 && !everywhere)
    throw callerError('cap-area-unmatched', 'nothing lies there', { areas: unmatched.join('; ') });
  return { places: everywhere ? [...model.places.keys()].sort() : [...found].sort(), everywhere };
}

function shapedPlaces({ polygon, circle }: Area, model: DistrictModel): string[] {
  if (polygon.length + circle.length === 0) return [];
  const holds = (point: Position) =>
    polygon.some((ring) => within(point, ring)) ||
    circle.some(({ centre, metres }) => distanceMetres(centre, point) <= metres);
  const sites = new Set([...model.sites.values()].filter(({ position }) => holds(position)).map(({ id }) => id));
  return [
    ...[...sites].map((id) => `site/${id}`),
    ...[...model.routes.values()]
      .filter(({ stops }) => stops.some(({ site }) => sites.has(site)))
      .map(({ id }) => `route/${id}`),
    ...[...model.fleets.values()]
      .filter(({ parking }) => parking.some((id) => sites.has(id)))
      .map(({ id }) => `fleet/${id}`),
  ];
}

function namedPlaces(
  kind: (typeof codeNames)[string] | undefined,
  value: string,
  model: DistrictModel,
): string[] | 'everywhere' {
  const { district } = model;
  const idOf = (list: readonly { readonly id: string; readonly name: { readonly zh: string } }[]) =>
    list.find(({ id, name }) => id === value || name.zh === value)?.id;
  const all = [...model.places.values()];
  if (kind === 'district') return [district.id, district.name.zh].includes(value) ? 'everywhere' : [];
  if (kind === 'place')
    return all.filter(({ place, name }) => place === value || name.zh === value).map(({ place }) => place);
  if (kind === 'township') {
    const id = idOf(district.townships);
    return id === undefined ? [] : all.filter(({ township }) => township === id).map(({ place }) => place);
  }
  if (kind === 'station') {
    const id = idOf(district.policeStations);
    return id === undefined ? [] : all.filter(({ policeStation }) => policeStation === id).map(({ place }) => place);
  }
  return [];
}

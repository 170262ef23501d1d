import type { Audience } from '../content/index.js';
import type { DistrictModel, Place } from './district-model.js';

const allows = (wanted: readonly string[] | undefined, value: string | undefined): boolean =>
  !wanted?.length || (value !== undefined && wanted.includes(value));

/** The places that a campaign is for, in a fixed order: what an approver signs. */
export function resolveAudience(model: DistrictModel, audience: Audience): Place[] {
  const named = [
    ...(audience.sites ?? []).map((id) => `site/${id}`),
    ...(audience.routes ?? []).map((id) => `route/${id}`),
    ...(audience.fleets ?? []).map((id) => `fleet/${id}`),
  ];
  return [...model.places.values()]
    .filter(
      (place) =>
        (named.length === 0 || named.includes(place.place)) &&
        allows(audience.kinds, place.kind) &&
        allows(audience.townships, place.township) &&
        allows(audience.policeStations, place.policeStation) &&
        (!audience.dialects?.length || place.dialects.some((dialect) => audience.dialects?.includes(dialect))),
    )
    .sort((a, b) => (a.place < b.place ? -1 : 1));
}

import { callerError, siteKinds } from '@xiaolaba/protocol';
import { z } from 'zod';
import { resolveAudience } from '../campaigns/audience.js';
import type { DistrictModel } from '../campaigns/district-model.js';

/** Most places that one order may name. */
const maxPlaces = 5000;
const ids = z.array(z.string().min(1).max(64)).min(1).max(maxPlaces).optional();

/** Where an order is to hold, as a person says it; all that is given must hold of a place. */
export const orderScopeSchema = z.union([
  z.literal('everywhere'),
  z
    .strictObject({
      /** `site/…`, `route/…`, `fleet/…` */
      places: ids,
      townships: ids,
      policeStations: ids,
      kinds: z
        .array(z.enum([...siteKinds, 'route', 'fleet']))
        .min(1)
        .optional(),
    })
    .refine((scope) => Object.values(scope).some((value) => value !== undefined), 'say where'),
]);
export type OrderScope = z.infer<typeof orderScopeSchema>;

/**
 * The places that a scope means now, in a fixed order: what is signed names places and nothing else.
 * @throws XiaolabaError `place-unknown`, `township-unknown`, `police-station-unknown`, `scope-empty`, `scope-too-large`
 */
export function placesOf(scope: Exclude<OrderScope, 'everywhere'>, model: DistrictModel): string[] {
  const known = (code: string, wanted: readonly string[] | undefined, has: (id: string) => boolean): void => {
    const id = wanted?.find((one) => !has(one));
    if (id !== undefined) throw callerError(code, `unknown: ${id}`, { place: id });
  };
  const named = (list: readonly { readonly id: string }[]) => (id: string) => list.some((one) => one.id === id);
  known('place-unknown', scope.places, (place) => model.places.has(place));
  known('township-unknown', scope.townships, named(model.district.townships));
  known('police-station-unknown', scope.policeStations, named(model.district.policeStations));
  const wanted = scope.places && new Set(scope.places);
  const { townships, policeStations, kinds } = scope;
  const audience = {
    profiles: [],
    ...(townships ? { townships } : {}),
    ...(policeStations ? { policeStations } : {}),
    ...(kinds ? { kinds } : {}),
  };
  const places = resolveAudience(model, audience)
    .map(({ place }) => place)
    .filter((place) => wanted === undefined || wanted.has(place));
  if (places.length === 0) throw callerError('scope-empty', 'no place is meant', {});
  if (places.length > maxPlaces)
    throw callerError('scope-too-large', 'too many places', { places: places.length, max: maxPlaces });
  return places;
}

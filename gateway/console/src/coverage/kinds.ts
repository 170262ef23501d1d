import type { PlaceState, SilentPlace, SiteView } from '@xiaolaba/gateway/contract';

/** In the order in which people ask for them. */
export const siteKinds = [
  'estate',
  'stop',
  'village',
  'booth',
  'parking',
  'square',
] as const satisfies readonly SiteView['kind'][];
export const placeKinds = [...siteKinds, 'route', 'fleet'] as const satisfies readonly SilentPlace['kind'][];
export type PlaceKind = SilentPlace['kind'];
export type SiteKind = SiteView['kind'];

export const placeStates = [
  'heard',
  'claimed',
  'partly',
  'missed',
  'contradicted',
  'pending',
  'none',
] as const satisfies readonly PlaceState[];

export const isSiteKind = (kind: PlaceKind): kind is SiteKind => siteKinds.some((name) => name === kind);

import type { PlaceState, SilentPlace } from '@xiaolaba/gateway/contract';
import type { SiteKind } from '@xiaolaba/protocol';

/** In the order in which people ask for them. */
export const siteKinds = [
  'estate',
  'stop',
  'village',
  'booth',
  'parking',
  'square',
] as const satisfies readonly SiteKind[];
export type PlaceKind = SilentPlace['kind'];

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

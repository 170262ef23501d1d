import type { PlaceDay, PlaceState, SilentPlace, SiteView } from '@xiaolaba/gateway/contract';

type Kind = SilentPlace['kind'];
export type Cause = SilentPlace['cause'];

/** Empty means everything. */
export interface Filters {
  readonly kinds: ReadonlySet<Kind>;
  readonly states: ReadonlySet<PlaceState>;
  readonly cause: Cause | undefined;
  readonly township: string | undefined;
  readonly policeStation: string | undefined;
}

export const noFilters: Filters = {
  kinds: new Set(),
  states: new Set(),
  cause: undefined,
  township: undefined,
  policeStation: undefined,
};

export const isFiltering = (filters: Filters): boolean =>
  filters.kinds.size > 0 ||
  filters.states.size > 0 ||
  filters.cause !== undefined ||
  filters.township !== undefined ||
  filters.policeStation !== undefined;

export const toggled = <T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> => {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
};

/** What of a site or a silent place the filters ask about; routes and fleets have no township. */
type Where = { readonly kind: Kind } & { readonly [K in 'township' | 'policeStation']?: SiteView[K] | undefined };

export const passes = (filters: Filters, where: Where, day: PlaceDay | undefined): boolean =>
  (filters.kinds.size === 0 || filters.kinds.has(where.kind)) &&
  (filters.states.size === 0 || filters.states.has(day?.state ?? 'none')) &&
  (filters.cause === undefined || filters.cause === day?.cause) &&
  (filters.township === undefined || filters.township === where.township) &&
  (filters.policeStation === undefined || filters.policeStation === where.policeStation);

import type { DayView, PlaceDay, Vehicle } from '@xiaolaba/gateway/contract';

export type PlaceDays = ReadonlyMap<string, PlaceDay>;
export type Vehicles = ReadonlyMap<string, Vehicle>;

export const byPlace = (places: readonly PlaceDay[]): PlaceDays => new Map(places.map((place) => [place.place, place]));

/** What changed laid over what was there; the rest keeps its identity, so that only changed marks are drawn anew. */
export const mergePlaces = (before: PlaceDays, changed: readonly PlaceDay[]): PlaceDays => {
  if (changed.length === 0) return before;
  const after = new Map(before);
  for (const place of changed) after.set(place.place, place);
  return after;
};

/** A live event counts only for the day that is shown and never takes the page back in time. */
export const acceptsCoverage = (shown: Pick<DayView, 'day' | 'now'> | undefined, event: DayView): boolean =>
  shown !== undefined && shown.day === event.day && event.now >= shown.now;

export const mergeVehicles = (before: Vehicles, moved: readonly Vehicle[]): Vehicles => {
  if (moved.length === 0) return before;
  const after = new Map(before);
  for (const vehicle of moved) after.set(vehicle.device, vehicle);
  return after;
};

import { type BlobRef, type Calendar, calendarSchema, encodeMessage, type RouteStops } from '@xiaolaba/protocol';
import type { DistrictModel } from '../campaigns/index.js';
import type { BlobStore } from '../library/index.js';

/** Within this of a stop a bus has arrived, in metres: a bus's length, a bay and a receiver's error. */
export const stopRadiusMetres = 40;

/** What assignments name besides releases: the calendar, and the stops of a route. */
export class RouteBlobs {
  #model: DistrictModel | undefined;
  readonly #made = new Map<string, Promise<BlobRef>>();

  constructor(private readonly blobs: BlobStore) {}

  calendar(model: DistrictModel): Promise<BlobRef> {
    return this.#make(model, 'calendar', () => calendarSchema.parse(model.calendar) satisfies Calendar);
  }

  async route(model: DistrictModel, id: string): Promise<BlobRef | undefined> {
    const route = model.routes.get(id);
    if (!route) return undefined;
    return await this.#make(model, id, (): RouteStops => {
      const stops = route.stops.flatMap(({ site }) => {
        const position = model.positionOf(site);
        return position
          ? [{ site, position: [position[0], position[1]] as [number, number], radius: stopRadiusMetres }]
          : [];
      });
      return { v: 1, id, stops };
    });
  }

  #make(model: DistrictModel, key: string, body: () => unknown): Promise<BlobRef> {
    if (this.#model !== model) {
      this.#model = model;
      this.#made.clear();
    }
    const known = this.#made.get(key);
    if (known) return known;
    const made = this.blobs.put(encodeMessage(body()));
    this.#made.set(key, made);
    return made;
  }
}

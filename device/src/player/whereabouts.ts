import { type FenceEvent, type FenceState, type Position, type RouteStops, stepFence } from '@xiaolaba/protocol';

/** Which stop a moving device stands at, since when, and when it left the last one; times are monotonic. */
export class Whereabouts {
  #state: FenceState = {};
  #stops: RouteStops['stops'] = [];
  #last: { site: string; arrived: number; left?: number } | undefined;
  position: Position | undefined;

  follow(route: RouteStops | undefined): void {
    this.#stops = route?.stops ?? [];
    if (this.#state.site !== undefined && !this.#stops.some(({ site }) => site === this.#state.site)) this.#state = {};
  }

  get site(): string | undefined {
    return this.#state.site;
  }

  get arrived(): number | undefined {
    return this.#state.since;
  }

  fix(position: Position, mono: number): readonly FenceEvent[] {
    this.position = position;
    if (this.#stops.length === 0) return [];
    const { state, events } = stepFence(this.#state, this.#stops, position, mono);
    this.#state = state;
    for (const event of events) {
      if (event.kind === 'arrived') this.#last = { site: event.site, arrived: event.at };
      else if (this.#last?.site === event.site) this.#last.left = event.at;
    }
    return events;
  }

  /** How much of a monotonic span the device stood at a site, as far as it is remembered. */
  dwellMs(site: string, arrived: number, from: number, to: number): number {
    const last = this.#last;
    const left = last?.site === site && last.arrived === arrived ? (last.left ?? to) : arrived;
    return Math.max(0, Math.min(to, left) - Math.max(from, arrived));
  }
}

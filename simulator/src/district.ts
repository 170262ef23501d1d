import type { AgentLog } from '@xiaolaba/device';
import { type Content, callsAt, departures, type Route } from '@xiaolaba/gateway';
import { defaultPolicy, instantOf, type Position, type SitePolicy } from '@xiaolaba/protocol';
import { Fleet } from './fleet.js';
import { ContentPool } from './peripherals/flash.js';
import { ConnectionLedger, type Gate, RequestLane, type Uplink } from './peripherals/network.js';
import { SoundNames } from './peripherals/sound.js';
import { Flights } from './time/flights.js';
import { WorldTime } from './time/world-time.js';
import { BikeFleet } from './world/bikes.js';
import { BusLine, type Line } from './world/buses.js';

export interface DistrictOptions {
  readonly content: Content;
  readonly day: string;
  readonly seed: number;
  /** When the world begins, as an instant. */
  readonly start: number;
  readonly log: AgentLog;
  readonly thrown: (device: string, name: string, error: unknown) => void;
}

/** What a vehicle's place allows: it has no site whose owner could say otherwise. */
const movingPolicy = { quietHours: defaultPolicy.quietHours, volumeCap: defaultPolicy.volumeCap };

/** The virtual district: places from the content, vehicles and people by the seed, real agents everywhere. */
export class VirtualDistrict {
  readonly time: WorldTime;
  readonly flights = new Flights();
  readonly connections = new ConnectionLedger();
  readonly fleet: Fleet;
  readonly lines = new Map<string, BusLine>();
  readonly bikes: BikeFleet[] = [];

  constructor(
    private readonly options: DistrictOptions,
    gate: (now: () => number) => Gate & { readonly uplink: () => Uplink },
  ) {
    const { content, seed, log, thrown } = options;
    this.time = new WorldTime(options.start);
    const link = gate(() => this.time.now());
    const network = { gate: link, uplink: link.uplink, connections: this.connections, lane: new RequestLane() };
    this.connections.onClosed = () => this.flights.notify();
    this.fleet = new Fleet(
      content.devices,
      {
        time: this.time,
        flights: this.flights,
        pool: new ContentPool(),
        names: new SoundNames(),
        network,
        seed,
        log,
        thrown,
      },
      this.connections,
    );
    for (const route of content.routes) this.lines.set(route.id, this.#busLine(route));
    for (const { id, parking } of content.fleets) this.bikes.push(this.#bikeFleet(id, parking));
  }

  get content(): Content {
    return this.options.content;
  }

  get zone(): string {
    return this.content.district.zone;
  }

  /** Buses stand at their terminals, and people begin to take bikes. */
  setOut(until: number): void {
    for (const line of this.lines.values()) line.putOut();
    for (const fleet of this.bikes) fleet.start(until);
  }

  /** A day's departures; those that are over when the world learns of them have not happened. */
  scheduleDay(day: string): void {
    const midnight = instantOf(day, '00:00', this.zone);
    for (const route of this.content.routes) {
      const all = departures(route, 0, 48 * 60).map(({ direction, minutes }) => ({
        direction,
        at: midnight + minutes * 60_000,
      }));
      this.lines.get(route.id)?.schedule(all.filter(({ at }) => at >= this.time.now()));
    }
  }

  policyOf(place: string): SitePolicy {
    const [kind, id] = place.split('/');
    const { sites, routes, fleets } = this.content;
    if (kind === 'site') {
      const site = sites.find((one) => one.id === id);
      if (!site) throw new RangeError(`no site ${id}`);
      const { dialects, quietHours, volumeCap } = site;
      return { zone: this.zone, dialects: [...dialects], quietHours, volumeCap };
    }
    const owner = (kind === 'route' ? routes : fleets).find((one) => one.id === id);
    if (!owner) throw new RangeError(`no place ${place}`);
    return { zone: this.zone, dialects: [...owner.dialects], ...movingPolicy };
  }

  /** How often the timetable has a vehicle of a route call at a stop. */
  calls(day: string, routeId: string, site: string, from: number, to: number): number {
    const route = this.content.routes.find(({ id }) => id === routeId);
    const midnight = instantOf(day, '00:00', this.zone);
    return route && to > from ? callsAt(route, site, (from - midnight) / 60_000, (to - midnight) / 60_000) : 0;
  }

  #position(site: string): Position {
    const found = this.content.sites.find(({ id }) => id === site);
    if (!found) throw new RangeError(`no site ${site}`);
    return found.position;
  }

  #busLine(route: Route): BusLine {
    const line: Line = {
      id: route.id,
      stops: route.stops.map(({ site, minutes }) => ({ site, minutes, position: this.#position(site) })),
    };
    const buses = this.fleet.at(`route/${route.id}`).map((twin) => ({
      device: twin.id,
      facts: twin.facts,
      fix: (position: Position) => twin.fix(position),
    }));
    return new BusLine(line, buses, this.time, this.options.seed);
  }

  #bikeFleet(id: string, parking: readonly string[]): BikeFleet {
    const { day, seed } = this.options;
    const points = parking.map((site) => ({ site, position: this.#position(site) }));
    const bikes = this.fleet.at(`fleet/${id}`).map((twin) => ({
      device: twin.id,
      facts: twin.facts,
      powered: () => twin.powered,
      fix: (position: Position) => twin.fix(position),
      handle: (event: 'unlock' | 'lock') => twin.lock.handle(event),
    }));
    return new BikeFleet(points, bikes, this.time, seed, instantOf(day, '00:00', this.zone));
  }
}

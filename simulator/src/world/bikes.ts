import type { Position } from '@xiaolaba/protocol';
import type { WorldTime } from '../time/world-time.js';
import type { DeviceFacts } from './facts.js';
import { between, measured } from './geo.js';
import { type Stream, stream } from './random.js';

const minute = 60_000;
const hour = 60 * minute;

export interface ParkingPoint {
  readonly site: string;
  readonly position: Position;
}

export interface BikePorts {
  readonly device: string;
  readonly facts: DeviceFacts;
  /** Whether the lock has power; a dead one stays locked. */
  powered(): boolean;
  fix(position: Position): void;
  handle(event: 'unlock' | 'lock'): void;
}

/** Rides a bike is taken for in each hour of a workday, on average: two rushes and a slow noon. */
const ridesByHour: readonly number[] = [
  0, 0, 0, 0, 0, 0.05, 0.25, 0.75, 0.7, 0.3, 0.2, 0.25, 0.35, 0.25, 0.2, 0.2, 0.3, 0.6, 0.65, 0.4, 0.25, 0.15, 0.05, 0,
];
const busiest = Math.max(...ridesByHour);

/** How often a bike of a point is taken, per hour, at an hour of the local day. */
export const demandAt = (localHour: number): number => ridesByHour[Math.floor(localHour) % 24] ?? 0;

interface Bike extends BikePorts {
  at: ParkingPoint;
  readonly demand: Stream;
  readonly ride: Stream;
  readonly noise: Stream;
}

/** The bikes of one operator area: people unlock them, ride to another point and lock them there. */
export class BikeFleet {
  readonly #bikes: readonly Bike[];
  readonly #unlocked = new Map<string, number>();

  /** @param dayStart local midnight of the first day, as an instant */
  constructor(
    private readonly points: readonly ParkingPoint[],
    bikes: readonly BikePorts[],
    private readonly time: WorldTime,
    seed: number,
    private readonly dayStart: number,
  ) {
    this.#bikes = bikes.flatMap((ports, index) => {
      const at = points[index % points.length];
      if (!at) return [];
      const { device } = ports;
      return {
        ...ports,
        at,
        demand: stream(seed, device, 'demand'),
        ride: stream(seed, device, 'ride'),
        noise: stream(seed, device, 'gps'),
      };
    });
  }

  /** People take bikes from now until an instant, again and again. */
  start(until: number): void {
    for (const bike of this.#bikes) {
      this.time.at(this.time.now(), 'world', () => bike.fix(measured(bike.at.position, bike.noise)));
      this.#await(bike, this.time.now(), until);
    }
  }

  /** How often bikes were taken from each point. */
  get unlocked(): ReadonlyMap<string, number> {
    return this.#unlocked;
  }

  /** The next ride by thinning: candidates at the busiest rate, kept by the demand of their hour. */
  #await(bike: Bike, from: number, until: number): void {
    let at = from;
    do {
      at += (-Math.log(1 - bike.demand.next()) / busiest) * hour;
      if (at >= until) return;
    } while (!bike.demand.chance(demandAt((at - this.dayStart) / hour) / busiest));
    const due = Math.round(at / 1000) * 1000;
    this.time.at(due, 'world', () => this.#take(bike, until));
  }

  #take(bike: Bike, until: number): void {
    const now = this.time.now();
    if (!bike.powered()) {
      this.#await(bike, now + 10 * minute, until);
      return;
    }
    const from = bike.at;
    bike.facts.locks.push({ on: 'unlock', at: now, site: from.site });
    this.#unlocked.set(from.site, (this.#unlocked.get(from.site) ?? 0) + 1);
    bike.handle('unlock');
    const others = this.points.filter((point) => point !== from);
    const to = others.length > 0 ? bike.ride.pick(others) : from;
    const rideMs = Math.round(bike.ride.between(6, 22) * 60) * 1000;
    this.time.at(now + Math.round(rideMs / 2000) * 1000, 'world', () =>
      bike.fix(measured(between(from.position, to.position, 0.5), bike.noise)),
    );
    this.time.at(now + rideMs, 'world', () => this.#giveBack(bike, to, until));
  }

  #giveBack(bike: Bike, to: ParkingPoint, until: number): void {
    const now = this.time.now();
    bike.at = to;
    bike.fix(measured(to.position, bike.noise));
    // A lock without power is still pushed shut by hand, but nobody's electronics notice.
    if (bike.powered()) {
      bike.facts.locks.push({ on: 'lock', at: now, site: to.site });
      bike.handle('lock');
    }
    this.#await(bike, now + 2 * minute, until);
  }
}

import { distanceMetres, type Position } from '@xiaolaba/protocol';
import type { WorldTime } from '../time/world-time.js';
import { type DeviceFacts, earshotMetres } from './facts.js';
import { between, measured } from './geo.js';
import { type Stream, stream } from './random.js';

const second = 1000;
const minute = 60 * second;

/** A line as the world drives it. */
export interface Line {
  readonly id: string;
  /** Running time from the first stop, minutes. */
  readonly stops: readonly { readonly site: string; readonly position: Position; readonly minutes: number }[];
}

export interface BusPorts {
  readonly device: string;
  readonly facts: DeviceFacts;
  fix(position: Position): void;
}

export type Direction = 'out' | 'back';

/** How a driver keeps the timetable: milliseconds. */
const habits = {
  dwell: [20 * second, 45 * second],
  /** Late at a stop by so much, drawn for each. */
  late: [0, 40 * second],
  layover: 2 * minute,
  /** So late a trip may still begin when its bus comes in late; after that it is left out. */
  lateStart: 6 * minute,
  fixEvery: [15 * second, 30 * second],
} as const;

/** Fixes on the way out of a stop and into one, metres from it. */
const nearFixes = [140, 70, 30] as const;

interface Bus extends BusPorts {
  /** Draws of this bus; each purpose its own. */
  readonly dwell: Stream;
  readonly late: Stream;
  readonly noise: Stream;
  readonly fixes: Stream;
}

/** The buses of one line: they leave by the timetable, drive, stop, rest and come back. */
export class BusLine {
  readonly #waiting: Record<Direction, Bus[]> = { out: [], back: [] };
  readonly #buses: readonly Bus[];
  readonly #outOfService = new Set<string>();
  /** Trips that wait for their bus, by when they were to begin. */
  readonly #owed: Record<Direction, number[]> = { out: [], back: [] };
  /** Departures for which no bus was there. */
  skipped = 0;

  constructor(
    private readonly line: Line,
    buses: readonly BusPorts[],
    private readonly time: WorldTime,
    seed: number,
  ) {
    this.#buses = buses.map((ports) => ({
      ...ports,
      dwell: stream(seed, ports.device, 'dwell'),
      late: stream(seed, ports.device, 'late'),
      noise: stream(seed, ports.device, 'gps'),
      fixes: stream(seed, ports.device, 'fixes'),
    }));
  }

  /** Puts the buses out at both ends. */
  putOut(): void {
    for (const [index, bus] of this.#buses.entries()) {
      const end: Direction = index % 2 === 0 ? 'out' : 'back';
      this.#waiting[end].push(bus);
      const at = this.#terminal(end);
      if (!at) continue;
      bus.facts.visits.push({ site: at.site, from: this.time.now(), to: Number.POSITIVE_INFINITY });
      bus.fix(measured(at.position, bus.noise));
    }
  }

  /** Schedules departures: out from the first stop, back from the last. */
  schedule(departures: readonly { readonly direction: Direction; readonly at: number }[]): void {
    for (const { direction, at } of departures) this.time.at(at, 'world', () => this.#due(direction));
  }

  /** Where a receiver that has just been switched on finds each bus. */
  locate(): void {
    for (const bus of this.#buses) {
      const visit = bus.facts.visits.at(-1);
      const stop = this.line.stops.find(({ site }) => site === visit?.site);
      if (stop && visit?.to === Number.POSITIVE_INFINITY) bus.fix(measured(stop.position, bus.noise));
    }
  }

  /** A bus that goes to the depot makes no further trip; it comes back where it left. */
  setInService(device: string, inService: boolean): void {
    if (inService) this.#outOfService.delete(device);
    else this.#outOfService.add(device);
  }

  #terminal(end: Direction): Line['stops'][number] | undefined {
    return end === 'out' ? this.line.stops[0] : this.line.stops.at(-1);
  }

  #due(end: Direction): void {
    const at = this.time.now();
    this.#owed[end].push(at);
    this.#dispatch(end);
    this.time.at(at + habits.lateStart, 'world', () => {
      const owed = this.#owed[end].indexOf(at);
      if (owed < 0) return;
      this.#owed[end].splice(owed, 1);
      this.skipped++;
    });
  }

  #dispatch(end: Direction): void {
    const index = this.#waiting[end].findIndex((bus) => !this.#outOfService.has(bus.device));
    if (index < 0 || this.#owed[end].length === 0) return;
    const [bus] = this.#waiting[end].splice(index, 1);
    this.#owed[end].shift();
    if (bus) this.#leave(bus, end, 0, this.time.now());
  }

  /** Stops in the order of a direction, with the running time from its first, milliseconds. */
  #way(end: Direction): { site: string; position: Position; after: number }[] {
    const { stops } = this.line;
    const whole = stops.at(-1)?.minutes ?? 0;
    if (end === 'out') return stops.map((stop) => ({ ...stop, after: stop.minutes * minute }));
    return stops.toReversed().map((stop) => ({ ...stop, after: (whole - stop.minutes) * minute }));
  }

  #leave(bus: Bus, end: Direction, index: number, departedAt: number): void {
    const way = this.#way(end);
    const here = way[index];
    const next = way[index + 1];
    const leftAt = this.time.now();
    const visit = bus.facts.visits.at(-1);
    if (visit && visit.to === Number.POSITIVE_INFINITY) visit.to = leftAt;
    if (!here || !next) return;
    const planned = departedAt + next.after + bus.late.between(...habits.late);
    const arriveAt = wholeSecond(Math.max(planned, leftAt + 30 * second));
    const nearAt = this.#drive(bus, here.position, next.position, leftAt, arriveAt);
    this.time.at(arriveAt, 'world', () => this.#arrive(bus, nearAt, end, index + 1, departedAt));
  }

  /** Fixes near both stops and every so often between them. @returns when the bus comes within earshot of the next */
  #drive(bus: Bus, from: Position, to: Position, leftAt: number, arriveAt: number): number {
    const metres = Math.max(1, distanceMetres(from, to));
    const near = nearFixes.filter((distance) => distance < metres / 2).map((distance) => distance / metres);
    const shares = new Set([...near, ...near.map((share) => 1 - share)]);
    const span = arriveAt - leftAt;
    const last = Math.max(0, ...near);
    for (let at = leftAt; ; ) {
      at += bus.fixes.between(...habits.fixEvery);
      const share = (at - leftAt) / span;
      if (share >= 1 - last) break;
      if (share > last) shares.add(share);
    }
    for (const share of shares) {
      const fix = measured(between(from, to, share), bus.noise);
      this.time.at(wholeSecond(leftAt + span * share), 'world', () => bus.fix(fix));
    }
    return Math.floor(leftAt + span * Math.max(0, 1 - earshotMetres / metres));
  }

  #arrive(bus: Bus, nearAt: number, end: Direction, index: number, departedAt: number): void {
    const way = this.#way(end);
    const here = way[index];
    if (!here) return;
    const at = this.time.now();
    bus.facts.visits.push({ site: here.site, from: nearAt, to: Number.POSITIVE_INFINITY });
    bus.fix(measured(here.position, bus.noise));
    const dwell = wholeSecond(bus.dwell.between(...habits.dwell));
    if (index < way.length - 1) {
      this.time.at(at + dwell, 'world', () => this.#leave(bus, end, index, departedAt));
      return;
    }
    const back: Direction = end === 'out' ? 'back' : 'out';
    this.time.at(at + habits.layover, 'world', () => {
      this.#waiting[back].push(bus);
      bus.fix(measured(here.position, bus.noise));
      this.#dispatch(back);
    });
  }
}

const wholeSecond = (instant: number): number => Math.round(instant / second) * second;

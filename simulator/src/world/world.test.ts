import type { Position } from '@xiaolaba/protocol';
import { distanceMetres } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { WorldTime } from '../time/world-time.js';
import { BikeFleet } from './bikes.js';
import { BusLine, type Line } from './buses.js';
import { DeviceFacts } from './facts.js';
import { stream } from './random.js';

const hour = 3_600_000;
const minute = 60_000;

function runUntil(time: WorldTime, instant: number): void {
  for (let next = time.next(); next !== undefined && next <= instant; next = time.next()) {
    time.moveTo(next);
    time.takeDue();
  }
}

const line: Line = {
  id: 'route-x',
  stops: [0, 4, 9, 13].map((minutes, index) => ({
    site: `stop-${index}`,
    position: [115 + index * 0.01, 23.4] as Position,
    minutes,
  })),
};
const departures = Array.from({ length: 12 }, (_, index) => 6 * hour + index * 15 * minute).flatMap((at) => [
  { direction: 'out' as const, at },
  { direction: 'back' as const, at },
]);

function drive(seed: number, buses: number) {
  const time = new WorldTime(5.9 * hour);
  const fixes: { device: string; at: number; position: Position }[] = [];
  const facts = new Map<string, DeviceFacts>();
  const ports = Array.from({ length: buses }, (_, index) => {
    const device = `bus-${index}`;
    const own = new DeviceFacts();
    facts.set(device, own);
    return { device, facts: own, fix: (position: Position) => void fixes.push({ device, at: time.now(), position }) };
  });
  const busLine = new BusLine(line, ports, time, seed);
  busLine.putOut();
  busLine.schedule(departures);
  runUntil(time, 10 * hour);
  return { fixes, facts, busLine, time };
}

describe('random streams', () => {
  it('depend on seed and purpose alone', () => {
    const draws = (seed: number, ...purpose: string[]) => {
      const one = stream(seed, ...purpose);
      return Array.from({ length: 5 }, () => one.next());
    };
    expect(draws(7, 'bus', 'dwell')).toEqual(draws(7, 'bus', 'dwell'));
    expect(draws(7, 'bus', 'dwell')).not.toEqual(draws(8, 'bus', 'dwell'));
    expect(draws(7, 'bus', 'dwell')).not.toEqual(draws(7, 'bus', 'late'));
  });
});

describe('BusLine', () => {
  it('calls at every stop both ways, stands long enough, and keeps near the timetable', () => {
    const { facts, busLine } = drive(7, 3);
    expect(busLine.skipped).toBe(0);
    const visits = [...facts.values()].flatMap((own) => own.visits).filter((visit) => visit.to < 10 * hour);
    for (const { site } of line.stops) {
      const here = visits.filter((visit) => visit.site === site && visit.from > 6 * hour);
      expect(here.length).toBeGreaterThanOrEqual(site === 'stop-0' || site === 'stop-3' ? 10 : 24);
      for (const visit of here) expect(visit.to - visit.from).toBeGreaterThanOrEqual(20_000);
    }
  });

  it('tells of its way with fixes that come near each stop and leave it', () => {
    const { fixes } = drive(7, 3);
    const stop = line.stops[1];
    const metres = fixes.map(({ position }) => distanceMetres(position, stop?.position ?? position));
    expect(metres.filter((distance) => distance < 40).length).toBeGreaterThan(24);
    expect(metres.filter((distance) => distance > 60 && distance < 150).length).toBeGreaterThan(24);
  });

  it('leaves trips out when there are too few buses', () => {
    expect(drive(7, 1).busLine.skipped).toBeGreaterThan(0);
  });

  it('is the same with the same seed', () => {
    expect(drive(7, 3).fixes).toEqual(drive(7, 3).fixes);
    expect(drive(7, 3).fixes).not.toEqual(drive(8, 3).fixes);
  });
});

describe('BikeFleet', () => {
  function ride(seed: number, powered: (device: string, at: number) => boolean = () => true) {
    const time = new WorldTime(0);
    const points = [0, 1, 2].map((index) => ({
      site: `parking-${index}`,
      position: [115 + index * 0.01, 23.4] as Position,
    }));
    const events: string[] = [];
    const facts = new Map<string, DeviceFacts>();
    const bikes = Array.from({ length: 15 }, (_, index) => {
      const device = `bike-${index}`;
      const own = new DeviceFacts();
      facts.set(device, own);
      return {
        device,
        facts: own,
        powered: () => powered(device, time.now()),
        fix: () => {},
        handle: (event: string) => void events.push(`${time.now()} ${device} ${event}`),
      };
    });
    const fleet = new BikeFleet(points, bikes, time, seed, 0);
    fleet.start(24 * hour);
    runUntil(time, 25 * hour);
    return { events, facts, fleet, points };
  }

  it('has people at every point, mostly in the rush hours, who lock where they unlocked before', () => {
    const { facts, fleet, points } = ride(7);
    for (const { site } of points) expect(fleet.unlocked.get(site)).toBeGreaterThan(5);
    const unlocks = [...facts.values()].flatMap(({ locks }) => locks.filter(({ on }) => on === 'unlock'));
    const inHours = (from: number, to: number) =>
      unlocks.filter(({ at }) => at >= from * hour && at < to * hour).length / (to - from);
    expect(inHours(7, 9)).toBeGreaterThan(inHours(13, 16));
    expect(inHours(0, 5)).toBe(0);
    for (const { locks } of facts.values()) {
      for (const [index, event] of locks.entries()) {
        expect(event.on).toBe(index % 2 === 0 ? 'unlock' : 'lock');
        if (index > 0 && event.on === 'unlock') expect(event.site).toBe(locks[index - 1]?.site);
      }
    }
  });

  it('does not open a lock that has no power', () => {
    const { facts } = ride(7, (device) => device !== 'bike-0');
    expect(facts.get('bike-0')?.locks).toEqual([]);
  });

  it('is the same with the same seed', () => {
    expect(ride(7).events).toEqual(ride(7).events);
  });
});

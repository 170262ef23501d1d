import { describe, expect, it } from 'vitest';
import { callsAt, departures, minutesTo, type Route, tripMinutes } from './index.js';

const route: Route = {
  id: 'r1',
  name: { zh: '一路', en: 'Route 1' },
  dialects: ['cmn'],
  policeStation: 'p1',
  stops: [
    { site: 'a', minutes: 0 },
    { site: 'b', minutes: 10 },
    { site: 'c', minutes: 25 },
  ],
  first: '06:00',
  last: '07:00',
  headwayMinutes: 30,
};

describe('a timetable', () => {
  it('departs from both ends, the last included', () => {
    expect(tripMinutes(route)).toBe(25);
    expect(departures(route, 0, 1440).map(({ direction, minutes }) => `${direction} ${minutes}`)).toEqual([
      'out 360',
      'back 360',
      'out 390',
      'back 390',
      'out 420',
      'back 420',
    ]);
    expect(departures(route, 361, 390)).toEqual([]);
    expect(departures(route, 390, 391)).toHaveLength(2);
  });

  it('mirrors the way back', () => {
    expect(minutesTo(route, 'b', 'out')).toEqual([10]);
    expect(minutesTo(route, 'b', 'back')).toEqual([15]);
    expect(minutesTo(route, 'elsewhere', 'out')).toEqual([]);
  });

  it('counts calls from before one minute to before another', () => {
    expect(callsAt(route, 'b', 370, 371)).toBe(1);
    expect(callsAt(route, 'b', 370, 376)).toBe(2);
    expect(callsAt(route, 'b', 371, 375)).toBe(0);
    expect(callsAt(route, 'a', 0, 1440)).toBe(6);
    expect(callsAt(route, 'elsewhere', 0, 1440)).toBe(0);
  });

  it('goes on past midnight', () => {
    const night: Route = { ...route, first: '23:40', last: '00:10' };
    expect(departures(night, 0, 2880).map(({ minutes }) => minutes)).toEqual([1420, 1420, 1450, 1450]);
    expect(callsAt(night, 'a', 1440, 2880)).toBe(3);
    expect(callsAt(night, 'a', 0, 60)).toBe(3);
  });

  it('counts a stop twice where a loop passes it twice', () => {
    const loop: Route = { ...route, stops: [...route.stops, { site: 'a', minutes: 40 }] };
    expect(callsAt(loop, 'a', 0, 1440)).toBe(12);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockChange, Discipline, type LastAlive, settleMs } from './discipline.js';

const built = Date.parse('2026-01-01T00:00:00Z');
const noon = Date.parse('2026-11-20T12:00:00+08:00');

let wall: number;
let mono: number;
let changes: ClockChange[];

const disciplined = (alive?: LastAlive): Discipline =>
  new Discipline(
    () => ({ wall, mono }),
    built,
    alive,
    (change) => changes.push(change),
  );
function pass(milliseconds: number): void {
  wall += milliseconds;
  mono += milliseconds;
}

beforeEach(() => {
  wall = noon;
  mono = 1_000;
  changes = [];
});

describe('clock discipline', () => {
  it.each([
    ['a step of 2 s is borne', 2_000, 'trusted'],
    ['a step of 2.001 s is not', 2_001, 'jumped'],
    ['nor is one backwards', -2_001, 'jumped'],
    ['nor one of an hour', 3_600_000, 'jumped'],
  ])('%s', (_name, step, state) => {
    const time = disciplined();
    pass(60_000);
    wall += step;
    time.check();
    expect(time.state).toBe(state);
  });

  it('goes on with the projection while the wall clock is off, and trusts it again when it agrees', () => {
    const time = disciplined();
    pass(60_000);
    wall -= 3_600_000;
    time.check();
    pass(600_000);
    time.check();
    expect(time.now()).toBe(noon + 660_000);
    wall += 3_600_000;
    time.check();
    expect(changes).toEqual([
      { state: 'jumped' },
      { state: 'trusted', regained: { from: noon + 60_000, stepMs: -3_600_000 } },
    ]);
  });

  it('takes a corrected wall clock only once the gateway agrees and it stands still', () => {
    const time = disciplined();
    pass(60_000);
    wall += 7_200_000;
    time.check();
    time.witness(wall + 4_000);
    expect(time.state).toBe('jumped');
    expect(time.settlesIn).toBe(settleMs);
    pass(settleMs);
    time.check();
    expect(time.state).toBe('trusted');
    expect(time.now()).toBe(wall);
    expect(changes.at(-1)?.regained?.stepMs).toBe(7_200_000);
  });

  it('is never moved by the gateway, only silenced', () => {
    const time = disciplined();
    pass(60_000);
    time.witness(noon - 8 * 3_600_000);
    expect(time.state).toBe('unsynchronised');
    expect(time.now()).toBe(wall);
    pass(60_000);
    time.witness(noon - 8 * 3_600_000 + 60_000);
    expect(time.now()).toBe(wall);
    expect(time.trusted).toBe(false);
    time.witness(wall + 100);
    expect(time.trusted).toBe(true);
    expect(time.now()).toBe(wall);
  });

  it('bears a gateway that is a little off', () => {
    const time = disciplined();
    pass(60_000);
    time.witness(wall + 29_000);
    expect(time.state).toBe('trusted');
  });

  it('follows a slow drift but not many small steps', () => {
    const drifting = disciplined();
    for (let minute = 0; minute < 24 * 60; minute++) {
      pass(60_000);
      wall += 5;
      drifting.check();
    }
    expect(drifting.trusted).toBe(true);
    expect(drifting.now()).toBe(wall);

    const stepped = disciplined();
    for (let step = 0; step < 3; step++) {
      pass(60_000);
      wall += 1_500;
      stepped.check();
    }
    expect(stepped.state).toBe('jumped');
  });

  it.each([
    ['before the firmware was built', 0, undefined],
    ['before the device was last alive', noon, { at: noon + 1, clock: 'trusted' as const }],
    ['not trusted when the device was last alive', noon, { at: noon - 60_000, clock: 'jumped' as const }],
  ])('starts unsynchronised with a wall clock %s', (_name, start, alive) => {
    wall = start;
    const time = disciplined(alive);
    expect(time.state).toBe('unsynchronised');
    expect(time.now()).toBe(alive?.at ?? built);
    wall = noon + 3_600_000;
    mono += 1_000;
    time.check();
    expect(time.trusted).toBe(false);
    pass(settleMs);
    time.witness(wall);
    expect(time.trusted).toBe(true);
  });

  it('forgets what the gateway said an hour ago', () => {
    const time = disciplined();
    pass(60_000);
    wall += 60_000;
    time.check();
    time.witness(wall + 600_000);
    pass(3_700_000);
    wall += 600_000;
    time.check();
    pass(settleMs);
    time.check();
    expect(time.trusted).toBe(false);
  });
});

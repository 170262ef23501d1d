import {
  type Health,
  type Nmea0183Frame,
  type NmeaDriver,
  nmea0183Codec,
  openNmea,
} from '@xiaolaba/device/peripherals';
import { distanceMetres, type Position } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cable } from './cable.js';
import type { ModuleTwin } from './module-twin.js';
import { NmeaTwin, type NmeaTwinOptions } from './nmea0183.js';
import { Puppet } from './testing/puppet.js';
import { SteppedClock } from './testing/stepped-clock.js';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const people: Position = [121.473701, 31.230416];
const bund: Position = [121.4903, 31.2397];

let clock: SteppedClock;
let twin: NmeaTwin;
let cable: Cable;
let driver: NmeaDriver;
let healths: Health[];
let fixes: { readonly at: number; readonly position: Position }[];

function start(options: Partial<NmeaTwinOptions> = {}): void {
  twin = new NmeaTwin(clock, { path: [people], ...options });
  attach(twin);
}
function attach(far: ModuleTwin): void {
  cable = new Cable(far);
  driver = openNmea({ line: cable.host, clock, log });
  healths = [];
  driver.onHealth((health) => healths.push(health));
  fixes = [];
  driver.position.onFix((position) => fixes.push({ at: clock.monotonic(), position }));
}
beforeEach(() => {
  clock = new SteppedClock();
  twin = new NmeaTwin(clock, { path: [people] });
});
afterEach(async () => {
  twin.setPowered(false);
  await driver.close();
  await clock.advance(20_000);
  expect(clock.pending).toBe(0);
});

/** A receiver that says nothing but what a test wants. */
function puppet(): (text: string) => Promise<void> {
  const far = new Puppet();
  attach(far);
  return async (text) => {
    far.sayText(text);
    await clock.flush();
  };
}
const sum = (body: string) => [...body].reduce((all, letter) => all ^ letter.charCodeAt(0), 0);
const sentence = (body: string) => `$${body}*${sum(body).toString(16).toUpperCase().padStart(2, '0')}\r\n`;
const printed = '$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n';

describe('a receiver that drives', () => {
  it.each(['GP', 'GN', 'BD'] as const)('is followed by the talker %s', async (talker) => {
    start({ path: [people, bund], speedKmh: 36, talker });
    twin.setPowered(true);
    await clock.advance(30_500);
    expect(driver.health).toBeUndefined();
    expect(fixes).toHaveLength(30);
    const steps = fixes
      .slice(1)
      .map(({ position }, index) => distanceMetres(fixes[index]?.position ?? position, position));
    for (const metres of steps) expect(Math.abs(metres - 10)).toBeLessThan(0.2);
    const where = driver.position.current() ?? [0, 0];
    expect(distanceMetres(where, people)).toBeGreaterThan(290);
    expect(distanceMetres(where, people)).toBeLessThan(301);
    expect(await driver.probe()).toMatchObject([
      { ok: true, code: 'answers' },
      { ok: true, code: 'fix', details: { satellites: 9 } },
    ]);
  });

  it('stands where it is put, south and west too', async () => {
    start({ path: [people, bund], speedKmh: 36 });
    twin.setPowered(true);
    twin.setPosition([-58.3816, -34.6037]);
    await clock.advance(2_500);
    expect(distanceMetres(driver.position.current() ?? [0, 0], [-58.3816, -34.6037])).toBeLessThan(0.1);
  });

  it('tells the time while it has a fix', async () => {
    start();
    twin.setPowered(true);
    expect(driver.time()).toBeUndefined();
    await clock.advance(5_300);
    expect(driver.time()).toBe(clock.now());
    twin.setSky(0);
    await clock.advance(1_000);
    expect(driver.time()).toBeUndefined();
  });
});

describe('the twin', () => {
  const spoken = async (talker: 'GP' | 'GN' | 'BD'): Promise<readonly Nmea0183Frame[]> => {
    start({ talker });
    const decoder = nmea0183Codec.decoder();
    const frames: Nmea0183Frame[] = [];
    cable.onBytes((_direction, bytes) => frames.push(...decoder.push(bytes).frames));
    twin.setPowered(true);
    await clock.advance(1_500);
    return frames;
  };

  it.each([
    ['GP', ['GPRMC', 'GPGGA', 'GPGSA', 'GPGSV', 'GPGSV', 'GPGSV']],
    ['BD', ['BDRMC', 'BDGGA', 'BDGSA', 'BDGSV', 'BDGSV', 'BDGSV']],
    ['GN', ['GNRMC', 'GNGGA', 'GNGSA', 'GNGSA', 'GPGSV', 'GPGSV', 'GBGSV']],
  ] as const)('speaks as %s once a second, and is understood', async (talker, addresses) => {
    const frames = await spoken(talker);
    expect(frames.map(({ address }) => address)).toEqual(addresses);
    expect(frames.map(({ kind }) => kind)).not.toContain('other');
    const inView = frames.flatMap((frame) => (frame.kind === 'gsv' ? frame.satellites : []));
    const inUse = frames.flatMap((frame) => (frame.kind === 'gsa' ? frame.satellites : []));
    expect([inView.length, inUse.length]).toEqual([9, 9]);
  });

  it('keeps the time without a sky once it has heard it', async () => {
    start();
    const decoder = nmea0183Codec.decoder();
    const times: (string | null)[] = [];
    cable.onBytes((_direction, bytes) => {
      for (const frame of decoder.push(bytes).frames) if (frame.kind === 'rmc') times.push(frame.time);
    });
    twin.setSky(0);
    twin.setPowered(true);
    await clock.advance(1_500);
    twin.setSky(3);
    await clock.advance(1_000);
    twin.setSky(0);
    await clock.advance(1_000);
    expect(times).toEqual(['2006-01-01T00:00:01.000Z', '2027-01-15T08:00:02.000Z', '2027-01-15T08:00:03.000Z']);
    expect(driver.time()).toBeUndefined();
  });
});

describe('no fix', () => {
  it('is none, never 0,0', async () => {
    start({ acquireMs: 3_500 });
    twin.setSky(9);
    twin.setPowered(true);
    await clock.advance(3_200);
    expect(driver.health).toBeUndefined();
    expect(driver.position.current()).toBeUndefined();
    expect(await driver.probe()).toMatchObject([{ code: 'answers' }, { ok: false, code: 'no-fix' }]);
    await clock.advance(1_000);
    expect(driver.position.current()).toBeDefined();
    twin.setSky(0);
    await clock.advance(1_000);
    expect(driver.position.current()).toBeUndefined();
    const told = fixes.length;
    await clock.advance(10_000);
    expect(fixes).toHaveLength(told);
    expect(driver.health).toBeUndefined();
  });

  it('follows a receiver that says no more, after ten seconds at the latest', async () => {
    const say = puppet();
    await say(printed);
    expect(driver.position.current()?.[1]).toBeCloseTo(48.1173, 4);
    for (let second = 0; second < 9; second++) {
      await clock.advance(1_000);
      await say(sentence('GPTXT,01,01,02,ANTSTATUS=OK'));
    }
    expect(driver.position.current()).toBeDefined();
    await clock.advance(1_000);
    expect(driver.position.current()).toBeUndefined();
  });

  it.each([
    'GNRMC,023044.00,V,3114.2250,N,12128.4221,E,0.0,0.0,221126,,,N',
    'GNRMC,023044.00,A,3114.2250,N,12128.4221,E,0.0,0.0,221126,,,N',
    'GNRMC,023044.00,A,3114.2250,N,12128.4221,E,0.0,0.0,221126,,,S',
    'GNRMC,023044.00,A,0000.0000,N,00000.0000,E,0.0,0.0,221126,,,A',
    'GNGGA,023044.00,3114.2250,N,12128.4221,E,0,00,99.9,,M,,M,,',
    'GNGGA,023044.00,3114.2250,N,12128.4221,E,8,08,0.9,12,M,8,M,,',
  ])('is what %s says', async (body) => {
    const say = puppet();
    await say(sentence(body));
    expect(driver.health).toBeUndefined();
    expect(driver.position.current()).toBeUndefined();
    expect(fixes).toEqual([]);
  });

  it('comes not from other sentences while RMC speaks', async () => {
    const say = puppet();
    await say(sentence('GNRMC,023044.00,V,,,,,,,221126,,,N'));
    await say(sentence('GNGGA,023044.00,3114.2250,N,12128.4221,E,1,08,0.9,12,M,8,M,,'));
    expect(driver.position.current()).toBeUndefined();
  });
});

describe('what comes over the wire', () => {
  it('may be a receiver that speaks GGA alone, ten times a second', async () => {
    const say = puppet();
    for (let tenth = 0; tenth < 50; tenth++) {
      await say(sentence(`GNGGA,0230${tenth}.00,3114.2250,N,12128.4221,E,1,08,0.9,12,M,8,M,,`));
      await clock.advance(100);
    }
    expect(fixes).toHaveLength(6);
    const gaps = fixes.slice(1).map(({ at }, index) => at - (fixes[index]?.at ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(1_000);
    expect(driver.time()).toBeUndefined();
  });

  it('is worth nothing with a wrong checksum, or without one', async () => {
    const say = puppet();
    await say(printed.replace('*6A', '*6B'));
    await say(printed.replace('*6A', ''));
    expect(driver.position.current()).toBeUndefined();
    expect(driver.health).toBe('starting');
    await say(`\x00\xff$GPRMC,12${printed}`);
    expect(driver.position.current()).toBeDefined();
  });

  it('is another module, or this one at another rate', async () => {
    const say = puppet();
    await say('\xa5\x5a\x80'.repeat(40));
    await clock.advance(5_000);
    expect(driver.health).toBe('wrong-module');
    expect(await driver.probe()).toEqual([
      { ok: false, code: 'wrong-module', details: { got: 'a55a80a55a80a55a80a55a80a55a80a5' } },
    ]);
    await clock.advance(5_000);
    expect(driver.health).toBe('no-answer');
    await say(printed);
    expect(driver.health).toBeUndefined();
  });
});

describe('the cable', () => {
  it('is in, and nobody speaks', async () => {
    start();
    const found = driver.probe();
    await clock.advance(6_000);
    expect(await found).toEqual([{ ok: false, code: 'no-answer' }]);
    expect(healths).toEqual(['no-answer']);
  });

  it('comes out and in again', async () => {
    start();
    twin.setPowered(true);
    await clock.advance(2_500);
    cable.setPlugged(false);
    expect(driver.health).toBe('unplugged');
    expect(driver.position.current()).toBeUndefined();
    expect(await driver.probe()).toEqual([{ ok: false, code: 'unplugged' }]);
    await clock.advance(60_000);
    cable.setPlugged(true);
    await clock.advance(1_000);
    expect(healths).toEqual([undefined, 'unplugged', 'starting', undefined]);
    expect(driver.position.current()).toBeDefined();
  });

  it('has a receiver at its end that lost power', async () => {
    start();
    twin.setPowered(true);
    await clock.advance(2_500);
    twin.setPowered(false);
    await clock.advance(5_000);
    expect(healths).toEqual([undefined, 'no-answer']);
    expect(driver.position.current()).toBeUndefined();
  });
});

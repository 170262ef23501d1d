import {
  type Health,
  type OmniFrame,
  type OmniLockDriver,
  omniCodec,
  openOmniLock,
} from '@xiaolaba/device/peripherals';
import { errorCode } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cable } from './cable.js';
import type { ModuleTwin } from './module-twin.js';
import { OmniTwin, type OmniTwinOptions } from './omni.js';
import { Puppet } from './testing/puppet.js';
import { SteppedClock } from './testing/stepped-clock.js';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const imei = '123456789123456';

let clock: SteppedClock;
let cable: Cable;
let driver: OmniLockDriver;
let twin: OmniTwin;
let healths: Health[];
let events: string[];
let sent: OmniFrame[];
let wire: string[];
let heard: OmniFrame[];

function attach(far: ModuleTwin, options: { imei?: string } = {}): void {
  cable = new Cable(far);
  const decoders = { 'to-module': omniCodec.decoder(), 'to-host': omniCodec.decoder() };
  sent = [];
  heard = [];
  wire = [];
  cable.onBytes((direction, bytes) => {
    (direction === 'to-module' ? sent : heard).push(...decoders[direction].push(bytes).frames);
    if (direction === 'to-module') wire.push(Buffer.from(bytes).toString('latin1'));
  });
  driver = openOmniLock({ line: cable.host, clock, log }, options);
  healths = [];
  driver.onHealth((health) => healths.push(health));
  events = [];
  driver.lock.onEvent((event) => events.push(event));
}
async function connected(options: OmniTwinOptions): Promise<void> {
  twin = new OmniTwin(clock, options);
  attach(twin, { imei });
  twin.setPowered(true);
  await clock.advance(2_000);
  expect(driver.health).toBeUndefined();
}
/** A lock that says nothing but what a test wants. */
function puppet(options?: { imei?: string }): (...tails: string[]) => Promise<void> {
  const far = new Puppet();
  attach(far, options);
  return async (...lines) => {
    for (const line of lines) far.sayText(line);
    await clock.flush();
  };
}
const scooter = (tail: string) => `*SCOR,OM,${imei},${tail}#\n`;
const horseshoe = (tail: string) => `*CMDR,OM,${imei},200318123020,${tail}#\n`;

beforeEach(() => {
  clock = new SteppedClock();
  twin = new OmniTwin(clock, { family: 'SCO' });
});
afterEach(async () => {
  twin.setPowered(false);
  await driver.close();
  await clock.advance(900_000);
  expect(clock.pending).toBe(0);
});

describe.each(['SCO', 'CMD'] as const)('a lock of the family %s', (family) => {
  beforeEach(() => connected({ family, position: [121.473701, 31.230416] }));

  it('tells of each unlocking and locking once', async () => {
    twin.unlock();
    await clock.advance(30_000);
    twin.lock();
    await clock.advance(30_000);
    twin.unlock();
    await clock.advance(30_000);
    expect(events).toEqual(['unlock', 'lock', 'unlock']);
    expect(heard.filter(({ kind }) => kind === 'unlocked')).toHaveLength(2);
  });

  it('repeats what was not acknowledged, and is told of once', async () => {
    twin.unlock();
    await clock.flush(1);
    cable.setPlugged(false);
    await clock.advance(25_000);
    cable.setPlugged(true);
    await clock.advance(25_000);
    expect(events).toEqual(['unlock']);
    const times = heard.filter(({ kind }) => kind === 'unlocked').length;
    await clock.advance(60_000);
    expect(heard.filter(({ kind }) => kind === 'unlocked')).toHaveLength(times);
  });

  it('makes itself heard', async () => {
    await driver.find();
    expect(twin.sounds).toEqual(['find']);
    expect(events).toEqual([]);
    const clockField =
      family === 'CMD' ? `${new Date(clock.now()).toISOString().replace(/\D/g, '').slice(2, 14)},` : '';
    expect(wire).toContain(`\xff\xff*${family}S,OM,${imei},${clockField}V0,2#\n`);
  });

  it('may not answer when it is looked for', async () => {
    twin.answers = false;
    const found = driver.find().catch(errorCode);
    await clock.advance(30_000);
    expect(await found).toBe('lock-silent');
    expect(sent.filter(({ kind }) => kind === 'voice')).toHaveLength(3);
    twin.answers = true;
    await driver.find();
    expect(twin.sounds).toEqual(['find']);
  });

  it('tells all when it is probed', async () => {
    const found = await driver.probe();
    expect(found.map(({ ok, code }) => (ok ? code : `not ${code}`))).toEqual([
      'answers',
      'version',
      family === 'SCO' ? 'battery' : 'reading',
      'signal',
      'fix',
    ]);
    await clock.advance(60_000);
    expect(heard.filter(({ kind }) => kind === 'position')).toHaveLength(1);
    twin.answers = false;
    const again = driver.probe();
    await clock.advance(5_000);
    expect(await again).toEqual([{ ok: false, code: 'no-answer' }]);
  });

  it('may be forced open, which is no unlocking', async () => {
    twin.alarm();
    await clock.advance(60_000);
    expect(events).toEqual([]);
    expect(heard.filter(({ kind }) => kind === 'alarm')).toHaveLength(1);
  });

  it('is missed when it beats no more', async () => {
    await clock.advance(1_200_000);
    expect(healths).toEqual([undefined]);
    twin.setPowered(false);
    await clock.advance(600_000);
    expect(driver.health).toBe('no-answer');
    twin.setPowered(true);
    await clock.advance(2_000);
    expect(driver.health).toBeUndefined();
  });

  it('comes back with its cable', async () => {
    cable.setPlugged(false);
    expect(await driver.probe()).toEqual([{ ok: false, code: 'unplugged' }]);
    await clock.advance(1_000);
    cable.setPlugged(true);
    await clock.advance(240_000);
    expect(healths).toEqual([undefined, 'unplugged', 'starting', 'no-answer', undefined]);
  });
});

describe('acknowledgements', () => {
  const answers = async (line: string): Promise<string[]> => {
    await puppet()(line);
    return wire.map((text) => text.replace(/,\d{12},/, ',-,'));
  };

  it.each([
    [scooter('L0,0,1234,1497689816'), `\xff\xff*SCOS,OM,${imei},L0#\n`],
    [scooter('L1,0,1234,1497689816,3'), `\xff\xff*SCOS,OM,${imei},L1#\n`],
    [scooter('W0,1'), `\xff\xff*SCOS,OM,${imei},W0#\n`],
    [horseshoe('L0,0,1234,1497689816'), `\xff\xff*CMDS,OM,${imei},-,Re,L0#\n`],
    [horseshoe('L1,1234,1497689816,3'), `\xff\xff*CMDS,OM,${imei},-,Re,L1#\n`],
    [horseshoe('W0,1'), `\xff\xff*CMDS,OM,${imei},-,Re,W0#\n`],
    [horseshoe('D0,0,033724.00,V,,,,,,,120517,,,N'), `\xff\xff*CMDS,OM,${imei},-,Re,D0#\n`],
    [`*BGCR,OM,${imei},L0,0,1234,1497689816#`, `\xff\xff*BGCS,OM,${imei},L0#\n`],
  ])('of %j', async (line, answer) => {
    // Without a line end a frame is whole after a while.
    const found = await answers(line);
    await clock.advance(1_000);
    expect(line.endsWith('\n') ? found : wire).toEqual([answer]);
  });

  it.each(['Q0,412,80,28', 'H0,1,380,20,55,1', 'D0,0,033724.00,V,,,,,,,120517,,,N', 'V0,2', 'S5,3,1,240,10'])(
    'are not wanted by a scooter’s %s',
    async (tail) => expect(await answers(scooter(tail))).toEqual([]),
  );
  it.each(['Q0,412', 'H0,0,412,28', 'S5,412,30,5,0,0'])('are not wanted by a horseshoe lock’s %s', async (tail) =>
    expect(await answers(horseshoe(tail))).toEqual([]),
  );
});

describe('reports', () => {
  it('count once, whatever comes between', async () => {
    const say = puppet();
    await say(scooter('L0,0,1234,1497689816'), scooter('L0,0,1234,1497689816'));
    await say(scooter('L1,0,1234,1497689816,3'), scooter('L0,0,1234,1497689816'), scooter('L1,0,1234,1497689816,4'));
    await say(scooter('L0,0,1234,1497690000'), scooter('L0,0,99,1497690000'));
    expect(events).toEqual(['unlock', 'lock', 'unlock', 'unlock']);
    expect(sent).toHaveLength(7);
  });

  it('of a failure are acknowledged, and no more', async () => {
    const say = puppet();
    await say(scooter('L0,1,1234,1497689816'), scooter('L1,1,1234,1497689816,0'));
    expect(events).toEqual([]);
    expect(sent.map(({ kind }) => kind)).toEqual(['unlocked-received', 'locked-received']);
  });

  it('without a time are told apart by what comes between, or a minute', async () => {
    const say = puppet();
    await say(horseshoe('L1,0,0,0'), horseshoe('L1,0,0,0'));
    await say(horseshoe('L0,0,0,0'), horseshoe('L0,0,0,0'));
    expect(events).toEqual(['lock', 'unlock']);
    await clock.advance(60_000);
    await say(horseshoe('L0,0,0,0'));
    expect(events).toEqual(['lock', 'unlock', 'unlock']);
  });

  it('survive noise and a broken line', async () => {
    const say = puppet();
    await say(
      `\x00\xff*SCOR,OM,1234${scooter('L0,0,1234,1497689816')}*SCOR,OM`,
      `,${imei},L1,0,1234,14976`,
      '89816,3#\n',
    );
    expect(events).toEqual(['unlock', 'lock']);
  });

  it('of another lock are none', async () => {
    const say = puppet({ imei: '999999999999999' });
    await say(scooter('Q0,412,80,28'), scooter('L0,0,1234,1497689816'));
    expect(driver.health).toBe('wrong-module');
    expect(events).toEqual([]);
    expect(sent).toEqual([]);
    expect(await driver.probe()).toEqual([{ ok: false, code: 'wrong-module', details: { got: imei } }]);
    await say(scooter('Q0,412,80,28').replace(imei, '999999999999999'));
    expect(driver.health).toBeUndefined();
  });

  it('are never taken from what a server writes', async () => {
    const say = puppet();
    await say(`\xff\xff*SCOS,OM,${imei},L0,55,1234,1497689816#\n`);
    expect(driver.health).toBe('starting');
    expect(events).toEqual([]);
  });
});

describe('a line', () => {
  it('with nobody at its end is asked all the same', async () => {
    const say = puppet({ imei });
    const found = driver.probe();
    await clock.advance(5_000);
    expect(await found).toEqual([{ ok: false, code: 'no-answer' }]);
    expect(sent.map(({ family, kind }) => `${family} ${kind}`)).toContain('CMD query-firmware');
    await clock.advance(60_000);
    expect(driver.health).toBe('no-answer');
    await say(scooter('H0,1,380,20'));
    expect(driver.health).toBeUndefined();
  });

  it('with something else at its end', async () => {
    await puppet()('$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n');
    await clock.advance(60_000);
    expect(driver.health).toBe('wrong-module');
    expect(await driver.probe()).toMatchObject([{ code: 'wrong-module' }]);
  });
});

describe('the twin', () => {
  it.each(['SCO', 'CMD'] as const)('of family %s opens and closes as its operator orders', async (family) => {
    await connected({ family });
    const order = async (command: object): Promise<void> => {
      const clockField = family === 'CMD' ? { clock: '200318123020' } : {};
      twin.receive(
        omniCodec.encode({ family, direction: 'from-server', vendor: 'OM', imei, ...clockField, ...command }),
      );
      await clock.flush();
    };
    const ride = { userId: 7, timestamp: 1_800_000_000 };
    if (family === 'CMD') await order({ kind: 'unlock-horseshoe', resetRideTimer: 0, ...ride });
    else {
      await order({ kind: 'request-key', operation: 'unlock', validSeconds: 20, ...ride });
      const key = heard.flatMap((frame) => (frame.kind === 'operation-key' ? [frame.key] : []))[0] ?? -1;
      await order({ kind: 'unlock', key: key + 1, ...ride });
      expect(twin.isLocked).toBe(true);
      await order({ kind: 'unlock', key, ...ride });
    }
    expect(twin.isLocked).toBe(false);
    expect(events).toEqual(['unlock']);
    expect(heard.at(-1)).toMatchObject({ kind: 'unlocked', result: 0, ...ride });
  });
});

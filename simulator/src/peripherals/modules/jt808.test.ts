import {
  type Health,
  type Jt808Frame,
  jt808Codec,
  openTerminal,
  type TerminalDriver,
} from '@xiaolaba/device/peripherals';
import { errorCode, type Position, XiaolabaError } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cable } from './cable.js';
import { Jt808Twin, type Jt808TwinOptions } from './jt808.js';
import type { ModuleTwin } from './module-twin.js';
import { Puppet } from './testing/puppet.js';
import { SteppedClock } from './testing/stepped-clock.js';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const people: Position = [121.473701, 31.230416];
const slogan = '不听不信不转账，全民反诈 96110';

let clock: SteppedClock;
let cable: Cable;
let driver: TerminalDriver;
let twin: Jt808Twin;
let healths: Health[];
let lost: number;
let sent: Jt808Frame[];

function attach(far: ModuleTwin): void {
  cable = new Cable(far);
  const decoder = jt808Codec.decoder();
  sent = [];
  cable.onBytes((direction, bytes) => {
    if (direction === 'to-module') sent.push(...decoder.push(bytes).frames);
  });
  driver = openTerminal({ line: cable.host, clock, log }, { platformName: '反诈' });
  healths = [];
  driver.onHealth((health) => healths.push(health));
  lost = 0;
  driver.sign.onLost?.(() => lost++);
}
async function online(options: Partial<Jt808TwinOptions> = {}): Promise<void> {
  twin = new Jt808Twin(clock, { edition: '2019', position: people, ...options });
  attach(twin);
  twin.setPowered(true);
  await clock.advance(3_000);
  expect(twin.isOnline).toBe(true);
}
/** The code that an order is refused with, or `done`; time goes on meanwhile. */
async function outcome(order: Promise<void>, milliseconds = 0): Promise<unknown> {
  const settled = order.then(
    () => 'done',
    (error: unknown) => (error instanceof XiaolabaError ? { code: errorCode(error), ...error.details } : error),
  );
  await clock.advance(milliseconds);
  return settled;
}
const texts = () => sent.flatMap((frame) => (frame.kind === 'text' ? [frame] : []));

beforeEach(() => {
  clock = new SteppedClock();
  twin = new Jt808Twin(clock, { edition: '2019' });
});
afterEach(async () => {
  twin.setPowered(false);
  await driver.close();
  await clock.advance(300_000);
  expect(clock.pending).toBe(0);
});

describe.each(['2013', '2019'] as const)('a terminal of %s', (edition) => {
  beforeEach(() => online({ edition }));

  it('is answered in its own edition', async () => {
    expect(driver.health).toBeUndefined();
    await clock.advance(600_000);
    expect(twin.isOnline).toBe(true);
    expect(healths).toEqual([undefined]);
    expect(sent.map((frame) => frame.edition)).toEqual(sent.map(() => edition));
    expect(sent[0]).toMatchObject({ kind: 'register-reply', result: 0, authenticationCode: expect.any(String) });
    const serials = sent.map(({ serial }) => serial);
    expect(serials).toEqual(serials.map((_, index) => index));
  });

  it('shows and says what it is told to', async () => {
    expect(await outcome(driver.sign.show(slogan))).toBe('done');
    expect(twin.text).toBe(slogan);
    expect(twin.spoken).toEqual([]);
    expect(await outcome(driver.say(`[v9]${slogan}`))).toBe('done');
    expect(twin.text).toBe(slogan);
    expect(twin.spoken).toEqual([slogan]);
    expect(await outcome(driver.sign.clear())).toBe('done');
    expect(twin.text).toBeUndefined();
    const [shown, said] = texts().map(({ flags }) => flags);
    expect(shown).toMatchObject({ display: true, speak: false });
    expect(said).toMatchObject({ display: false, speak: true });
    expect(lost).toBe(0);
  });

  it('takes as much as one message holds, and no byte more', async () => {
    const most = edition === '2013' ? 1022 : 1021;
    const full = `${'诈'.repeat(510)}${'a'.repeat(most - 1020)}`;
    expect(await outcome(driver.sign.show(full))).toBe('done');
    expect(twin.text).toBe(full);
    const before = sent.length;
    const refusal = { code: 'text-too-long', bytes: most + 1, maxBytes: most };
    expect(await outcome(driver.sign.show(`${full}a`))).toEqual(refusal);
    expect(await outcome(driver.sign.show('防诈😀'))).toEqual({ code: 'text-not-on-sign', characters: ['😀'] });
    expect(await outcome(driver.sign.show(' \u200b\n'))).toEqual({ code: 'text-empty' });
    expect(sent).toHaveLength(before);
  });

  it('tells where it is', async () => {
    expect(driver.position.current()).toEqual(people);
    const fixes: Position[] = [];
    driver.position.onFix((position) => fixes.push(position));
    twin.setPosition([121.5, 31.25], 30);
    await clock.advance(10_000);
    expect(fixes.at(-1)).toEqual([121.5, 31.25]);
    twin.setPosition([-58.3816, -34.6037]);
    await clock.advance(10_000);
    expect(driver.position.current()).toEqual([-58.3816, -34.6037]);
    twin.setSky(0);
    const told = fixes.length;
    await clock.advance(30_000);
    expect(driver.position.current()).toBeUndefined();
    expect(fixes).toHaveLength(told);
  });

  it('tells all when it is probed', async () => {
    const found = await driver.probe();
    expect(found.map(({ ok, code }) => (ok ? code : `not ${code}`))).toEqual([
      'answers',
      ...(edition === '2019' ? ['version'] : []),
      'fix',
      'clock',
      'signal',
    ]);
    twin.answers = false;
    const again = driver.probe();
    await clock.advance(15_000);
    expect(await again).toEqual([{ ok: false, code: 'no-answer' }]);
  });
});

describe('places', () => {
  it('that were stored are taken, but tell not where the bus is', async () => {
    await online();
    twin.setSky(0);
    await clock.advance(10_000);
    twin.setSky(9);
    twin.setPosition([100, 30]);
    twin.report('catch-up', [60_000, 30_000]);
    await clock.flush();
    expect(driver.position.current()).toBeUndefined();
    twin.setPosition(people);
    twin.report();
    twin.setPosition([100, 30]);
    // Late reports may also come one by one.
    twin.report('regular', [30_000]);
    await clock.flush();
    expect(driver.position.current()).toEqual(people);
    twin.report('regular', [20_000, 0]);
    await clock.flush();
    expect(driver.position.current()).toEqual([100, 30]);
    expect(sent.filter((frame) => frame.kind === 'platform-reply' && frame.messageId === '0704')).toHaveLength(3);
    await clock.advance(60_000);
    expect(twin.isOnline).toBe(true);
  });

  it('come from frames of a terminal in the field', async () => {
    const far = new Puppet();
    attach(far);
    const field =
      '7E0200005200200260432300A400020000000C00020158B91B06CB70610046000000592109221637580104000000010302000025040000000130011131011 0E30100D51B0220026043232795937861600012200000123427959378615800128 67E';
    far.say(Uint8Array.from(Buffer.from(field.replaceAll(' ', ''), 'hex')));
    await clock.flush();
    expect(driver.position.current()).toEqual([113.995873, 22.591771]);
    expect(Buffer.from(far.heard[0] ?? []).toString('hex')).toMatch(
      /^7e80010005002002604323[0-9a-f]{4}00a4020000[0-9a-f]{2}7e$/,
    );
  });

  it('without the located flag, or encrypted, are none', async () => {
    const far = new Puppet();
    attach(far);
    const located = { alarms: [], altitudeMetres: 0, speedKmh: 0, courseDegrees: 0, items: [] };
    const time = '2026-11-22T08:00:00+08:00';
    const header = { edition: '2013', phone: '013912345678', serial: 1 };
    const unfixed = { latitudeE6: 31_230_416, longitudeE6: 121_473_701 };
    for (const status of [[], ['gps', 'beidou'], ['located', 'coordinates-encrypted']]) {
      far.say(jt808Codec.encode({ kind: 'location', ...header, ...located, status, position: null, unfixed, time }));
      await clock.flush();
      expect(driver.health).toBeUndefined();
      expect(driver.position.current()).toBeUndefined();
    }
  });
});

describe('orders', () => {
  it('are repeated with the same serial, and end without an answer', async () => {
    await online();
    twin.answers = false;
    expect(await outcome(driver.sign.show(slogan), 15_000)).toMatchObject({ code: 'sign-silent' });
    expect(texts()).toHaveLength(3);
    expect(new Set(texts().map(({ serial }) => serial)).size).toBe(1);
    twin.answers = true;
    expect(await outcome(driver.sign.show('再来'))).toBe('done');
    expect(twin.text).toBe('再来');
  });

  it('go through when only the first was lost', async () => {
    await online();
    twin.answers = false;
    const shown = driver.sign.show(slogan);
    await clock.advance(4_000);
    twin.answers = true;
    expect(await outcome(shown, 1_000)).toBe('done');
    expect(twin.text).toBe(slogan);
  });

  it('are not answered by the answer to another', async () => {
    const far = new Puppet();
    attach(far);
    const header = { edition: '2013', phone: '013912345678', serial: 1 };
    far.say(jt808Codec.encode({ kind: 'heartbeat', ...header }));
    await clock.flush();
    const shown = driver.sign.show(slogan);
    await clock.flush();
    const serial = texts()[0]?.serial ?? -1;
    const reply = { kind: 'terminal-reply', ...header, replyTo: serial, messageId: '8300', result: 0 };
    far.say(jt808Codec.encode({ ...reply, replyTo: serial + 1 }));
    far.say(jt808Codec.encode({ ...reply, messageId: '8103' }));
    await clock.advance(5_000);
    expect(texts()).toHaveLength(2);
    far.say(jt808Codec.encode(reply));
    expect(await outcome(shown)).toBe('done');
  });

  it('may be refused', async () => {
    await online();
    twin.textResult = 3;
    expect(await outcome(driver.sign.show(slogan))).toEqual({ code: 'sign-refused', result: 3 });
    expect(twin.text).toBeUndefined();
  });

  it('wait for no terminal that is not there', async () => {
    attach(new Puppet());
    expect(await outcome(driver.sign.show(slogan))).toEqual({ code: 'sign-silent' });
    expect(await outcome(driver.say(slogan))).toEqual({ code: 'sign-silent' });
    expect(await outcome(driver.sign.clear())).toBe('done');
  });

  it('end at once when the cable comes out', async () => {
    await online();
    twin.answers = false;
    const shown = driver.sign.show(slogan);
    await clock.flush();
    cable.setPlugged(false);
    expect(await outcome(shown)).toMatchObject({ code: 'sign-silent' });
  });
});

describe('the session', () => {
  it('is lost with the cable, and comes again with it', async () => {
    await online();
    await driver.sign.show(slogan);
    cable.setPlugged(false);
    expect(driver.health).toBe('unplugged');
    expect(lost).toBe(1);
    expect(driver.position.current()).toBeUndefined();
    await clock.advance(120_000);
    expect(twin.isOnline).toBe(false);
    cable.setPlugged(true);
    await clock.advance(60_000);
    expect(twin.isOnline).toBe(true);
    expect(healths).toEqual([undefined, 'unplugged', 'starting', undefined]);
    expect(await outcome(driver.sign.show(slogan))).toBe('done');
    expect(lost).toBe(1);
  });

  it('is over when the terminal restarts, and its code is known again', async () => {
    await online();
    await driver.sign.show(slogan);
    twin.setPowered(false);
    twin.setPowered(true);
    await clock.advance(3_000);
    expect(lost).toBe(1);
    expect(twin.isOnline).toBe(true);
    expect(sent.filter(({ kind }) => kind === 'register-reply')).toHaveLength(1);
  });

  it('goes on after a restart of this device, and needs a new code under another name', async () => {
    await online();
    await driver.close();
    cable = new Cable(twin);
    driver = openTerminal({ line: cable.host, clock, log }, { platformName: '反诈' });
    await clock.advance(10_000);
    expect(driver.health).toBeUndefined();
    expect(await outcome(driver.sign.show(slogan))).toBe('done');
    await driver.close();
    twin.setPowered(false);
    attach(twin);
    await driver.close();
    cable = new Cable(twin);
    driver = openTerminal({ line: cable.host, clock, log }, { platformName: '别家' });
    twin.setPowered(true);
    await clock.advance(3_000);
    expect(twin.isOnline).toBe(true);
  });

  it('is over when nothing is heard for three minutes', async () => {
    await online();
    await driver.sign.show(slogan);
    twin.setPowered(false);
    await clock.advance(180_000);
    expect(driver.health).toBe('no-answer');
    expect(lost).toBe(1);
    expect(await driver.probe()).toEqual([{ ok: false, code: 'no-answer' }]);
  });

  it('never begins with something else on the cable', async () => {
    const far = new Puppet();
    attach(far);
    far.sayText('$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n');
    await clock.advance(60_000);
    expect(driver.health).toBe('wrong-module');
    expect(await driver.probe()).toMatchObject([{ code: 'wrong-module' }]);
    expect(far.heard).toEqual([]);
  });

  it('outlives noise', async () => {
    const far = new Puppet();
    attach(far);
    far.say(Uint8Array.from(Buffer.from('00ff7e0002007e7e000200000139123456780001337e7e7e', 'hex')));
    await clock.flush();
    expect(driver.health).toBeUndefined();
    expect(sent).toMatchObject([{ kind: 'platform-reply', messageId: '0002', replyTo: 1, result: 0, edition: '2013' }]);
  });

  it('answers what it does not know, as the standard says', async () => {
    const far = new Puppet();
    attach(far);
    const header = { edition: '2013', phone: '013912345678' };
    far.say(jt808Codec.encode({ kind: 'other', ...header, serial: 7, messageId: '0900', bodyHex: '00' }));
    far.say(jt808Codec.encode({ kind: 'other', ...header, serial: 8, messageId: '0200', bodyHex: '00' }));
    far.say(jt808Codec.encode({ kind: 'other', ...header, serial: 9, messageId: '8103', bodyHex: '00' }));
    far.say(jt808Codec.encode({ kind: 'authenticate', ...header, serial: 10, code: 'another' }));
    await clock.flush();
    expect(sent).toMatchObject([
      { replyTo: 7, messageId: '0900', result: 3 },
      { replyTo: 8, messageId: '0200', result: 2 },
      { replyTo: 10, messageId: '0102', result: 1 },
    ]);
  });

  it('leaves the screen dark when it is closed', async () => {
    await online();
    await driver.sign.show(slogan);
    await driver.close();
    await clock.flush();
    expect(twin.text).toBeUndefined();
  });
});

describe('the twin’s screen', () => {
  it('lets the text run that is wider than it', async () => {
    const glyph = { columns: Uint16Array.from({ length: 16 }, () => 0xffff) };
    await online({ screen: { columns: 64, rows: 16, glyphs: { glyph: () => glyph } } });
    expect(twin.scene).toBeUndefined();
    const scenes: unknown[] = [];
    twin.onScene((scene) => scenes.push(scene));
    await driver.sign.show('反诈');
    expect(twin.scene).toMatchObject({ text: '反诈', motion: 'static', strip: { columns: 32, rows: 16 } });
    await driver.sign.show('反诈反诈反');
    expect(twin.scene).toMatchObject({ columns: 64, motion: 'left', strip: { columns: 80 } });
    await driver.sign.clear();
    expect(twin.scene).toBeUndefined();
    expect(scenes).toHaveLength(3);
  });
});

describe('a terminal that is not answered', () => {
  it('hangs up, and calls again', async () => {
    await online();
    cable.setPlugged(false);
    await clock.advance(180_000);
    expect(twin.isOnline).toBe(false);
    cable.setPlugged(true);
    await clock.advance(60_000);
    expect(twin.isOnline).toBe(true);
  });
});

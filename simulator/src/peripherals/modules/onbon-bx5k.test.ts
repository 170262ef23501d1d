import { type OnbonOptions, onbonCodec, openOnbon } from '@xiaolaba/device/peripherals';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModuleTwin } from './module-twin.js';
import { OnbonTwin, type OnbonTwinOptions } from './onbon-bx5k.js';
import { brightness, evening, pictureOf, SignBench, unifont } from './testing/sign-bench.js';

const size = { columns: 128, rows: 16 } as const;
const warning = '严防电信诈骗';
const long = '凡是要求转账到安全账户的都是诈骗，请拨打96110';
const start = 'a5'.repeat(8);
const ping = `${start}0100008000000000 0000fe02 0500 a200010000 68f8 5a`.replaceAll(' ', '');

const setup: Omit<OnbonOptions, 'localTime'> = { ...size, baud: 57_600, charset: 'gb2312', address: 1, brightness };
let bench: SignBench<OnbonTwin>;

function make(options: Partial<OnbonTwinOptions> = {}): void {
  bench = new SignBench((clock) => new OnbonTwin({ ...size, clock, glyphs: unifont(), ...options }));
}
function open(options: Partial<OnbonOptions> = {}): void {
  bench.open((parts, localTime) => openOnbon(parts, { ...setup, localTime, ...options }));
}
/** Switched on, greeted, dark. */
async function up(twin: Partial<OnbonTwinOptions> = {}, options: Partial<OnbonOptions> = {}): Promise<void> {
  make(twin);
  bench.twin.setPowered(true);
  await bench.clock.advance(2_000);
  open(options);
  await bench.clock.advance(1_000);
}
const show = (text: string) => bench.during(bench.driver.sign.show(text));

beforeEach(() => make());
afterEach(async () => {
  const { twin } = bench;
  twin.recover();
  await bench.during(bench.driver.close());
  // What the twin was about to answer.
  await bench.clock.advance(1_000);
  expect(bench.clock.pending).toBe(0);
});

describe('an Onbon sign that works', () => {
  it('is greeted, shows, and is dark again', async () => {
    await up();
    expect(bench.driver.health).toBeUndefined();
    expect(await show(warning)).not.toHaveProperty('error');
    expect(bench.twin.scene).toMatchObject({ text: warning, motion: 'static', colour: 'red', brightness: 1, ...size });
    expect(bench.driver.showing).toEqual({ text: warning, confirmedAt: expect.any(Number) });
    await bench.during(bench.driver.sign.clear());
    expect(bench.twin.scene).toBeUndefined();
    expect(bench.driver.showing).toBeUndefined();
  });
  it('scrolls what is too wide, to be read in passing', async () => {
    await up();
    await show(long);
    expect(bench.twin.scene).toMatchObject({ text: long, motion: 'left' });
    expect(bench.twin.scene?.dotsPerSecond).toBeGreaterThanOrEqual(48);
    expect(bench.twin.scene?.dotsPerSecond).toBeLessThanOrEqual(80);
    expect(bench.twin.scene?.strip.columns).toBe(20 * 16 + 5 * 8);
  });
  it('is asked every 15 s while it shows', async () => {
    await up();
    await show(warning);
    const from = bench.clock.monotonic();
    const before = bench.driver.showing?.confirmedAt ?? 0;
    await bench.clock.advance(46_000);
    expect(bench.sentSince(from).filter((hex) => hex === ping)).toHaveLength(3);
    expect((bench.driver.showing?.confirmedAt ?? 0) - before).toBeGreaterThan(44_000);
    expect(bench.lost).toBe(0);
  });
  it('gets its clock once a day', async () => {
    await up();
    expect(bench.twin.clock).toMatchObject({ year: 2026, month: 11, day: 22, hour: 18, minute: 59 });
    const setsClock = (hex: string): boolean => hex.includes('a203010000');
    expect(bench.sentSince(0).filter(setsClock)).toHaveLength(1);
    await bench.clock.advance(600_000);
    expect(bench.sentSince(0).filter(setsClock)).toHaveLength(1);
    bench.localTime = { ...evening, day: 23, hour: 0, weekday: 1 };
    await bench.clock.advance(120_000);
    expect(bench.sentSince(0).filter(setsClock)).toHaveLength(2);
  });
  it('is told no time by a device that does not know it, and as bright as by day', async () => {
    make();
    bench.localTime = undefined;
    bench.twin.setPowered(true);
    await bench.clock.advance(2_000);
    open();
    await bench.clock.advance(1_000);
    await show(warning);
    expect(bench.twin.clock.year).toBe(2013);
    expect(bench.twin.scene?.brightness).toBe(1);
  });
  it('is darker by night', async () => {
    await up();
    await show(warning);
    bench.localTime = { ...evening, hour: 19, minute: 0 };
    await bench.clock.advance(16_000);
    expect(bench.twin.scene?.brightness).toBeCloseTo(5 / 15);
    const sets = bench.sentSince(0).filter((hex) => hex.includes('a302010000'));
    expect(sets).toHaveLength(2);
    bench.localTime = { ...evening, hour: 7, minute: 0 };
    await bench.clock.advance(16_000);
    expect(bench.twin.scene?.brightness).toBe(1);
  });
  it('leaves silence between frames', async () => {
    await up();
    await show(warning);
    let answeredAt = Number.NEGATIVE_INFINITY;
    for (const { direction, at } of bench.passed)
      if (direction === 'to-host') answeredAt = at;
      else expect(at - answeredAt).toBeGreaterThanOrEqual(20);
  });
  it('tells a technician all that it knows', async () => {
    await up();
    expect(await bench.during(bench.driver.probe())).toMatchObject({
      value: [
        { ok: true, code: 'answers', details: { module: 'onbon-bx5k' } },
        { ok: true, code: 'brightness', details: { value: 15, of: 15 } },
        { ok: true, code: 'clock', details: { seconds: expect.any(Number) } },
      ],
    });
    bench.localTime = { ...evening, hour: 20 };
    expect((await bench.during(bench.driver.probe())).value).toContainEqual(
      expect.objectContaining({ ok: false, code: 'clock' }),
    );
  });
  it('is dark when the driver is closed, and deaf to it', async () => {
    await up();
    await show(warning);
    await bench.during(bench.driver.close());
    expect(bench.twin.scene).toBeUndefined();
    expect((await show(warning)).error).toMatchObject({ code: 'sign-silent' });
    await bench.clock.advance(120_000);
    expect(bench.twin.scene).toBeUndefined();
  });
});

describe('public text', () => {
  it.each(['\\C2红\\FO000', '\\DY年', '\\n\\n', 'a\\', '\u0007停\u0000\u001b机', '一\r\n二'])(
    'stays text: %j',
    async (text) => {
      await up();
      expect(await show(text)).not.toHaveProperty('error');
      const plain = text
        .replaceAll('\\', '＼')
        .replace('\r\n', ' ')
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
        .replace(/[\x00-\x1f]/g, '');
      expect(bench.twin.scene).toMatchObject({ text: plain, colour: 'red' });
    },
  );
  it('that the font lacks is refused, and nothing old stays on', async () => {
    await up();
    await show(warning);
    expect((await show('防骗😀')).error).toMatchObject({
      code: 'text-not-on-sign',
      details: { characters: ['😀'] },
    });
    expect(bench.twin.scene).toBeUndefined();
    expect((await show('骗'.repeat(513))).error).toMatchObject({ code: 'text-too-long' });
    await bench.clock.advance(120_000);
    expect(bench.twin.scene).toBeUndefined();
  });
  it('that has nothing to be seen is refused', async () => {
    await up();
    expect((await show(' \u0007\n')).error).toMatchObject({ code: 'text-empty' });
    expect(bench.driver.showing).toBeUndefined();
  });
  it('would be seen in the scene if it were sent raw', async () => {
    await up();
    const header = {
      startBytes: 8,
      destination: 1,
      source: 0x8000,
      reserved: '000000',
      barcodeFlag: 0,
      check: 'crc',
      display: 'normal',
      device: 'any',
    };
    const area = {
      type: 0,
      x: { pixels: 0, unit: 'pixel' },
      y: 0,
      width: { pixels: 128, unit: 'pixel' },
      height: 16,
      id: 0,
      lineSpacing: 0,
      runMode: 'loop-until-timeout',
      timeoutSeconds: 30,
      extension: '',
      alignment: 0,
      lines: 'multi',
      wrap: 'auto',
      effect: 'move-up',
      exit: 0,
      speed: 4,
      staySeconds: 2.5,
      content: { text: '\\C2红\\FO001\\n\\DY年' },
    };
    bench.twin.receive(
      onbonCodec.encode({
        kind: 'dynamic-text',
        header,
        reserved: '0000',
        answer: 'none',
        deleteAreas: [],
        areas: [area],
      }),
    );
    expect(bench.twin.scene).toMatchObject({
      text: '红\n2026年',
      colour: 'green',
      motion: 'up',
      stayMs: 2_500,
      strip: { rows: 32 },
    });
    await bench.clock.advance(30_000);
    expect(bench.twin.scene).toBeUndefined();
  });
});

describe('an Onbon sign in trouble', () => {
  it('is greeted when it has started', async () => {
    make();
    open();
    bench.twin.setPowered(true);
    expect(bench.driver.health).toBe('starting');
    await bench.clock.advance(1_500);
    expect(bench.sentSince(0).length).toBeGreaterThan(0);
    await bench.clock.advance(8_000);
    expect(bench.driver.health).toBeUndefined();
  });
  it('that is not there says so within seconds', async () => {
    make();
    open();
    const { error, tookMs } = await show(warning);
    expect(error).toMatchObject({ code: 'sign-silent', family: 'world' });
    expect(tookMs).toBeLessThan(6_000);
    expect(bench.driver.health).toBe('no-answer');
    expect((await bench.during(bench.driver.probe())).value).toEqual([{ ok: false, code: 'no-answer' }]);
  });
  it('shows what is due once it can be reached', async () => {
    make();
    open();
    await show(warning);
    bench.twin.setPowered(true);
    await bench.clock.advance(10_000);
    expect(bench.twin.scene?.text).toBe(warning);
    expect(bench.driver.showing?.text).toBe(warning);
  });
  it('unplugged, is told of at once; plugged in again, shows again', async () => {
    await up();
    await show(warning);
    bench.cable.setPlugged(false);
    expect(bench.lost).toBe(1);
    expect(bench.driver).toMatchObject({ health: 'unplugged', showing: undefined });
    expect((await show(warning)).error).toMatchObject({ code: 'sign-silent', details: { reason: 'unplugged' } });
    expect((await bench.during(bench.driver.probe())).value).toEqual([{ ok: false, code: 'unplugged' }]);
    await bench.clock.advance(300_000);
    bench.cable.setPlugged(true);
    await bench.clock.advance(1_000);
    expect(bench.driver).toMatchObject({ health: undefined, showing: { text: warning } });
    expect(bench.healths).toEqual([undefined, 'unplugged', 'starting', undefined]);
  });
  it('unplugged while it is told, does not keep the caller waiting', async () => {
    await up({ replyMs: 200 });
    const call = bench.during(bench.driver.sign.show(warning));
    await bench.clock.advance(50);
    bench.cable.setPlugged(false);
    expect(await call).toMatchObject({ error: { code: 'sign-silent', details: { reason: 'unplugged' } } });
  });
  it('goes dark, not back to the old text, where it was cleared meanwhile', async () => {
    await up();
    await show(warning);
    bench.cable.setPlugged(false);
    expect((await bench.during(bench.driver.sign.clear())).error).toMatchObject({ code: 'sign-silent' });
    expect(bench.twin.scene?.text).toBe(warning);
    bench.cable.setPlugged(true);
    await bench.clock.advance(1_000);
    expect(bench.twin.scene).toBeUndefined();
  });
  it('restarted between two questions, is noticed and shows again', async () => {
    await up();
    await show(warning);
    await bench.clock.advance(1_000);
    bench.twin.setPowered(false);
    expect(bench.twin.scene).toBeUndefined();
    bench.twin.setPowered(true);
    await bench.clock.advance(3_000);
    expect(bench.lost).toBe(0);
    await bench.clock.advance(15_000);
    expect(bench.lost).toBe(1);
    expect(bench.twin.scene).toMatchObject({ text: warning, brightness: 1 });
    expect(bench.driver.showing?.text).toBe(warning);
  });
  it('switched off, is lost within 20 s and comes back', async () => {
    await up();
    await show(warning);
    bench.twin.setPowered(false);
    await bench.clock.advance(20_000);
    expect(bench).toMatchObject({ lost: 1 });
    expect(bench.driver).toMatchObject({ health: 'no-answer', showing: undefined });
    bench.twin.setPowered(true);
    await bench.clock.advance(10_000);
    expect(bench.driver.health).toBeUndefined();
    expect(bench.twin.scene?.text).toBe(warning);
  });
  it('that hangs counts as lost though it shows on', async () => {
    await up();
    await show(warning);
    bench.twin.hang();
    await bench.clock.advance(20_000);
    expect(bench.twin.scene?.text).toBe(warning);
    expect(bench.driver).toMatchObject({ health: 'no-answer', showing: undefined });
    expect(bench.lost).toBe(1);
    bench.twin.recover();
    await bench.clock.advance(10_000);
    expect(bench.driver).toMatchObject({ health: undefined, showing: { text: warning } });
  });
  it('that takes too long to answer counts as silent, and no late answer for that of the next order', async () => {
    await up({ replyMs: 700 });
    await bench.clock.advance(2_000);
    expect(bench.driver.health).toBe('no-answer');
    expect((await show(warning)).error).toMatchObject({ code: 'sign-silent' });
    expect(bench.driver.showing).toBeUndefined();
  });
  it('that is busy is asked again', async () => {
    await up();
    bench.twin.beBusy(4);
    const { error, tookMs } = await show(warning);
    expect(error).toBeUndefined();
    expect(tookMs).toBeGreaterThanOrEqual(1_200);
    bench.twin.beBusy(1_000);
    const refused = await show(long);
    expect(refused.error).toMatchObject({ code: 'sign-silent', details: { reason: 'busy' } });
    expect(refused.tookMs).toBeLessThan(6_000);
    bench.twin.beBusy(0);
  });
  it('without a font refuses by its own word', async () => {
    await up({ hasFont: false });
    expect((await show(warning)).error).toMatchObject({ code: 'sign-refused', details: { error: 'no-font' } });
    expect(bench.driver.health).toBeUndefined();
  });
  it('of another address does not answer', async () => {
    await up({ address: 2 });
    expect((await show(warning)).error).toMatchObject({ code: 'sign-silent' });
    expect(bench.twin.scene).toBeUndefined();
  });
  it('that somebody switched off by its own switch is switched on again', async () => {
    await up();
    await show(warning);
    const off = { kind: 'switch-power', power: 'off', answer: 'none', reserved: '0000' };
    const header = { startBytes: 8, destination: 1, source: 0x8000, reserved: '000000', barcodeFlag: 0 };
    bench.twin.receive(
      onbonCodec.encode({ ...off, header: { ...header, check: 'crc', display: 'normal', device: 'any' } }),
    );
    expect(bench.twin.scene).toBeUndefined();
    await bench.clock.advance(16_000);
    expect(bench.lost).toBe(1);
    expect(bench.twin.scene?.text).toBe(warning);
  });
  it('has the last word of two at once', async () => {
    await up();
    const first = bench.during(bench.driver.sign.show('一'));
    const second = bench.during(bench.driver.sign.show('二'));
    await Promise.all([first, second]);
    expect(bench.twin.scene?.text).toBe('二');
    expect(bench.driver.showing?.text).toBe('二');
  });
});

/** Answers whatever comes with always the same bytes. */
class Parrot implements ModuleTwin {
  readonly protocol = 'onbon-bx5k';
  #send: (bytes: Uint8Array) => void = () => {};
  constructor(private readonly answer: Uint8Array) {}
  setPowered(): void {}
  receive(): void {
    this.#send(this.answer);
  }
  onSend(call: (bytes: Uint8Array) => void): void {
    this.#send = call;
  }
}

describe('what is no such sign', () => {
  it.each([
    ['a card of the sixth generation', `${start}0100008000000000 0000fe06 0500 a200010000 690b 5a`],
    ['something else', '4f4b0d0a4f4b'],
  ])('is refused: %s', async (_name, hex) => {
    const answer = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const other = new SignBench(() => new Parrot(answer));
    other.open((parts, localTime) => openOnbon(parts, { ...setup, localTime }));
    await other.clock.advance(5_000);
    expect(other.driver.health).toBe('wrong-module');
    expect((await other.during(other.driver.sign.show(warning))).error).toMatchObject({ code: 'sign-wrong-module' });
    expect((await other.during(other.driver.probe())).value).toEqual([
      { ok: false, code: 'wrong-module', details: { got: answer.toString('hex').slice(0, 64) } },
    ]);
    await other.during(other.driver.close());
    open();
  });
});

describe('the twin against frames of the protocol', () => {
  let answers: string[];
  const tell = async (hex: string): Promise<string[]> => {
    answers = [];
    bench.twin.onSend((bytes) => answers.push(Buffer.from(bytes).toString('hex')));
    bench.twin.receive(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    await bench.clock.advance(100);
    return answers;
  };
  const answered = (answer: string | undefined): string => (answer ?? '').slice(2 * (8 + 14), 2 * (8 + 14 + 5));

  beforeEach(async () => {
    make();
    open();
    bench.twin.setPowered(true);
  });

  it('ignores all until it has started', async () => {
    expect(await tell(ping)).toEqual([]);
    await bench.clock.advance(2_000);
    expect(answered((await tell(ping))[0])).toBe('a000000000');
  });
  it('tells a wrong CRC, an unknown group, an unknown command', async () => {
    await bench.clock.advance(2_000);
    expect(answered((await tell(ping.replace('68f8', '68f9')))[0])).toBe('a001050000');
    const unknown = (group: number, command: number): string => {
      const [frame] = onbonCodec.decoder().push(Buffer.from(ping, 'hex')).frames;
      const header = frame?.header;
      return Buffer.from(
        onbonCodec.encode({ kind: 'unknown', header, reserved: '0000', group, command, third: 1, payload: '' }),
      ).toString('hex');
    };
    expect(answered((await tell(unknown(0xb7, 0)))[0])).toBe('a001010000');
    expect(answered((await tell(unknown(0xa2, 0x77)))[0])).toBe('a001020000');
  });
  it('obeys a silent broadcast in silence and answers the other', async () => {
    await bench.clock.advance(2_000);
    const [frame] = onbonCodec.decoder().push(Buffer.from(ping, 'hex')).frames;
    const to = (destination: string | number): string =>
      Buffer.from(onbonCodec.encode({ ...frame, header: { ...frame?.header, destination } })).toString('hex');
    expect(await tell(to('broadcast-silent'))).toEqual([]);
    expect(await tell(to('broadcast-answering'))).toHaveLength(1);
    expect(await tell(to(7))).toEqual([]);
    expect(await tell(to(1))).toHaveLength(1);
  });
});

it('lights the very dots of the font', async () => {
  await up();
  await show('严防');
  const { scene } = bench.twin;
  expect(scene && pictureOf(scene)).toEqual([
    // 严 and 防 of GNU Unifont 15.
    ...expectedRows('4E25', '9632'),
  ]);
});

function expectedRows(...codes: string[]): string[] {
  const glyphs = codes.map((code) => unifont().glyph(Number.parseInt(code, 16))?.columns ?? new Uint16Array());
  return Array.from({ length: 16 }, (_, row) =>
    glyphs.map((columns) => [...columns].map((lit) => ((lit >> row) & 1 ? '#' : '.')).join('')).join(''),
  );
}

import { type JetFile2Options, openJetFile2 } from '@xiaolaba/device/peripherals';
import { afterEach, describe, expect, it } from 'vitest';
import { JetFile2Twin, type JetFile2TwinOptions } from './jetfile2.js';
import { pictureOf, SignBench, unifont } from './testing/sign-bench.js';

const size = { columns: 128, rows: 16 } as const;
const warning = '严防电信诈骗';
const long = '凡是要求转账到安全账户的都是诈骗，请拨打96110';
const setup: JetFile2Options = { ...size, baud: 9_600, charset: 'gb2312', address: '01' };
let bench: SignBench<JetFile2Twin>;

function make(options: Partial<JetFile2TwinOptions> = {}): void {
  bench = new SignBench((clock) => new JetFile2Twin({ ...size, clock, glyphs: unifont(), ...options }));
}
async function up(twin: Partial<JetFile2TwinOptions> = {}, options: Partial<JetFile2Options> = {}): Promise<void> {
  make(twin);
  bench.twin.setPowered(true);
  await bench.clock.advance(2_000);
  bench.open((parts) => openJetFile2(parts, { ...setup, ...options }));
  await bench.clock.advance(1_000);
}
const show = (text: string) => bench.during(bench.driver.sign.show(text));
const writes = (from: number): string[] => bench.sentSince(from).filter((hex) => hex.startsWith('015a'));

afterEach(async () => {
  bench.twin.recover();
  await bench.during(bench.driver.close());
  await bench.clock.advance(1_000);
  expect(bench.clock.pending).toBe(0);
});

describe('a JetFile II sign that works', () => {
  it('shows what fits as it stands, from RAM, and is dark again', async () => {
    await up();
    expect(await show(warning)).not.toHaveProperty('error');
    expect(bench.twin.scene).toMatchObject({ text: warning, motion: 'static', ...size });
    expect(bench.driver).toMatchObject({ health: undefined, showing: { text: warning } });
    // The characters in GB2312.
    expect(writes(0).at(-1)).toBe('015a303102410f4554414106d1cfb7c0b5e7d0c5d5a9c6ad03');
    await bench.during(bench.driver.sign.clear());
    expect(bench.twin.scene).toBeUndefined();
    expect(bench.twin.flashWrites).toBe(0);
  });
  it('scrolls what is too wide, to be read in passing', async () => {
    await up();
    await show(long);
    expect(bench.twin.scene).toMatchObject({ text: long, motion: 'left' });
    expect(bench.twin.scene?.dotsPerSecond).toBeGreaterThanOrEqual(48);
    expect(bench.twin.scene?.dotsPerSecond).toBeLessThanOrEqual(80);
  });
  it('is written again only where a pass ends', async () => {
    await up();
    await show(long);
    const { scene } = bench.twin;
    const passMs = ((360 + size.columns) * 1000) / (scene?.dotsPerSecond ?? 0);
    const from = bench.clock.monotonic();
    const since = scene?.since ?? 0;
    await bench.clock.advance(60_000);
    expect(writes(from + 1).length).toBeGreaterThanOrEqual(2);
    const passes = ((bench.twin.scene?.since ?? 0) - since) / passMs;
    expect(Math.abs(passes - Math.round(passes)) * passMs).toBeLessThan(500);
    expect(bench.driver.showing?.confirmedAt).toBeGreaterThan(bench.clock.now() - 25_000);
  });
  it('takes GBK where its font has it', async () => {
    await up();
    expect((await show('镕')).error).toMatchObject({ code: 'text-not-on-sign', details: { characters: ['镕'] } });
    await bench.during(bench.driver.close());
    await up({}, { charset: 'gbk' });
    expect(await show('镕')).not.toHaveProperty('error');
    expect(bench.twin.scene?.text).toBe('镕');
  });
  it('answers a technician', async () => {
    await up();
    await show(warning);
    expect((await bench.during(bench.driver.probe())).value).toEqual([
      { ok: true, code: 'answers', details: { module: 'jetfile2' } },
    ]);
    expect(bench.twin.scene?.text).toBe(warning);
  });
  it('is dark when the driver is closed', async () => {
    await up();
    await show(warning);
    await bench.during(bench.driver.close());
    expect(bench.twin.scene).toBeUndefined();
  });
});

it.each(['\u001c2红\nI1', 'a\u0004b\u0001Zc', '\u001b0b\u000f1\u0007', '\\C1\\FO000红'])(
  'public text stays text: %j',
  async (text) => {
    await up();
    expect(await show(`防${text}`)).not.toHaveProperty('error');
    const plain = text
      .replace('\n', ' ')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
      .replace(/[\x00-\x1f]/g, '');
    expect(bench.twin.scene).toMatchObject({ text: `防${plain}`, colour: 'red', motion: 'static' });
    expect(bench.driver.showing?.text).toBe(`防${plain}`);
  },
);

describe('a JetFile II sign in trouble', () => {
  it('that never answers is told from one that stopped answering', async () => {
    await up({ isMute: true });
    const { error, tookMs } = await show(warning);
    expect(error).toMatchObject({ code: 'sign-silent' });
    expect(tookMs).toBeLessThan(6_000);
    expect(bench.driver).toMatchObject({ health: 'no-answer', showing: undefined });
    expect((await bench.during(bench.driver.probe())).value).toEqual([
      { ok: false, code: 'mute-module', details: { module: 'jetfile2' } },
    ]);
    await bench.during(bench.driver.close());
    await up();
    bench.twin.hang();
    expect((await bench.during(bench.driver.probe())).value).toEqual([{ ok: false, code: 'no-answer' }]);
  });
  it('that hangs counts as lost though it shows on, and comes back', async () => {
    await up();
    await show(warning);
    bench.twin.hang();
    await bench.clock.advance(20_000);
    expect(bench.twin.scene?.text).toBe(warning);
    expect(bench).toMatchObject({ lost: 1 });
    expect(bench.driver).toMatchObject({ health: 'no-answer', showing: undefined });
    bench.twin.recover();
    await bench.clock.advance(10_000);
    expect(bench.driver).toMatchObject({ health: undefined, showing: { text: warning } });
  });
  it('restarted, loses what stood in RAM, and gets it again', async () => {
    await up();
    await show(warning);
    bench.twin.setPowered(false);
    bench.twin.setPowered(true);
    await bench.clock.advance(3_000);
    expect(bench.twin.scene).toBeUndefined();
    await bench.clock.advance(15_000);
    expect(bench.twin.scene?.text).toBe(warning);
  });
  it('unplugged and plugged in again, shows again unless it was cleared', async () => {
    await up();
    await show(warning);
    for (const isCleared of [false, true]) {
      bench.cable.setPlugged(false);
      expect(bench.driver.health).toBe('unplugged');
      if (isCleared) await bench.during(bench.driver.sign.clear());
      bench.twin.setPowered(false);
      bench.twin.setPowered(true);
      await bench.clock.advance(10_000);
      bench.cable.setPlugged(true);
      await bench.clock.advance(5_000);
      expect(bench.twin.scene?.text).toBe(isCleared ? undefined : warning);
    }
    expect(bench.lost).toBe(2);
  });
});

describe('the twin against frames of the protocol', () => {
  const tell = async (hex: string): Promise<string> => {
    let answer = '';
    bench.twin.onSend((bytes) => {
      answer += Buffer.from(bytes).toString('hex');
    });
    bench.twin.receive(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    await bench.clock.advance(100);
    return answer;
  };
  it("shows the maker's welcome and keeps silent, and answers OK where a text ends in ETX", async () => {
    await up();
    expect(await tell('015A30303241410677656C636F6D6504')).toBe('');
    expect(bench.twin.scene).toMatchObject({ text: 'welcome', motion: 'static' });
    expect(await tell('015A30303241410677656C636F6D6503')).toBe('4f4b');
    expect(await tell('015A30393241410677656C636F6D6503')).toBe('');
  });
  it('obeys the codes in a text: colour, effect, speed, lines', async () => {
    await up();
    await tell('015a303102410f4554414106 0a4931 0f34 1c32 4869 0d 796f 04');
    expect(bench.twin.scene).toMatchObject({
      text: 'Hi\nyo',
      colour: 'green',
      motion: 'left',
      dotsPerSecond: 48,
      strip: { rows: 32, columns: 16 },
    });
  });
  it('keeps in flash what was written there, and counts it', async () => {
    await up();
    await tell('015A30303241410677656C636F6D6504');
    bench.twin.setPowered(false);
    bench.twin.setPowered(true);
    await bench.clock.advance(2_000);
    expect(bench.twin).toMatchObject({ flashWrites: 1, scene: { text: 'welcome' } });
    const { scene } = bench.twin;
    expect(scene && pictureOf(scene).join('')).toContain('#');
  });
});

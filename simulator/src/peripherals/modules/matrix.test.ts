import { type MatrixOptions, matrixCodec, openMatrix } from '@xiaolaba/device/peripherals';
import { afterEach, describe, expect, it } from 'vitest';
import { MatrixTwin, type MatrixTwinOptions } from './matrix.js';
import { brightness, evening, pictureOf, SignBench, unifont } from './testing/sign-bench.js';

const size = { columns: 64, rows: 16 } as const;
const warning = '严防诈骗';
const long = '凡是要求转账到安全账户的都是诈骗，请拨打96110';
let bench: SignBench<MatrixTwin>;

async function up(twin: Partial<MatrixTwinOptions> = {}, options: Partial<MatrixOptions> = {}): Promise<void> {
  bench = new SignBench((clock) => new MatrixTwin({ ...size, clock, ...twin }));
  bench.twin.setPowered(true);
  await bench.clock.advance(2_000);
  bench.open((parts, localTime) =>
    openMatrix(parts, { ...size, baud: 115_200, brightness, localTime, glyphs: unifont(), ...options }),
  );
  await bench.clock.advance(1_000);
}
const show = (text: string) => bench.during(bench.driver.sign.show(text));

/** The font's own dots, row by row. */
function rowsOf(text: string): string[] {
  const glyphs = [...text].map((one) => unifont().glyph(one.codePointAt(0) ?? 0)?.columns ?? new Uint16Array());
  return Array.from({ length: 16 }, (_, row) =>
    glyphs.map((columns) => [...columns].map((lit) => ((lit >> row) & 1 ? '#' : '.')).join('')).join(''),
  );
}
const lit = (): string[] => (bench.twin.scene ? pictureOf(bench.twin.scene) : []);

afterEach(async () => {
  bench.twin.recover();
  await bench.during(bench.driver.close());
  await bench.clock.advance(1_000);
  expect(bench.clock.pending).toBe(0);
});

describe('a matrix card that works', () => {
  it('lights the very dots of the font, and is dark again', async () => {
    await up();
    expect(await show(warning)).not.toHaveProperty('error');
    expect(bench.twin.scene).toMatchObject({ motion: 'static', brightness: 1, ...size });
    expect(lit()).toEqual(rowsOf(warning));
    expect(bench.driver).toMatchObject({ health: undefined, showing: { text: warning } });
    await bench.during(bench.driver.sign.clear());
    expect(bench.twin.scene).toBeUndefined();
  });
  it('gets a strip that is too wide once, and scrolls it by itself', async () => {
    await up();
    const from = bench.clock.monotonic();
    await show(long);
    await bench.clock.advance(120_000);
    expect(bench.twin.scene).toMatchObject({ motion: 'left', dotsPerSecond: 64, strip: { columns: 360, rows: 16 } });
    expect(lit()).toEqual(rowsOf(long));
    expect(bench.sentSince(from).filter((hex) => hex.startsWith('a55a02'))).toHaveLength(1);
    expect(bench.driver.showing?.confirmedAt).toBeGreaterThan(bench.clock.now() - 16_000);
  });
  it('gives a long strip the time that it takes on a slow line', async () => {
    await up({}, { baud: 9_600 });
    bench.twin.hang();
    const strip = '骗'.repeat(500);
    const { error, tookMs } = await bench.during(bench.driver.sign.show(strip), 120_000);
    expect(error).toMatchObject({ code: 'sign-silent' });
    // 16 kB at 960 bytes a second, three times.
    expect(tookMs).toBeGreaterThan(3 * 16_600);
    bench.twin.recover();
    expect(await bench.during(bench.driver.sign.show(strip), 120_000)).not.toHaveProperty('error');
    expect(bench.twin.scene?.strip.columns).toBe(8_000);
  });
  it('is darker by night', async () => {
    await up();
    await show(warning);
    bench.localTime = { ...evening, hour: 23 };
    await bench.clock.advance(16_000);
    expect(bench.twin.scene?.brightness).toBe(0.3);
    expect((await bench.during(bench.driver.probe())).value).toEqual([
      { ok: true, code: 'answers', details: { module: 'matrix' } },
      { ok: true, code: 'brightness', details: { value: 30, of: 100 } },
    ]);
  });
  it('shows public text as it is written', async () => {
    await up();
    await show('\\C1\u0007红\n\u200b!');
    expect(lit()).toEqual(rowsOf('\\C1红 !'));
    expect((await show('\u{10ffff}')).error).toMatchObject({ code: 'text-not-on-sign' });
    expect(bench.twin.scene).toBeUndefined();
    expect((await show('骗'.repeat(1_100))).error).toMatchObject({ code: 'text-too-long' });
  });
});

describe('a matrix card in trouble', () => {
  it('restarted between two questions, is noticed and shows again', async () => {
    await up();
    await show(warning);
    bench.twin.setPowered(false);
    bench.twin.setPowered(true);
    await bench.clock.advance(16_000);
    expect(bench.lost).toBe(1);
    expect(lit()).toEqual(rowsOf(warning));
  });
  it('that hangs counts as lost, and comes back', async () => {
    await up();
    await show(warning);
    bench.twin.hang();
    await bench.clock.advance(20_000);
    expect(bench).toMatchObject({ lost: 1 });
    expect(lit()).toEqual(rowsOf(warning));
    expect((await show(long)).error).toMatchObject({ code: 'sign-silent' });
    bench.twin.recover();
    await bench.clock.advance(10_000);
    expect(lit()).toEqual(rowsOf(long));
    expect(bench.driver).toMatchObject({ health: undefined, showing: { text: long } });
  });
  it('that is busy is asked again', async () => {
    await up();
    bench.twin.beBusy(3);
    expect(await show(warning)).not.toHaveProperty('error');
    bench.twin.beBusy(1_000);
    expect((await show(long)).error).toMatchObject({ code: 'sign-silent', details: { reason: 'busy' } });
    bench.twin.beBusy(0);
  });
  it('unplugged and plugged in again, shows again', async () => {
    await up();
    await show(warning);
    bench.cable.setPlugged(false);
    expect(bench.lost).toBe(1);
    await bench.clock.advance(60_000);
    bench.cable.setPlugged(true);
    await bench.clock.advance(1_000);
    expect(bench.driver).toMatchObject({ health: undefined, showing: { text: warning } });
  });
  it('answers what it does not know, and not what is broken', async () => {
    await up();
    const answers: unknown[] = [];
    bench.twin.onSend((bytes) => answers.push(...matrixCodec.decoder().push(bytes).frames));
    for (const command of [0x42, 0x04])
      bench.twin.receive(matrixCodec.encode({ kind: 'unknown', sequence: command, command, payload: 'ff' }));
    const broken = matrixCodec.encode({ kind: 'ping', sequence: 9 });
    bench.twin.receive(broken.map((value, at) => (at === 7 ? value ^ 1 : value)));
    await bench.clock.advance(100);
    expect(answers).toEqual([
      { kind: 'ack', sequence: 0x42, result: 'unknown-command' },
      { kind: 'ack', sequence: 0x04, result: 'malformed' },
    ]);
  });
});

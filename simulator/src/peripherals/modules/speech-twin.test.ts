import { openSyn6288, openXfs5152ce } from '@xiaolaba/device/peripherals';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpeechTwinOptions } from './speech-twin.js';
import { Syn6288Twin } from './syn6288.js';
import { SteppedClock } from './testing/stepped-clock.js';
import { VoiceBench } from './testing/voice-bench.js';
import { Xfs5152ceTwin } from './xfs5152ce.js';

type Wiring = ConstructorParameters<typeof VoiceBench>[2];

const syn6288 = (options: SpeechTwinOptions = {}, wiring: Wiring = {}) =>
  new VoiceBench(
    (clock) => new Syn6288Twin(clock, options),
    (parts) => openSyn6288(parts, {}),
    wiring,
  );
const xfs5152ce = (options: SpeechTwinOptions = {}, wiring: Wiring = {}) =>
  new VoiceBench(
    (clock) => new Xfs5152ceTwin(clock, options),
    (parts) => openXfs5152ce(parts, {}),
    wiring,
  );

const words = '警方提醒，不听、不信、不转账。';
/** Bytes of some length, all of them words. */
const long = Array.from({ length: 12 }, () => '凡是要求转账到安全账户的，都是诈骗。').join('');

describe.each([
  ['SYN6288', syn6288, 16, 'FD000221DE', 200],
  ['XFS5152CE', xfs5152ce, 10, 'FD000121', 1000],
] as const)('a %s', (name, bench, mostVolume, query, mostBytes) => {
  const ready = async () => {
    const all = bench();
    await all.clock.advance(3000);
    expect(all.driver.health).toBeUndefined();
    return all;
  };

  it('is left alone until 4A, then asked', async () => {
    const all = bench();
    await all.clock.advance(1199);
    expect(all.sent).toEqual([]);
    await all.clock.advance(200);
    expect(all.passed[0]?.hex).toBe('4A');
    expect(all.sent).toEqual([query]);
    expect(all.healths).toEqual([undefined]);
  });

  it('says the words of a sound in its own time', async () => {
    const all = await ready();
    const playing = all.play({ words, volume: 59, durationMs: 60_000 });
    await all.clock.advance(500);
    const step = Math.floor(0.59 * mostVolume);
    expect(all.twin.sounding).toMatchObject({ words, volume: step / mostVolume });
    const { since = 0, durationMs = 0 } = all.twin.sounding ?? {};
    await all.clock.advance(30_000);
    expect(playing.end?.ended).toBe('finished');
    expect(playing.endedAt).toBeGreaterThanOrEqual(since + durationMs);
    expect(playing.endedAt).toBeLessThan(since + durationMs + 200);
    expect(playing.end?.playedMs).toBeGreaterThanOrEqual(durationMs - 500);
  });

  it('counts no more than the recording would have taken', async () => {
    const all = await ready();
    const playing = all.play({ words, durationMs: 1000, fromMs: 300 });
    await all.clock.advance(30_000);
    expect(playing.end).toEqual({ playedMs: 700, ended: 'finished' });
  });

  it.each([
    ['no words', {}],
    ['no Mandarin', { words, dialect: 'yue' }],
    ['a character that it lacks', { words: '小心\u{20000}' }],
    ['nothing that is said', { words: '……！' }],
    ['Uyghur', { words: 'ئالدامچىلىق' }],
  ])('is not given %s', async (_what, sound) => {
    const all = await ready();
    const playing = all.play(sound);
    await all.clock.advance(0);
    expect(playing.end).toEqual({ playedMs: 0, ended: 'failed', reason: 'not-held' });
    expect(all.sent).toHaveLength(1);
  });

  it('says a long text in parts, each after the one before', async () => {
    const all = await ready();
    const text = long.repeat(6);
    const playing = all.play({ words: text, durationMs: 3_600_000 });
    await all.clock.advance(900_000);
    expect(playing.end?.ended).toBe('finished');
    const said = all.heard.flatMap((sounding) => (sounding ? [sounding] : []));
    expect(said.map((sounding) => sounding.words).join('')).toBe(text);
    expect(said.length).toBeGreaterThan(1);
    for (const [index, sounding] of said.entries()) {
      const next = said[index + 1];
      if (next) expect(next.since).toBeGreaterThanOrEqual(sounding.since + sounding.durationMs);
    }
    // Start, length, command, encoding and XOR besides.
    for (const hex of all.sent) expect(hex.length / 2).toBeLessThanOrEqual(mostBytes + 6);
  });

  it('never obeys the public', async () => {
    const all = await ready();
    all.play({ words: '[v16]安全[d]账户', volume: 20 });
    await all.clock.advance(500);
    expect(all.twin.sounding).toMatchObject({ words: '安全账户', volume: Math.floor(0.2 * mostVolume) / mostVolume });
  });

  it.each([0, 5, 15, 21, 300, 2100])('is silent soon after it was aborted %d ms after the order', async (wait) => {
    const all = await ready();
    const playing = all.play({ words, durationMs: 60_000 });
    await all.clock.advance(wait);
    playing.abort();
    await all.clock.advance(150);
    expect(all.twin.sounding).toBeUndefined();
    await all.clock.advance(1000);
    expect(playing.end?.ended).toBe('aborted');
    expect(playing.end?.playedMs).toBeLessThanOrEqual(wait);
    const next = all.play({ words, durationMs: 60_000 });
    await all.clock.advance(20_000);
    expect(next.end?.ended).toBe('finished');
    expect(next.end?.playedMs).toBeGreaterThan(2000);
  });

  it('keeps more than 8 ms between frames', async () => {
    const all = await ready();
    const playing = all.play({ words: long, durationMs: 600_000 });
    await all.clock.advance(20_000);
    playing.abort();
    await all.clock.advance(1000);
    for (const gap of all.gaps) expect(gap).toBeGreaterThan(8);
  });

  it('is told again what it rejects', async () => {
    const all = await ready();
    const receive = all.twin.receive.bind(all.twin);
    let count = 0;
    all.twin.receive = (bytes) => {
      count += 1;
      // A length of its own: no chip takes that.
      receive(count === 1 ? Uint8Array.of(0xfd, 0x10, 0x80, ...bytes.subarray(3)) : bytes);
    };
    const playing = all.play({ words, durationMs: 60_000 });
    await all.clock.advance(20_000);
    expect(all.passed.some(({ hex }) => hex.includes('45'))).toBe(true);
    expect(playing.end?.ended).toBe('finished');
  });

  it('tells a stray 4F from the end', async () => {
    const all = await ready();
    const playing = all.play({ words, durationMs: 60_000 });
    await all.clock.advance(1000);
    for (const status of [0x4f, 0x4a, 0x4f, 0x4e, 0x45]) all.disturb('to-host', Uint8Array.of(status));
    await all.clock.advance(20_000);
    expect(playing.end?.ended).toBe('finished');
    expect(playing.end?.playedMs).toBeGreaterThan(3000);
  });

  it('ends also where its 4F was lost', async () => {
    const all = await ready();
    const playing = all.play({ words, durationMs: 60_000 });
    await all.clock.advance(500);
    const { since = 0, durationMs = 0 } = all.twin.sounding ?? {};
    all.loseAt(since + durationMs);
    await all.clock.advance(12_000);
    expect(playing.end?.ended).toBe('finished');
    expect(all.passed.filter(({ at }) => at === since + durationMs)).toEqual([]);
  });

  it('fails with its power and its cable, and comes back with them', async () => {
    const all = await ready();
    const powered = all.play({ words: long, durationMs: 600_000 });
    await all.clock.advance(3000);
    all.twin.setPowered(false);
    all.twin.setPowered(true);
    await all.clock.advance(4000);
    expect(powered.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(powered.end?.playedMs).toBeLessThanOrEqual(3000);
    await all.clock.advance(3000);
    const plugged = all.play({ words: long, durationMs: 600_000 });
    await all.clock.advance(3000);
    all.cable.setPlugged(false);
    await all.clock.advance(0);
    expect(plugged.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(all.driver.health).toBe('unplugged');
    all.cable.setPlugged(true);
    await all.clock.advance(3000);
    expect(all.twin.sounding).toBeUndefined();
    all.twin.setPowered(false);
    const silent = all.play({ words });
    await all.clock.advance(10_000);
    expect(silent.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(all.driver.health).toBe('no-answer');
    all.twin.setPowered(true);
    await all.clock.advance(3000);
    expect(all.driver.health).toBeUndefined();
  });

  it('tells what it knows', async () => {
    const all = await ready();
    all.play({ words: long, durationMs: 600_000 });
    await all.clock.advance(1000);
    let found: unknown;
    void all.driver.probe().then((findings) => {
      found = findings;
    });
    await all.clock.advance(1000);
    expect(found).toEqual([
      { ok: true, code: 'answers', details: { module: name } },
      { ok: true, code: 'busy' },
    ]);
    const closed = all.driver.close();
    await all.clock.advance(2000);
    await closed;
    expect(all.twin.sounding).toBeUndefined();
    expect(all.clock.pending).toBe(0);
  });

  it('ends every sound in whatever noise', async () => {
    const burst = fc.record({
      at: fc.nat(8000),
      direction: fc.constantFrom('to-host' as const, 'to-module' as const),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 6 }),
        fc
          .constantFrom('4F', '4A', '45', '4E', '41', 'FD', 'FD0F')
          .map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { maxLength: 25 }), async (noise) => {
        const all = await ready();
        const playing = all.play({ words, durationMs: 10_000 });
        for (const { at, direction, bytes } of noise) all.clock.after(at, () => all.disturb(direction, bytes));
        await all.clock.advance(60_000);
        expect(playing.end).toBeDefined();
        expect(playing.end?.playedMs).toBeLessThanOrEqual(10_000);
        expect(all.errors).toEqual([]);
        const next = all.play({ words, durationMs: 10_000 });
        await all.clock.advance(20_000);
        expect(next.end?.ended).toBe('finished');
      }),
      { numRuns: 25 },
    );
  });
});

describe('the twin of a SYN6288', () => {
  const hello = Uint8Array.from(Buffer.from('FD000B0100D3EED2F4CCECCFC2C1', 'hex'));
  const on = async () => {
    const clock = new SteppedClock();
    const twin = new Syn6288Twin(clock);
    const answers: number[] = [];
    twin.onSend((bytes) => answers.push(...bytes));
    twin.setPowered(true);
    await clock.advance(1200);
    answers.length = 0;
    return { clock, twin, answers };
  };

  it('takes bytes that come within 8 ms', async () => {
    const { clock, twin, answers } = await on();
    for (const byte of hello) {
      twin.receive(Uint8Array.of(byte));
      await clock.advance(8);
    }
    await clock.advance(10);
    expect(twin.sounding?.words).toBe('宇音天下');
    expect(answers).toEqual([0x41]);
  });

  it('loses a frame whose bytes come further apart', async () => {
    const { clock, twin, answers } = await on();
    twin.receive(hello.subarray(0, 6));
    await clock.advance(9);
    twin.receive(hello.subarray(6));
    await clock.advance(1000);
    expect(twin.sounding).toBeUndefined();
    expect(answers).toEqual([]);
    twin.receive(hello);
    await clock.advance(3000);
    expect(answers).toEqual([0x41, 0x4f]);
  });

  it('rejects what does not add up, and breaks off for a new frame', async () => {
    const { clock, twin, answers } = await on();
    twin.receive(hello.map((byte, index) => (index === 13 ? 0 : byte)));
    await clock.advance(100);
    expect(answers).toEqual([0x45]);
    twin.receive(hello);
    await clock.advance(100);
    twin.receive(hello);
    await clock.advance(3000);
    expect(answers).toEqual([0x45, 0x41, 0x41, 0x4f]);
  });
});

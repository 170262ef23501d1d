import { type Jq8900Options, openJq8900 } from '@xiaolaba/device/peripherals';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Jq8900Twin, type Jq8900TwinOptions } from './jq8900.js';
import { VoiceBench } from './testing/voice-bench.js';

const tracks = [
  { number: 1, durationMs: 4000 },
  { number: 2, durationMs: 10_000 },
  { number: 3, durationMs: 450 },
];
const numbers: Readonly<Record<string, number>> = { a: 2, b: 1, short: 3, gone: 9 };
const trackOf: Jq8900Options['trackOf'] = (sha256) => numbers[sha256];

const bench = (options: Jq8900TwinOptions = {}, wiring: ConstructorParameters<typeof VoiceBench>[2] = {}) =>
  new VoiceBench(
    (clock) => new Jq8900Twin(clock, { card: { tracks }, ...options }),
    (parts) => openJq8900(parts, { trackOf }),
    wiring,
  );

const ready = async () => {
  const all = bench();
  await all.clock.advance(4000);
  expect(all.driver.health).toBeUndefined();
  return all;
};

const queryState = 'AA0100AB';

describe('a JQ8900', () => {
  it('is left alone for 1.5 s, then asked', async () => {
    const all = bench();
    await all.clock.advance(1499);
    expect(all.sent).toEqual([]);
    await all.clock.advance(1000);
    expect(all.sent).toEqual([queryState, 'AA0900B3', 'AA0C00B6']);
    expect(all.healths).toEqual([undefined]);
  });

  it('plays, is asked twice a second, and ends when it says that it has stopped', async () => {
    const all = await ready();
    const from = all.passed.length;
    const playing = all.play({ volume: 51 });
    await all.clock.advance(9000);
    const said = all.passed.slice(from).filter(({ direction }) => direction === 'to-module');
    expect(said.slice(0, 3).map(({ hex }) => hex)).toEqual(['AA13010FCD', 'AA180102C5', 'AA07020002B5']);
    expect(said.slice(3).every(({ hex }) => hex === queryState)).toBe(true);
    expect(said.length).toBeGreaterThan(15);
    expect(said.length).toBeLessThan(24);
    expect(all.twin.sounding).toMatchObject({ track: 2, volume: 0.5 });
    await all.clock.advance(3000);
    expect(playing.end).toEqual({ playedMs: 10_000, ended: 'finished' });
    for (const gap of all.gaps) expect(gap).toBeGreaterThanOrEqual(100);
  });

  it('may be through with a short one before it is asked', async () => {
    const all = await ready();
    const playing = all.play({ sha256: 'short', durationMs: 450 });
    await all.clock.advance(4000);
    expect(playing.end).toEqual({ playedMs: 450, ended: 'finished' });
    expect(all.heard.filter((sounding) => sounding)).toHaveLength(1);
  });

  it('has no such file', async () => {
    const all = await ready();
    const playing = [all.play({ sha256: 'gone' }), all.play({ sha256: 'nobody' })];
    await all.clock.advance(100);
    for (const { end } of playing) expect(end).toEqual({ playedMs: 0, ended: 'failed', reason: 'not-held' });
  });

  it('is told again where an order was lost', async () => {
    const all = await ready();
    const receive = all.twin.receive.bind(all.twin);
    let lost = 0;
    all.twin.receive = (bytes) => {
      if (bytes[1] === 0x07 && lost < 2) lost += 1;
      else receive(bytes);
    };
    const playing = all.play();
    await all.clock.advance(15_000);
    expect(lost).toBe(2);
    expect(playing.end).toEqual({ playedMs: 10_000, ended: 'finished' });
  });

  it('fails where it never begins', async () => {
    const all = await ready();
    const receive = all.twin.receive.bind(all.twin);
    all.twin.receive = (bytes) => {
      if (bytes[1] !== 0x07) receive(bytes);
    };
    const playing = all.play();
    await all.clock.advance(6000);
    expect(playing.end).toMatchObject({ ended: 'failed', reason: 'output' });
  });

  it('is silent at once, and goes on where it was paused', async () => {
    const all = await ready();
    const first = all.play();
    await all.clock.advance(5000);
    first.abort();
    await all.clock.advance(150);
    expect(all.twin.sounding).toBeUndefined();
    await all.clock.advance(1000);
    expect(first.end?.ended).toBe('aborted');
    const fromMs = first.end?.playedMs ?? 0;
    expect(fromMs).toBeGreaterThan(4300);
    const second = all.play({ fromMs });
    await all.clock.advance(1000);
    expect(all.twin.sounding?.durationMs).toBeLessThan(6000);
    await all.clock.advance(7000);
    expect(second.end).toEqual({ playedMs: 10_000 - fromMs, ended: 'finished' });
  });

  it.each([0, 1, 80, 150, 222, 300, 430, 600])(
    'never sounds again when aborted %d ms after the order',
    async (wait) => {
      const all = await ready();
      const playing = all.play();
      await all.clock.advance(wait);
      playing.abort();
      await all.clock.advance(4000);
      expect(playing.end?.ended).toBe('aborted');
      expect(all.twin.sounding).toBeUndefined();
    },
  );

  it('fails with its power, its cable and its card', async () => {
    const all = await ready();
    const powered = all.play();
    await all.clock.advance(5000);
    all.twin.setPowered(false);
    all.twin.setPowered(true);
    await all.clock.advance(4000);
    expect(powered.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(powered.end?.playedMs).toBeLessThanOrEqual(5000);

    const plugged = all.play();
    await all.clock.advance(2000);
    all.cable.setPlugged(false);
    await all.clock.advance(0);
    expect(plugged.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(all.driver.health).toBe('unplugged');
    all.cable.setPlugged(true);
    await all.clock.advance(3000);
    expect(all.twin.sounding).toBeUndefined();
    expect(all.driver.health).toBeUndefined();

    const held = all.play();
    await all.clock.advance(2000);
    all.twin.removeCard();
    await all.clock.advance(5000);
    expect(held.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(all.driver.health).toBe('no-card');
    all.twin.insertCard({ tracks });
    const again = all.play();
    await all.clock.advance(15_000);
    expect(again.end).toMatchObject({ ended: 'finished' });
  });

  it('tells what it knows', async () => {
    const all = await ready();
    let found: unknown;
    void all.driver.probe().then((findings) => {
      found = findings;
    });
    await all.clock.advance(3000);
    expect(found).toEqual([
      { ok: true, code: 'answers', details: { module: 'JQ8900' } },
      { ok: true, code: 'idle' },
      { ok: true, code: 'card-present' },
      { ok: true, code: 'files', details: { count: 3 } },
    ]);
    const closed = all.driver.close();
    await all.clock.advance(2000);
    await closed;
    expect(all.clock.pending).toBe(0);
  });

  it('ends every sound in whatever noise', async () => {
    const burst = fc.record({
      at: fc.nat(12_000),
      direction: fc.constantFrom('to-host' as const, 'to-module' as const),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 12 }),
        fc.constantFrom('AA', 'AA01', 'AA0101', 'AA01FF').map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { maxLength: 25 }), async (noise) => {
        const all = await ready();
        const playing = all.play();
        for (const { at, direction, bytes } of noise) all.clock.after(at, () => all.disturb(direction, bytes));
        await all.clock.advance(40_000);
        expect(playing.end).toBeDefined();
        expect(playing.end?.playedMs).toBeLessThanOrEqual(10_000);
        expect(all.errors).toEqual([]);
        const next = all.play();
        await all.clock.advance(20_000);
        expect(next.end).toEqual({ playedMs: 10_000, ended: 'finished' });
      }),
      { numRuns: 25 },
    );
  });
});

import { type DfplayerOptions, type Finding, openDfplayer } from '@xiaolaba/device/peripherals';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DfplayerTwin, type DfplayerTwinOptions } from './dfplayer.js';
import { VoiceBench } from './testing/voice-bench.js';

const tracks = [
  { number: 7, durationMs: 4000 },
  { number: 3, durationMs: 10_000 },
  { number: 1, durationMs: 800 },
];
const numbers: Readonly<Record<string, number>> = { a: 3, b: 7, short: 1, gone: 9 };
const trackOf: DfplayerOptions['trackOf'] = (sha256) => numbers[sha256];

const bench = (options: DfplayerTwinOptions = {}, wiring: ConstructorParameters<typeof VoiceBench>[2] = {}) =>
  new VoiceBench(
    (clock) => new DfplayerTwin(clock, { card: { tracks }, ...options }),
    (parts) => openDfplayer(parts, { trackOf }),
    wiring,
  );

const ready = async (options: DfplayerTwinOptions = {}) => {
  const all = bench(options);
  await all.clock.advance(6000);
  expect(all.driver.health).toBeUndefined();
  return all;
};

const status = '7EFF0642000000FEB9EF';

describe('bringing a DFPlayer up', () => {
  it('says nothing until 3F, then asks, keeping its gaps', async () => {
    const all = bench();
    expect(all.driver.health).toBe('starting');
    await all.clock.advance(1199);
    expect(all.sent).toEqual([]);
    await all.clock.advance(1000);
    expect(all.passed[0]).toMatchObject({ direction: 'to-host', hex: '7EFF063F000002FEBAEF' });
    expect(all.sent[0]).toBe(status);
    expect(all.driver.health).toBeUndefined();
    expect(all.healths).toEqual([undefined]);
    for (const gap of all.gaps) expect(gap).toBeGreaterThanOrEqual(100);
  });

  it('asks after 3 s where the module had started long before', async () => {
    const all = bench({}, { plugged: false });
    await all.clock.advance(60_000);
    expect(all.driver.health).toBe('unplugged');
    expect(all.sent).toEqual([]);
    all.cable.setPlugged(true);
    await all.clock.advance(2999);
    expect(all.sent).toEqual([]);
    await all.clock.advance(2000);
    expect(all.healths).toEqual(['starting', undefined]);
  });

  it('waits for the slowest kind', async () => {
    const all = await ready({ replyMs: 350, bootMs: 3000 });
    const playing = all.play();
    await all.clock.advance(13_000);
    expect(playing.end).toEqual({ playedMs: 10_000, ended: 'finished' });
  });

  it('asks a silent module after growing pauses, until it answers', async () => {
    const all = bench({}, { powered: false });
    await all.clock.advance(200_000);
    expect(all.driver.health).toBe('no-answer');
    const rounds = all.gaps.filter((gap) => gap > 2500).map(Math.round);
    expect(rounds).toEqual([...rounds].sort((a, b) => a - b));
    expect(rounds.length).toBeGreaterThan(4);
    expect(Math.max(...rounds)).toBeLessThan(32_000);
    all.twin.setPowered(true);
    await all.clock.advance(2500);
    expect(all.driver.health).toBeUndefined();
  });

  it('tells a module that speaks another language', async () => {
    const all = bench({}, { powered: false });
    const noise = (): void => {
      all.clock.after(200, noise);
      all.disturb('to-host', Uint8Array.of(0x00, 0xff, 0x13));
    };
    noise();
    await all.clock.advance(12_000);
    expect(all.driver.health).toBe('wrong-module');
    let found: readonly Finding[] = [];
    void all.driver.probe().then((findings) => {
      found = findings;
    });
    await all.clock.advance(12_000);
    expect(found).toMatchObject([{ ok: false, code: 'wrong-module' }]);
    expect(found[0]?.details?.got).toMatch(/^00ff13/);
  });

  it('wakes one that sleeps', async () => {
    const all = bench();
    await all.clock.advance(1300);
    all.twin.receive(Uint8Array.from(Buffer.from('7EFF060A000000FEF1EF', 'hex')));
    all.cable.setPlugged(false);
    all.cable.setPlugged(true);
    await all.clock.advance(20_000);
    expect(all.sent).toContain('7EFF060C010000FEEEEF');
    expect(all.driver.health).toBeUndefined();
  });

  it('stops what nobody has asked for', async () => {
    const all = await ready();
    all.twin.receive(Uint8Array.from(Buffer.from('7EFF0603000001FEF7EF', 'hex')));
    expect(all.twin.sounding).toBeDefined();
    all.cable.setPlugged(false);
    all.cable.setPlugged(true);
    await all.clock.advance(3500);
    expect(all.twin.sounding).toBeUndefined();
  });
});

describe('playing on a DFPlayer', () => {
  it('sets the volume, plays by name, and ends with the module', async () => {
    const all = await ready();
    const from = all.sent.length;
    const playing = all.play({ volume: 49 });
    await all.clock.advance(1000);
    expect(all.sent.slice(from)).toEqual(['7EFF060601000EFEE6EF', '7EFF0612010003FEE5EF']);
    expect(all.twin.sounding).toMatchObject({ track: 3, volume: 14 / 30, durationMs: 10_000 });
    await all.clock.advance(11_000);
    expect(playing.end).toEqual({ playedMs: 10_000, ended: 'finished' });
    expect(all.twin.sounding).toBeUndefined();
    for (const gap of all.gaps) expect(gap).toBeGreaterThanOrEqual(100);
  });

  it.each([
    [100, 30],
    [99, 29],
    [3, 0],
    [1, 0],
    [34, 10],
  ])('is never louder than asked: of %d per cent, step %d', async (volume, step) => {
    const all = await ready();
    all.play({ volume });
    await all.clock.advance(1000);
    expect(all.twin.sounding?.volume).toBeCloseTo(step / 30);
  });

  it.each([['short'], ['a'], ['b']])('takes the second 3D of %s for what it is', async (sha256) => {
    const all = await ready({ finishesTwice: true, replyMs: 350 });
    const durationMs = tracks.find(({ number }) => number === numbers[sha256])?.durationMs ?? 0;
    for (let round = 0; round < 3; round += 1) {
      const playing = all.play({ sha256, durationMs });
      await all.clock.advance(durationMs + 200);
      while (!playing.end) await all.clock.advance(10);
      expect(playing.end).toEqual({ playedMs: durationMs, ended: 'finished' });
    }
    expect(all.heard.filter((sounding) => sounding)).toHaveLength(3);
  });

  it('plays by 3D and by time on a clone that never answers 42', async () => {
    const all = await ready({ answersStatus: false, finishesTwice: true });
    const playing = all.play();
    await all.clock.advance(11_000);
    expect(playing.end).toEqual({ playedMs: 10_000, ended: 'finished' });
    const mute = all.play();
    await all.clock.advance(5000);
    // The track goes on for longer than is known, and nothing tells of its end.
    all.twin.receive(Uint8Array.from(Buffer.from('7EFF0603000002FEF6EF', 'hex')));
    await all.clock.advance(7000);
    expect(mute.end).toEqual({ playedMs: 10_000, ended: 'finished' });
  });

  it('stops a module that goes on past the end', async () => {
    const all = await ready();
    const playing = all.play({ durationMs: 5000 });
    await all.clock.advance(20_000);
    expect(playing.end).toEqual({ playedMs: 5000, ended: 'finished' });
    expect(playing.endedAt).toBeLessThan(15_000);
    expect(all.heard.at(-1)).toBeUndefined();
  });

  it('says what the card does not hold', async () => {
    const all = await ready();
    const unknown = all.play({ sha256: 'nobody' });
    const missing = all.play({ sha256: 'gone' });
    await all.clock.advance(5000);
    expect(unknown.end).toEqual({ playedMs: 0, ended: 'failed', reason: 'not-held' });
    expect(missing.end).toEqual({ playedMs: 0, ended: 'failed', reason: 'not-held' });
  });

  it('plays one sound at a time', async () => {
    const all = await ready();
    const first = all.play();
    const second = all.play();
    await all.clock.advance(12_000);
    expect(second.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(first.end).toMatchObject({ ended: 'finished' });
  });

  it('waits for a module that is just starting', async () => {
    const all = bench();
    const playing = all.play();
    await all.clock.advance(13_000);
    expect(playing.end).toEqual({ playedMs: 10_000, ended: 'finished' });
  });

  it('says a frame again that did not arrive whole', async () => {
    const all = await ready();
    const receive = all.twin.receive.bind(all.twin);
    let broken = 0;
    all.twin.receive = (bytes) => {
      broken += 1;
      receive(broken % 2 === 1 ? bytes.map((byte, index) => (index === 7 ? byte ^ 0x55 : byte)) : bytes);
    };
    const playing = all.play();
    await all.clock.advance(14_000);
    expect(playing.end).toMatchObject({ ended: 'finished' });
    expect(all.passed.map(({ hex }) => hex)).toContain('7EFF0640000004FEB7EF');
  });
});

describe('breaking off on a DFPlayer', () => {
  it('is silent at once, in front of what is under way', async () => {
    const all = await ready();
    const playing = all.play();
    await all.clock.advance(4370);
    playing.abort();
    await all.clock.advance(120);
    expect(all.twin.sounding).toBeUndefined();
    await all.clock.advance(1000);
    expect(playing.end?.ended).toBe('aborted');
    expect(playing.end?.playedMs).toBeGreaterThan(4000);
    expect(playing.end?.playedMs).toBeLessThanOrEqual(4370);
  });

  it.each([0, 1, 50, 111, 150, 205, 260, 400])(
    'never sounds again when aborted %d ms after the order',
    async (wait) => {
      const all = await ready();
      const playing = all.play();
      await all.clock.advance(wait);
      playing.abort();
      await all.clock.advance(4000);
      expect(playing.end?.ended).toBe('aborted');
      expect(playing.end?.playedMs).toBeLessThanOrEqual(wait);
      expect(all.twin.sounding).toBeUndefined();
    },
  );

  it('goes on where it was paused', async () => {
    const all = await ready();
    const first = all.play();
    await all.clock.advance(5000);
    first.abort();
    await all.clock.advance(2000);
    const fromMs = first.end?.playedMs ?? 0;
    const second = all.play({ fromMs, volume: 20 });
    await all.clock.advance(500);
    expect(all.sent).toContain('7EFF060D010000FEEDEF');
    expect(all.twin.sounding?.volume).toBeCloseTo(6 / 30);
    await all.clock.advance(8000);
    expect(second.end).toEqual({ playedMs: 10_000 - fromMs, ended: 'finished' });
  });

  it('begins at the beginning where another sound came between', async () => {
    const all = await ready();
    const first = all.play();
    await all.clock.advance(5000);
    first.abort();
    await all.clock.advance(2000);
    all.play({ sha256: 'b', durationMs: 4000 });
    await all.clock.advance(6000);
    const again = all.play({ fromMs: first.end?.playedMs ?? 0 });
    await all.clock.advance(12_000);
    expect(all.heard.filter((sounding) => sounding?.durationMs === 10_000)).toHaveLength(2);
    expect(again.end).toMatchObject({ ended: 'finished' });
    expect(again.end?.playedMs).toBeLessThanOrEqual(10_000 - (first.end?.playedMs ?? 0));
  });

  it('leaves the module silent when it is closed', async () => {
    const all = await ready();
    const playing = all.play();
    await all.clock.advance(3000);
    const closed = all.driver.close();
    await all.clock.advance(5000);
    await closed;
    expect(playing.end?.ended).toBe('aborted');
    expect(all.twin.sounding).toBeUndefined();
    expect(all.sent.at(-1)).toBe('7EFF0616010000FEE4EF');
    const late = all.play();
    await all.clock.advance(60_000);
    expect(late.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(all.clock.pending).toBe(0);
  });
});

describe('a DFPlayer that fails', () => {
  it('tells at once that the cable is out, and comes back with it', async () => {
    const all = await ready();
    const playing = all.play();
    await all.clock.advance(5000);
    all.cable.setPlugged(false);
    expect(all.driver.health).toBe('unplugged');
    await all.clock.advance(0);
    expect(playing.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(playing.end?.playedMs).toBeGreaterThan(4000);
    const without = all.play();
    await all.clock.advance(0);
    expect(without.end).toMatchObject({ ended: 'failed', reason: 'output' });
    all.cable.setPlugged(true);
    await all.clock.advance(3500);
    // It had gone on by itself.
    expect(all.twin.sounding).toBeUndefined();
    expect(all.driver.health).toBeUndefined();
    const again = all.play();
    await all.clock.advance(11_000);
    expect(again.end).toMatchObject({ ended: 'finished' });
  });

  it('counts only what was confirmed where power was lost', async () => {
    const all = await ready();
    const playing = all.play();
    await all.clock.advance(5000);
    all.twin.setPowered(false);
    await all.clock.advance(100);
    all.twin.setPowered(true);
    await all.clock.advance(4000);
    expect(playing.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(playing.end?.playedMs).toBeLessThan(5000);
    expect(playing.end?.playedMs).toBeGreaterThan(2000);
    const again = all.play({ volume: 10 });
    await all.clock.advance(1000);
    expect(all.twin.sounding?.volume).toBeCloseTo(3 / 30);
    await all.clock.advance(10_000);
    expect(again.end).toMatchObject({ ended: 'finished' });
  });

  it('is given up when it falls silent, and found again', async () => {
    const all = await ready();
    const playing = all.play();
    await all.clock.advance(5000);
    all.twin.setPowered(false);
    await all.clock.advance(12_000);
    expect(playing.end).toMatchObject({ ended: 'failed', reason: 'output' });
    expect(all.driver.health).toBe('no-answer');
    all.twin.setPowered(true);
    await all.clock.advance(1500);
    const again = all.play();
    await all.clock.advance(13_000);
    expect(again.end).toMatchObject({ ended: 'finished' });
  });

  it('loses its card and gets it back', async () => {
    const all = await ready();
    const playing = all.play();
    await all.clock.advance(5000);
    all.twin.removeCard();
    await all.clock.advance(200);
    expect(playing.end).toMatchObject({ ended: 'failed', reason: 'output' });
    await all.clock.advance(2000);
    expect(all.driver.health).toBe('no-card');
    const without = all.play();
    await all.clock.advance(4000);
    expect(without.end).toMatchObject({ ended: 'failed', reason: 'output' });
    all.twin.insertCard({ tracks });
    await all.clock.advance(2000);
    expect(all.driver.health).toBeUndefined();
  });
});

describe('asking a DFPlayer', () => {
  it('tells all that it knows, also while it plays', async () => {
    const all = await ready();
    all.play({ volume: 50 });
    await all.clock.advance(2000);
    let found: unknown;
    void all.driver.probe().then((findings) => {
      found = findings;
    });
    await all.clock.advance(5000);
    expect(found).toEqual([
      { ok: true, code: 'answers', details: { module: 'DFPlayer Mini' } },
      { ok: true, code: 'busy' },
      { ok: true, code: 'card-present' },
      { ok: true, code: 'files', details: { count: 3 } },
      { ok: true, code: 'volume', details: { value: 15, of: 30 } },
      { ok: true, code: 'version', details: { text: '8' } },
    ]);
    expect(all.twin.sounding).toBeDefined();
  });

  it.each([
    [{ powered: false }, 'no-answer'],
    [{ plugged: false }, 'unplugged'],
  ])('says why it cannot: %j', async (wiring, code) => {
    const all = bench({}, wiring);
    let found: unknown;
    void all.driver.probe().then((findings) => {
      found = findings;
    });
    await all.clock.advance(30_000);
    expect(found).toEqual([{ ok: false, code }]);
  });
});

describe('noise on the line of a DFPlayer', () => {
  const bursts = fc.array(
    fc.record({
      at: fc.nat(12_000),
      direction: fc.constantFrom('to-host', 'to-module'),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 12 }),
        fc
          .constantFrom('7EFF06', '7EFF063D000002FEBCEF', '7EFF063F000002FEBAEF', '7E', '7EFF0641')
          .map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))),
      ),
    }),
    { maxLength: 25 },
  );

  it('never keeps a sound from ending', async () => {
    await fc.assert(
      fc.asyncProperty(bursts, fc.boolean(), fc.boolean(), async (noise, finishesTwice, answersStatus) => {
        const all = await ready({ finishesTwice, answersStatus });
        const playing = all.play();
        for (const { at, direction, bytes } of noise) all.clock.after(at, () => all.disturb(direction, bytes));
        await all.clock.advance(40_000);
        expect(playing.end).toBeDefined();
        expect(playing.end?.playedMs).toBeLessThanOrEqual(10_000);
        expect(all.errors).toEqual([]);
        // Whatever happened, the next one is as good as ever.
        const next = all.play();
        await all.clock.advance(20_000);
        expect(next.end).toEqual({ playedMs: 10_000, ended: 'finished' });
      }),
      { numRuns: 25 },
    );
  });
});

import { openJetFile2, openMatrix, openOnbon, openSyn6288, openXfs5152ce } from '@xiaolaba/device/peripherals';
import { expect, it } from 'vitest';
import { JetFile2Twin } from './jetfile2.js';
import { MatrixTwin } from './matrix.js';
import type { SignTwin } from './module-twin.js';
import { OnbonTwin } from './onbon-bx5k.js';
import { Syn6288Twin } from './syn6288.js';
import { brightness, SignBench, unifont } from './testing/sign-bench.js';
import { VoiceBench } from './testing/voice-bench.js';
import { Xfs5152ceTwin } from './xfs5152ce.js';

/** What somebody might write who wants a sign or a speech chip to do something else than show or say it. */
const hostile: readonly (readonly [string, string])[] = [
  ['a script', '<script>alert(1)</script>'],
  ['marks of a speech chip', '[v16]大声[d][=hao3][2]'],
  ['marks within marks', '[[v16]v0]大声'],
  ['a sign card’s colours', '\\C1\\FO000\\T020红'],
  ['control characters', '\u0002红\u0003\u0004\u0007\u001b0b\u0001Z00'],
  ['marks of direction', '\u202e骗转\u202c\u2066\u200f\u200e\u2069'],
  ['emoji', '小心👮‍♀️骗子'],
  ['rare characters', '镕𠮷㐂'],
  ['Uyghur', 'ئالدامچىلىق'],
  ['a formula', '=HYPERLINK("http://x","y")'],
  ['100 KB', '骗'.repeat(34_000)],
];
const alarm = '防诈骗';
const size = { columns: 128, rows: 16 } as const;

const signs: readonly (readonly [string, () => SignBench<SignTwin>, (bench: SignBench<SignTwin>) => void])[] = [
  [
    'JetFile II',
    () => new SignBench<SignTwin>((clock) => new JetFile2Twin({ ...size, clock, glyphs: unifont() })),
    (bench) => bench.open((parts) => openJetFile2(parts, { ...size, baud: 9_600, charset: 'gb2312', address: '01' })),
  ],
  [
    'Onbon',
    () => new SignBench<SignTwin>((clock) => new OnbonTwin({ ...size, clock, glyphs: unifont() })),
    (bench) =>
      bench.open((parts, localTime) =>
        openOnbon(parts, { ...size, baud: 57_600, charset: 'gb2312', address: 1, brightness, localTime }),
      ),
  ],
  [
    'a matrix card',
    () => new SignBench<SignTwin>((clock) => new MatrixTwin({ ...size, clock })),
    (bench) =>
      bench.open((parts, localTime) =>
        openMatrix(parts, { ...size, baud: 115_200, brightness, localTime, glyphs: unifont() }),
      ),
  ],
];

it.each(signs.flatMap((sign) => hostile.map(([what, text]) => [sign[0], what, text, sign] as const)))(
  '%s shows %s as text or refuses it, and nothing else changes',
  async (_name, _what, text, [, make, open]) => {
    const bench = make();
    bench.twin.setPowered(true);
    await bench.clock.advance(2_000);
    open(bench);
    await bench.clock.advance(1_000);
    const show = (words: string) => bench.during(bench.driver.sign.show(words), 600_000);
    await show(alarm);
    const before = bench.twin.scene;
    const { error } = await show(`${alarm}${text}`);
    const { scene } = bench.twin;
    if (error) expect(error).toMatchObject({ family: 'caller' });
    else {
      expect(bench.driver.showing?.text.startsWith(alarm)).toBe(true);
      expect(bench.driver.showing?.text).not.toMatch(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      if (scene?.text !== undefined) expect(scene.text).toBe(bench.driver.showing?.text);
    }
    const look = (one: typeof before) => ({ colour: one?.colour, brightness: one?.brightness });
    // What the public may not touch, and the sign still takes the next text.
    if (scene) expect(look(scene)).toEqual(look(before));
    expect(await show(alarm)).not.toHaveProperty('error');
    expect(bench.driver.showing?.text).toBe(alarm);
    expect(bench.twin.scene?.strip).toEqual(before?.strip);
    await bench.during(bench.driver.close());
    await bench.clock.advance(1_000);
    expect(bench.clock.pending).toBe(0);
  },
);

const chips = [
  [
    'SYN6288',
    () =>
      new VoiceBench(
        (clock) => new Syn6288Twin(clock, {}),
        (parts) => openSyn6288(parts, {}),
      ),
  ],
  [
    'XFS5152CE',
    () =>
      new VoiceBench(
        (clock) => new Xfs5152ceTwin(clock, {}),
        (parts) => openXfs5152ce(parts, {}),
      ),
  ],
] as const;

it.each(chips.flatMap(([name, make]) => hostile.map(([what, text]) => [name, what, text, make] as const)))(
  '%s says %s as words or not at all, no louder than it may',
  async (_name, _what, text, make) => {
    const all = make();
    await all.clock.advance(3_000);
    const playing = all.play({ words: `${alarm}${text}`, volume: 20, durationMs: 3_600_000 });
    await all.clock.advance(1_000);
    const said = all.heard.flatMap((sounding) => sounding ?? []);
    if (said.length === 0) expect(playing.end).toMatchObject({ playedMs: 0, ended: 'failed', reason: 'not-held' });
    else expect(said[0]?.words?.startsWith(alarm)).toBe(true);
    playing.abort();
    await all.clock.advance(1_000);
    const next = all.play({ words: alarm, volume: 20, durationMs: 60_000 });
    await all.clock.advance(1_000);
    const every = all.heard.flatMap((sounding) => sounding ?? []);
    expect(every.at(-1)?.words).toBe(alarm);
    for (const { words, volume } of every) {
      expect(words).not.toMatch(/[[\]\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      expect(volume).toBeLessThanOrEqual(0.2);
    }
    next.abort();
    await all.clock.advance(5_000);
  },
);

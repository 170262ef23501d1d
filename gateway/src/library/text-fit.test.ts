import { describe, expect, it } from 'vitest';
import { encodeCharacter, isGb2312Cell } from './character-sets.js';
import { fitText } from './text-fit.js';

const sign = { columns: 64, rows: 16, charset: 'gb2312' } as const;

describe('character sets', () => {
  it('knows the 682 signs and 6763 Chinese characters of GB 2312-80', () => {
    let signs = 0;
    let characters = 0;
    for (let row = 1; row <= 94; row += 1) {
      for (let cell = 1; cell <= 94; cell += 1) {
        if (!isGb2312Cell(row, cell)) continue;
        if (row < 16) signs += 1;
        else characters += 1;
      }
    }
    expect([signs, characters]).toEqual([682, 6763]);
  });

  it('tells GB2312 from GBK', () => {
    expect([...(encodeCharacter('骗', 'gb2312') ?? [])]).toEqual([0xc6, 0xad]);
    for (const character of ['镕', '騙', 'ⅰ', '︵']) {
      expect(encodeCharacter(character, 'gb2312'), character).toBeUndefined();
      expect(encodeCharacter(character, 'gbk'), character).toHaveLength(2);
    }
    for (const character of ['€', '😀', '𠮷', 'ә', 'ۇ']) {
      expect(encodeCharacter(character, 'gbk'), character).toBeUndefined();
    }
  });
});

describe('fitText', () => {
  it('measures a text that is as it should be', () => {
    expect(fitText('反诈 96110', sign)).toEqual({
      text: '反诈 96110',
      missing: [],
      adjusted: [],
      columnsNeeded: 80,
      fitsStill: false,
      bytes: 10,
      secondsPerPass: { slow: 3, fast: 1.8 },
    });
  });

  it('reports what the set lacks and never puts a question mark', () => {
    const fitted = fitText('别点😀镕?', sign);
    expect(fitted.refused).toBe('text-missing-characters');
    expect(fitted.missing).toEqual([
      { char: '😀', index: 2 },
      { char: '镕', index: 3 },
    ]);
    expect(fitted.text).toBe('别点😀镕?');
    expect(fitText('镕', { ...sign, charset: 'gbk' }).refused).toBeUndefined();
    expect(fitText('镕😀ұ', { ...sign, charset: 'unicode' }).refused).toBeUndefined();
  });

  it('disarms controller commands, controls and direction marks, and says so', () => {
    const fitted = fitText('\u202e骗\\C1\n\u0007钱\u200b', sign);
    expect(fitted.text).toBe('骗＼C1 钱');
    expect(fitted.refused).toBeUndefined();
    expect(fitted.adjusted.map(({ from, index }) => [from, index])).toEqual([
      ['\u202e', 0],
      ['\\', 2],
      ['\n', 5],
      ['\u0007', 6],
      ['\u200b', 8],
    ]);
  });

  it('takes the full-width form where the set has no other', () => {
    expect(fitText('¥100–200・｡', sign).text).toBe('￥100—200·。');
    expect(fitText('¥', { ...sign, charset: 'unicode' }).text).toBe('¥');
  });

  it('refuses what cannot be shown at all', () => {
    expect(fitText(' \u200b\n', sign).refused).toBe('text-empty');
    expect(fitText('骗'.repeat(513), sign).refused).toBe('text-too-long');
    expect(fitText('骗', { ...sign, rows: 8 }).refused).toBe('sign-too-low');
  });
});

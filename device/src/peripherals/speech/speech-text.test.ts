import { errorCode, XiaolabaError } from '@xiaolaba/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../character-set.js';
import { prepareSpeech, stripControlMarks } from './speech-text.js';

const gbk = { encoding: 'gbk', maxBytes: 200 } as const;
const texts = (text: string, maxBytes: number): string[] =>
  prepareSpeech(text, { encoding: 'gbk', maxBytes }).map((chunk) => chunk.text);

describe('control marks', () => {
  it.each([
    ['[v16]你好[t5]', '你好'],
    ['[v[x1]16]你好', '你好'],
    ['[[v16]v0]你好', '你好'],
    ['[=hao3]好', '好'],
    ['[2]反诈', '反诈'],
    ['拨打[96110]或[国家反诈中心]', '拨打96110或国家反诈中心'],
    ['没有结尾[v16', '没有结尾v16'],
    ['］［v0］', 'v0'],
  ])('in %s', (text, said) => {
    expect(stripControlMarks(text)).toBe(said);
  });

  it('are gone also where invisible characters hid them', () => {
    expect(texts('[v\u200b16]你好\u0007[\ufeffd]', 200)).toEqual(['你好']);
  });
});

describe('chunks', () => {
  it('leave alone what fits', () => {
    expect(prepareSpeech('宇音天下', { encoding: 'gb2312', maxBytes: 200 })).toEqual([
      { text: '宇音天下', bytes: Uint8Array.from(Buffer.from('D3EED2F4CCECCFC2', 'hex')) },
    ]);
  });

  it('end at sentences before clauses, and at clauses before words', () => {
    expect(texts('不听，不信。不转账，不透露。', 16)).toEqual(['不听，不信。', '不转账，不透露。']);
    expect(texts('陌生来电不要接，陌生链接不要点', 18)).toEqual(['陌生来电不要接，', '陌生链接不要点']);
    expect(texts('call the hot line', 10)).toEqual(['call the', 'hot line']);
  });

  it('keep closing quotes, numbers and times whole', () => {
    expect(texts('他说“转账。”你别信', 14)).toEqual(['他说“转账。”', '你别信']);
    expect(texts('请拨打反诈热线96110', 16)).toEqual(['请拨打反诈热线', '96110']);
    expect(texts('共骗走12,345.67元', 14)).toEqual(['共骗走', '12,345.67元']);
  });

  it('cut between characters where there is no better place', () => {
    expect(texts('一二三四五六七', 5)).toEqual(['一二', '三四', '五六', '七']);
    expect(texts('a'.repeat(9), 4)).toEqual(['aaaa', 'aaaa', 'a']);
  });

  it('make lines into sentences, and leave out what says nothing', () => {
    expect(texts('第一行\r\n\n第二行。\n', 200)).toEqual(['第一行。第二行。']);
    expect(prepareSpeech(' ……！\n[v5]', gbk)).toEqual([]);
  });

  it('refuse characters that the chip lacks, all at once', () => {
    expect.assertions(3);
    try {
      prepareSpeech('反诈😀中心😀, ☃', gbk);
    } catch (error) {
      expect(errorCode(error)).toBe('speech-characters');
      expect(error).toBeInstanceOf(XiaolabaError);
      if (error instanceof XiaolabaError) {
        expect(error.details).toEqual({ encoding: 'gbk', characters: ['😀', '☃'] });
      }
    }
  });

  it.each(['utf-16be', 'utf-16le'] as const)('refuse in %s what lies beyond the first plane', (encoding) => {
    expect(() => prepareSpeech('好😀', { encoding, maxBytes: 200 })).toThrow(XiaolabaError);
    expect(prepareSpeech('好', { encoding, maxBytes: 4 })).toHaveLength(1);
  });

  it('refuse a size that holds no character', () => {
    expect.assertions(1);
    try {
      prepareSpeech('好', { encoding: 'gbk', maxBytes: 1 });
    } catch (error) {
      expect(errorCode(error)).toBe('speech-chunk-size');
    }
  });

  it('hold together the whole text, within the size, in whole characters, without brackets', () => {
    const piece = fc.constantFrom(...'不要转账给陌生人，。！[]v16 96110abc=“”\n镕：');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 120 }),
        fc.integer({ min: 4, max: 40 }),
        fc.constantFrom('gbk', 'utf-16be', 'utf-16le'),
        (pieces, maxBytes, encoding) => {
          const chunks = prepareSpeech(pieces.join(''), { encoding, maxBytes });
          for (const { text, bytes } of chunks) {
            expect(bytes.length).toBeLessThanOrEqual(maxBytes);
            expect(decodeText(bytes, encoding)).toBe(text);
            expect(text).not.toMatch(/[[\]\n]|^\s|\s$/);
          }
          const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');
          const said = chunks.map((chunk) => letters(chunk.text)).join('');
          expect(said).toBe(letters(stripControlMarks(pieces.join(''))));
        },
      ),
    );
  });
});

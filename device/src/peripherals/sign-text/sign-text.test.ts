import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText, readGbk } from './charset.js';
import { jetFileLines, onbonText } from './sign-text.js';

const roomy = { maxBytes: 1024, multiLine: true };

describe('character sets', () => {
  it('reads GBK that it can write again', () => {
    expect(readGbk(Buffer.from('b7b4d5a9', 'hex'))).toBe('反诈');
    expect(readGbk(Buffer.from('ff41', 'hex'))).toBeUndefined();
    expect(readGbk(Buffer.from('41b7', 'hex'))).toBeUndefined();
  });
  it('tells GB2312 from the rest of GBK', () => {
    expect(encodeText('反诈A。①Ж', 'gb2312').unknown).toEqual([]);
    expect(encodeText('镕禇ⅰḿ', 'gb2312').unknown).toEqual(['镕', '禇', 'ⅰ', 'ḿ']);
    expect(encodeText('镕ⅰ', 'gbk').unknown).toEqual([]);
    expect(encodeText('a😀b😀ก', 'gbk').unknown).toEqual(['😀', 'ก']);
  });
  it('lets no character into GB2312 that hides a backslash', () => {
    const hiding = Array.from({ length: 0x7e }, (_, at) => readGbk(Uint8Array.of(0x81 + at, 0x5c))).filter(
      (text) => text !== undefined,
    );
    expect(hiding.length).toBeGreaterThan(100);
    expect(encodeText(hiding.join(''), 'gb2312').unknown).toEqual(hiding);
  });
});

describe('text for Onbon cards', () => {
  it('lets no live sequence through', () => {
    expect(onbonText('\\C1红\\FO001', roomy)).toBe('＼C1红＼FO001');
    expect(onbonText('一\r\n二', roomy)).toBe('一\\n二');
    expect(onbonText('一\n\n二\u0007', { ...roomy, multiLine: false })).toBe('一 二');
  });
  it('says which characters the font lacks, and when there is too much', () => {
    expect(() => onbonText('防骗😀', roomy)).toThrow(
      expect.objectContaining({ code: 'text-not-on-sign', details: { characters: ['😀'] } }),
    );
    expect(() => onbonText('防骗', { ...roomy, maxBytes: 3 })).toThrow(
      expect.objectContaining({ code: 'text-too-long', details: { bytes: 4, maxBytes: 3 } }),
    );
    expect(onbonText('防骗', { ...roomy, maxBytes: 4 })).toBe('防骗');
  });
});

describe('text for JetFile II signs', () => {
  it('leaves lines without control codes', () => {
    const rules = { ...roomy, charset: 'gbk' } as const;
    expect(jetFileLines('a\u0004b\u001c1\tc\n镕', rules)).toEqual({ lines: ['ab1 c', '镕'], bytes: 8 });
    expect(() => jetFileLines('镕', { ...rules, charset: 'gb2312' })).toThrow(
      expect.objectContaining({ code: 'text-not-on-sign' }),
    );
  });
  it('holds for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), fc.boolean(), (text, multiLine) => {
        const { lines } = jetFileLines(text, { charset: 'gb2312', maxBytes: 1024, multiLine });
        for (const line of lines) expect(line).toMatch(/^[\x20-\x7e]*$/);
        const shown = onbonText(text, { maxBytes: 1024, multiLine });
        expect(shown.replaceAll('\\n', '')).not.toContain('\\');
      }),
    );
  });
});

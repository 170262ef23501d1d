import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charsets, decodeText, encodeText, missingCharacters } from './character-set.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('character sets', () => {
  it('has the 7445 characters of GB 2312-80 and no other', () => {
    let found = 0;
    for (let lead = 0x80; lead <= 0xff; lead += 1) {
      for (let trail = 0x40; trail <= 0xff; trail += 1) {
        if (decodeText(bytes(lead, trail), 'gb2312') !== undefined) found += 1;
      }
    }
    expect(found).toBe(7445);
  });

  it('keeps GBK and GB2312 apart, and Big5 from both', () => {
    expect(encodeText('镕', 'gbk')).toEqual(bytes(0xe9, 0x46));
    expect(encodeText('镕', 'gb2312')).toBeUndefined();
    expect(encodeText('詐騙', 'big5')).toEqual(bytes(0xb6, 0x42, 0xc4, 0x46));
    expect(encodeText('诈骗', 'big5')).toBeUndefined();
  });

  it('reads GBK that it can write again', () => {
    expect(decodeText(bytes(0xb7, 0xb4, 0xd5, 0xa9), 'gbk')).toBe('反诈');
    expect(decodeText(bytes(0xff, 0x41), 'gbk')).toBeUndefined();
    expect(decodeText(bytes(0x41, 0xb7), 'gbk')).toBeUndefined();
    // User-defined cells, and the euro sign that one vendor put at 80.
    expect(decodeText(bytes(0xaa, 0xa1), 'gbk')).toBeUndefined();
    expect(encodeText('€', 'gbk')).toBeUndefined();
  });

  it('tells GB2312 from the rest of GBK', () => {
    expect(missingCharacters('反诈A。①Ж', 'gb2312')).toEqual([]);
    expect(missingCharacters('镕禇ⅰḿ', 'gb2312')).toEqual(['镕', '禇', 'ⅰ', 'ḿ']);
    expect(missingCharacters('镕ⅰ', 'gbk')).toEqual([]);
    expect(missingCharacters('a😀b😀ก', 'gbk')).toEqual(['😀', 'ก']);
  });

  it('lets no character into GB2312 that hides a backslash', () => {
    const hiding = Array.from({ length: 0x7e }, (_, at) => decodeText(bytes(0x81 + at, 0x5c), 'gbk')).filter(
      (text) => text !== undefined,
    );
    expect(hiding.length).toBeGreaterThan(100);
    expect(missingCharacters(hiding.join(''), 'gb2312')).toEqual(hiding);
  });

  it('never writes a question mark for something else', () => {
    expect(encodeText('?', 'gbk')).toEqual(bytes(0x3f));
    for (const charset of ['gb2312', 'gbk', 'big5'] as const) {
      expect(encodeText('😀', charset)).toBeUndefined();
      expect(missingCharacters('好😀好é€😀', charset)).toContain('😀');
    }
    expect(missingCharacters('反诈😀镕😀', 'gb2312')).toEqual(['😀', '镕']);
  });

  it('orders the bytes of UTF-16 as named, and keeps a leading byte order mark', () => {
    expect(encodeText('中', 'utf-16be')).toEqual(bytes(0x4e, 0x2d));
    expect(encodeText('中', 'utf-16le')).toEqual(bytes(0x2d, 0x4e));
    expect(decodeText(bytes(0xfe, 0xff, 0x4e, 0x2d), 'utf-16be')).toBe('\ufeff中');
    expect(decodeText(bytes(0x4e), 'utf-16be')).toBeUndefined();
    expect(decodeText(bytes(0xd8, 0x00), 'utf-16be')).toBeUndefined();
  });

  it('reads only what it writes again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.constantFrom(...charsets), (raw, charset) => {
        const text = decodeText(raw, charset);
        if (text !== undefined) expect(encodeText(text, charset)).toEqual(raw);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffWords, type Part } from './word-diff.js';

const textOf = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('');
const changed = (parts: readonly Part[]): string[] => parts.flatMap((part) => (part.changed ? [part.text] : []));

describe('two texts word by word', () => {
  it('marks what one has and the other has not', () => {
    const { before, after } = diffWords('甲小区昨天有人被骗二万元', '甲小区昨天有人被骗三十万元');
    expect(changed(before).join('')).toContain('二');
    expect(changed(after).join('')).toContain('三');
    expect(before[0]).toEqual({ text: expect.stringContaining('甲小区昨天有人'), changed: false });
  });

  it('leaves nothing out, and marks nothing of what both are', () => {
    const words = fc
      .array(fc.constantFrom('刷单', '是', '诈骗', '，', '不', '转账', '110'))
      .map((list) => list.join(''));
    fc.assert(
      fc.property(words, words, (one, other) => {
        const { before, after } = diffWords(one, other);
        expect(textOf(before)).toBe(one);
        expect(textOf(after)).toBe(other);
        const same = (parts: readonly Part[]) => textOf(parts.filter((part) => !part.changed));
        expect(same(before)).toBe(same(after));
        if (one === other) expect(changed(before)).toEqual([]);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jetFileLines, onbonText } from './sign-text.js';

const roomy = { maxBytes: 1024, multiLine: true };

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

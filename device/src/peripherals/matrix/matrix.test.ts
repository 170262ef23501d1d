import { describe, expect, it } from 'vitest';
import { packRows, renderText, windowOf } from './render.js';
import { parseUnifont } from './unifont.js';

// Three lines of GNU Unifont 15.
const font = parseUnifont(
  [
    '0020:00000000000000000000000000000000',
    '0041:0000000018242442427E424242420000',
    '4E2D:01000100010001003FF8210821082108210821083FF821080100010001000100',
    '',
  ].join('\n'),
);

const picture = (columns: Uint16Array): string[] =>
  Array.from({ length: 16 }, (_, row) => [...columns].map((lit) => ((lit >> row) & 1 ? '#' : '.')).join(''));

describe('unifont', () => {
  it('reads glyphs of 8 dots', () => {
    expect(picture(renderText('A', font).columns).slice(3, 10)).toEqual([
      '........',
      '...##...',
      '..#..#..',
      '..#..#..',
      '.#....#.',
      '.#....#.',
      '.######.',
    ]);
  });
  it('reads glyphs of 16 dots', () => {
    const { columns } = renderText('中', font);
    expect(columns).toHaveLength(16);
    expect(picture(columns).slice(3, 6)).toEqual(['.......#........', '..###########...', '..#....#....#...']);
    expect(columns[7]).toBe(0xffff);
  });
  it('takes the line ends of other systems and skips empty lines', () => {
    expect(parseUnifont('\r\n0041:0000000018242442427E424242420000\r\n').glyph(0x41)?.columns).toHaveLength(8);
    expect(font.glyph(0x42)).toBeUndefined();
  });
  it.each(['0041:00', 'xyz', '41:0000000018242442427E424242420000', '0041:0000000018242442427E42424242000g'])(
    'refuses %s',
    (line) => {
      expect(() => parseUnifont(`0020:00000000000000000000000000000000\n${line}`)).toThrow(
        expect.objectContaining({ code: 'font-malformed', details: { line: 2 } }),
      );
    },
  );
});

describe('rendering', () => {
  const dots = renderText('A中', font);
  it('sets glyphs side by side', () => {
    expect(dots.columns).toHaveLength(24);
    expect(dots.columns.subarray(8)).toEqual(renderText('中', font).columns);
  });
  it('says which glyphs are missing', () => {
    expect(() => renderText('AB诈B', font)).toThrow(
      expect.objectContaining({ code: 'glyph-missing', details: { characters: ['B', '诈'] } }),
    );
  });
  it('cuts what a sign shows while it scrolls', () => {
    expect([...windowOf(dots, -4, 32).columns.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(windowOf(dots, 8, 16).columns).toEqual(renderText('中', font).columns);
    expect([...windowOf(dots, 24, 8).columns]).toEqual(Array(8).fill(0));
  });
  it('packs rows as the font has them', () => {
    expect(Buffer.from(packRows(renderText('A', font))).toString('hex')).toBe('0000000018242442427e424242420000');
    expect(Buffer.from(packRows(renderText('中', font))).toString('hex')).toBe(
      '01000100010001003ff8210821082108210821083ff821080100010001000100',
    );
  });
  it('fills the last byte of a row with dark', () => {
    const part = windowOf(renderText('中', font), 0, 10);
    const rows = packRows(part);
    expect(rows).toHaveLength(32);
    expect([...rows.subarray(8, 10)]).toEqual([0x3f, 0xc0]);
    expect([...packRows(part, { inverted: true }).subarray(8, 10)]).toEqual([0xc0, 0x3f]);
  });
});

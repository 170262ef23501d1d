import { type GlyphSource, MATRIX_HEIGHT, packRows, renderText } from '@xiaolaba/device/peripherals';
import type { SignScene } from './module-twin.js';

type Strip = SignScene['strip'];

/** As wide as cards leave room for a character that their font lacks. */
const gap = { columns: new Uint16Array(16) };

/** Lines one below the other, as a card with this font lights them; a character that it lacks stays dark. */
export function stripOf(lines: readonly string[], glyphs: GlyphSource): Strip {
  const font: GlyphSource = { glyph: (codePoint) => glyphs.glyph(codePoint) ?? gap };
  const pictures = lines.map((line) => renderText(line, font));
  const columns = Math.max(0, ...pictures.map((picture) => picture.columns.length));
  const bits = pictures.map((picture) => {
    const wide = new Uint16Array(columns);
    wide.set(picture.columns);
    return packRows({ height: MATRIX_HEIGHT, columns: wide });
  });
  return { columns, rows: MATRIX_HEIGHT * lines.length, bits: Buffer.concat(bits).toString('base64') };
}

export const isDark = ({ bits }: Strip): boolean => Buffer.from(bits, 'base64').every((value) => value === 0);

const dotsOf = (character: string, glyphs: GlyphSource): number =>
  glyphs.glyph(character.codePointAt(0) ?? 0)?.columns.length ?? gap.columns.length;

/** Breaks a line where the sign's width ends, as cards do that wrap by themselves. */
export function wrapped(line: string, columns: number, glyphs: GlyphSource): string[] {
  const lines: string[] = [];
  let [current, width] = ['', 0];
  for (const character of line) {
    const dots = dotsOf(character, glyphs);
    if (width + dots > columns && current !== '') {
      lines.push(current);
      [current, width] = ['', 0];
    }
    current += character;
    width += dots;
  }
  return [...lines, current];
}

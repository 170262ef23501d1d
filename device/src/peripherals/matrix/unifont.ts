/**
 * GNU Unifont's `.hex` format, as in Debian's /usr/share/unifont/unifont.hex: one line per character, its code point,
 * a colon, and 16 rows from the top of 8 or 16 dots each, the leftmost dot in the highest bit.
 */
import { worldError } from '@xiaolaba/protocol';
import { type Glyph, type GlyphSource, MATRIX_HEIGHT } from './glyphs.js';

/** Where Debian's package `unifont` puts it. */
export const debianFont = '/usr/share/unifont/unifont.hex';

const line = /^([0-9A-Fa-f]{4,6}):([0-9A-Fa-f]{32}|[0-9A-Fa-f]{64})\r?$/;

function toGlyph(rows: string): Glyph {
  const digits = rows.length / MATRIX_HEIGHT;
  const columns = new Uint16Array(rows.length / 4);
  for (let row = 0; row < MATRIX_HEIGHT; row++) {
    const dots = Number.parseInt(rows.slice(row * digits, (row + 1) * digits), 16);
    for (let column = 0; column < columns.length; column++)
      if ((dots >> (columns.length - 1 - column)) & 1) columns[column] = (columns[column] ?? 0) | (1 << row);
  }
  return { columns };
}

/** @throws XiaolabaError (world) `font-malformed` with `details.line`, counted from 1 */
export function parseUnifont(text: string): GlyphSource {
  // Kept as text, made into dots when asked for: a sign shows a few hundred of sixty thousand characters.
  const rows = new Map<number, string>();
  for (const [index, written] of text.split('\n').entries()) {
    if (written.trim() === '' || written.startsWith('#')) continue;
    const [, code, dots] = line.exec(written) ?? [];
    if (code === undefined || dots === undefined)
      throw worldError('font-malformed', `line ${index + 1} is no glyph of 8 or 16 by 16 dots`, { line: index + 1 });
    rows.set(Number.parseInt(code, 16), dots);
  }
  return {
    glyph(codePoint) {
      const dots = rows.get(codePoint);
      return dots === undefined ? undefined : toGlyph(dots);
    },
  };
}

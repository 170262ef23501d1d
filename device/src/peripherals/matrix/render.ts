/** Text as dots, for cards that take bitmaps and for the bench's picture of a sign. */
import { callerError } from '@xiaolaba/protocol';
import { type GlyphSource, MATRIX_HEIGHT } from './glyphs.js';

/** Columns from the left; in each column bit 0 is the top dot, bit 15 the lowest. */
export interface DotColumns {
  readonly height: typeof MATRIX_HEIGHT;
  readonly columns: Uint16Array;
}

/**
 * One line of text, its glyphs side by side.
 * @throws XiaolabaError (caller) `glyph-missing` with `details.characters`
 */
export function renderText(text: string, glyphs: GlyphSource): DotColumns {
  const missing = new Set<string>();
  const parts: Uint16Array[] = [];
  for (const character of text.normalize('NFC')) {
    const found = glyphs.glyph(character.codePointAt(0) ?? 0);
    if (found === undefined) missing.add(character);
    else parts.push(found.columns);
  }
  if (missing.size > 0)
    throw callerError('glyph-missing', `no glyph for ${[...missing].join(' ')}`, { characters: [...missing] });
  const columns = new Uint16Array(parts.reduce((width, part) => width + part.length, 0));
  let at = 0;
  for (const part of parts) {
    columns.set(part, at);
    at += part.length;
  }
  return { height: MATRIX_HEIGHT, columns };
}

/**
 * What a sign of `width` columns shows of a text at a time. `offset` counts columns from the text's left edge and may
 * be negative or past its end: there it is dark. A text that scrolls in from the right goes from -width to its length.
 */
export function windowOf(dots: DotColumns, offset: number, width: number): DotColumns {
  const columns = new Uint16Array(width);
  for (let column = 0; column < width; column++) columns[column] = dots.columns[offset + column] ?? 0;
  return { height: dots.height, columns };
}

export interface Packing {
  /** Cards whose lamps shine on a 0. */
  readonly inverted: boolean;
}

/** Row by row from the top, eight dots a byte, leftmost in the highest bit; the last byte of a row is filled with dark. */
export function packRows(dots: DotColumns, { inverted }: Packing = { inverted: false }): Uint8Array {
  const stride = Math.ceil(dots.columns.length / 8);
  const bytes = new Uint8Array(stride * dots.height);
  for (const [column, lit] of dots.columns.entries())
    for (let row = 0; row < dots.height; row++)
      if ((lit >> row) & 1) {
        const at = row * stride + (column >> 3);
        bytes[at] = (bytes[at] ?? 0) | (0x80 >> (column & 7));
      }
  return inverted ? bytes.map((value) => ~value & 0xff) : bytes;
}

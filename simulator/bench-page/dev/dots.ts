import { existsSync, readFileSync } from 'node:fs';
import { debianFont, type GlyphSource, packRows, parseUnifont, renderText } from '@xiaolaba/device/peripherals';
import type { SignScene } from '@xiaolaba/simulator/bench-contract';

/** Where the font isn't installed, a lattice in the place of every character: still dots that move. */
const lattice: GlyphSource = {
  glyph: (codePoint) => ({ columns: Uint16Array.from({ length: 16 }, (_, x) => (codePoint * (x + 3)) & 0x7ffe) }),
};
let font: GlyphSource | undefined;

/** Lines of 16 dots one below the other, each in the middle of `width` columns where it is narrower. */
export const stripOf = (text: string, width: number): SignScene['strip'] => {
  font ??= existsSync(debianFont) ? parseUnifont(readFileSync(debianFont, 'utf8')) : lattice;
  const glyphs = font;
  const lines = text.split('\n').map((one) => renderText(one, glyphs));
  const columns = Math.max(lines.length > 1 ? width : 0, ...lines.map((one) => one.columns.length));
  const rows = lines.map((one) => {
    const wide = new Uint16Array(columns);
    wide.set(one.columns, Math.floor((columns - one.columns.length) / 2));
    return packRows({ height: one.height, columns: wide });
  });
  return { columns, rows: 16 * lines.length, bits: Buffer.concat(rows).toString('base64') };
};

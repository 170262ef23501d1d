/** How many dots high every glyph here is. */
export const MATRIX_HEIGHT = 16;

/** A character's dots, column by column from the left; in each column bit 0 is the top dot, bit 15 the lowest. */
export interface Glyph {
  readonly columns: Uint16Array;
}

export interface GlyphSource {
  glyph(codePoint: number): Glyph | undefined;
}

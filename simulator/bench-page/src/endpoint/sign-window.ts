import type { SignScene } from '@xiaolaba/simulator/bench-contract';

/** Which dot of the strip stands at the sign's top left corner; where it is outside, the sign is dark. */
export interface SignWindow {
  readonly column: number;
  readonly row: number;
}

/** A pile of pages, or a long line that is cut into pages as wide as the sign. */
const pagesOf = ({ strip, rows, columns }: SignScene): { readonly count: number; readonly isTall: boolean } =>
  strip.rows > rows
    ? { count: Math.ceil(strip.rows / rows), isTall: true }
    : { count: Math.max(1, Math.ceil(strip.columns / columns)), isTall: false };

/** Where a sign stands in its text `elapsedMs` after the first column came in. Whole dots: diodes don't slide. */
export const signWindow = (scene: SignScene, elapsedMs: number): SignWindow => {
  const { strip, rows, columns, motion, dotsPerSecond, stayMs } = scene;
  const elapsed = Math.max(0, elapsedMs);
  const middle = strip.rows < rows ? -Math.floor((rows - strip.rows) / 2) : 0;
  if (motion === 'static' || dotsPerSecond <= 0) return { column: 0, row: middle };
  const dots = Math.floor((elapsed / 1000) * dotsPerSecond);
  if (motion === 'left') return { column: (dots % (strip.columns + columns)) - columns + 1, row: middle };
  const { count, isTall } = pagesOf(scene);
  const riseMs = (rows / dotsPerSecond) * 1000;
  const page = Math.floor(elapsed / (riseMs + stayMs)) % count;
  const into = elapsed % (riseMs + stayMs);
  const below = into >= riseMs ? 0 : rows - Math.min(rows, Math.floor((into / 1000) * dotsPerSecond));
  return { column: isTall ? 0 : page * columns, row: (isTall ? page * rows : middle) - below };
};

export interface DotStrip {
  isLit(column: number, row: number): boolean;
}

/** The dots of a strip, read in place. */
export const readStrip = ({ columns, rows, bits }: SignScene['strip']): DotStrip => {
  const bytes = Uint8Array.from(atob(bits), (character) => character.charCodeAt(0));
  const stride = Math.ceil(columns / 8);
  return {
    isLit: (column, row) =>
      column >= 0 &&
      column < columns &&
      row >= 0 &&
      row < rows &&
      (((bytes[row * stride + (column >> 3)] ?? 0) >> (7 - (column & 7))) & 1) === 1,
  };
};

/** Whether a row of the window belongs to the page that is due, and not to the one that came before or follows. */
export const isOfPage = (scene: SignScene, { row }: SignWindow, y: number): boolean => {
  if (scene.motion !== 'up' || scene.strip.rows <= scene.rows) return true;
  const page = Math.ceil(row / scene.rows);
  const at = row + y;
  return at >= page * scene.rows && at < (page + 1) * scene.rows;
};

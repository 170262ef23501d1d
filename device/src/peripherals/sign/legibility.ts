/** How text moves so that people who pass can read it. */

/** Dots a second: four Chinese characters of 16 dots. Read well between 48 and 80. */
export const legibleDotsPerSecond = 64;

/** Width in dots, as the fonts of signs have it: 8 for ASCII, 16 for the rest. */
export function dotsAcross(text: string): number {
  let dots = 0;
  for (const character of text) dots += character >= ' ' && character <= '~' ? 8 : 16;
  return dots;
}

/** The slot of a table of speeds that comes nearest to what is legible. */
export function legibleSpeed(dotsPerSecond: readonly number[]): number {
  const off = dotsPerSecond.map((speed) => Math.abs(speed - legibleDotsPerSecond));
  return off.indexOf(Math.min(...off));
}

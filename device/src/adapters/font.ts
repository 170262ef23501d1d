import { readFile } from 'node:fs/promises';
import { worldError } from '@xiaolaba/protocol';
import { type GlyphSource, parseUnifont } from '../peripherals/index.js';

/** @throws XiaolabaError (world) `font-missing`, `font-malformed` */
export async function readFont(path: string): Promise<GlyphSource> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw worldError('font-missing', 'no font for signs that take dots', { path }, cause);
  });
  return parseUnifont(text);
}

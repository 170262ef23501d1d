import { type FittedText, fitText, type SignShape } from '../library/text-fit.js';

export interface SignFit {
  readonly sign: SignShape;
  /** Signs of this size and character set. */
  readonly count: number;
  readonly fitted: FittedText;
}

/** A text on each kind of sign among many, in the order in which the kinds are met. */
export function signFits(text: string, signs: readonly SignShape[]): SignFit[] {
  const shapes = new Map<string, { sign: SignShape; count: number }>();
  for (const sign of signs) {
    const key = JSON.stringify(sign);
    shapes.set(key, { sign, count: (shapes.get(key)?.count ?? 0) + 1 });
  }
  return [...shapes.values()].map(({ sign, count }) => ({ sign, count, fitted: fitText(text, sign) }));
}

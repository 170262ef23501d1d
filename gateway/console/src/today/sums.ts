import type { DayView } from '@xiaolaba/gateway/contract';

/** Places covered, of those where something was expected, over all kinds. */
export const coveredOf = ({ kinds }: Pick<DayView, 'kinds'>): { n: number; of: number } =>
  kinds.reduce((sum, { covered, of }) => ({ n: sum.n + covered, of: sum.of + of }), { n: 0, of: 0 });

/** Why things were missed, the commonest first. */
export const causesOf = ({ causes }: Pick<DayView, 'causes'>) =>
  (Object.entries(causes) as [keyof DayView['causes'], number][])
    .filter(([, n]) => n > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([cause, n]) => ({ cause, n }));

/** A share as a whole number of hundredths. */
export const percent = (share: number): string => `${Math.round(share * 100)}%`;
/** By how many points of a hundred a forecast was off. */
export const points = (error: number): string => Math.abs(error).toFixed(1).replace(/\.0$/, '');

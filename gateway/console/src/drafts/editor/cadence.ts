const factors = { s: 1, m: 60, h: 3600 } as const;
export type DurationUnit = keyof typeof factors;
export const durationUnits = ['s', 'm', 'h'] as const satisfies readonly DurationUnit[];

/** `30s`, `10m`, `1h` as its number and unit; what is not one is nothing yet. */
export function durationOf(text: string | undefined): { readonly n: number; readonly unit: DurationUnit } {
  const [, n, unit] = /^(\d+)([smh])$/.exec(text ?? '') ?? [];
  return { n: Number(n ?? 0), unit: durationUnits.find((one) => one === unit) ?? 'm' };
}
export const secondsOf = (text: string): number => {
  const { n, unit } = durationOf(text);
  return n * factors[unit];
};

/** The least and the middle of what the rounds gave. */
export interface Spread {
  readonly min: number;
  readonly median: number;
}

/** The same measure of ours and of a peer, and how the medians compare (ours ÷ peer's). */
export interface Comparison {
  readonly ours: Spread;
  readonly peer: Spread;
  readonly ratio: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
  return { min: sorted[0] ?? Number.NaN, median };
}

export function compare(ours: readonly number[], peer: readonly number[]): Comparison {
  const own = spread(ours);
  const other = spread(peer);
  return { ours: own, peer: other, ratio: own.median / other.median };
}

export const scaled = ({ ours, peer, ratio }: Comparison, by: number): Comparison => ({
  ours: { min: ours.min * by, median: ours.median * by },
  peer: { min: peer.min * by, median: peer.median * by },
  ratio,
});

/** Columns that a terminal gives a text: Chinese characters and full-width signs take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text)
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
      character,
    )
      ? 2
      : 1;
  return columns;
}

const pad = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)));
const padLeft = (text: string, to: number): string => ' '.repeat(Math.max(0, to - width(text))) + text;

const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 10 ? 1 : 2);
const spreadText = ({ median, min }: Spread): string => `${figure(median)} (${figure(min)})`;

/** What is far below one would read as nought. */
const ratioText = (ratio: number): string => (ratio < 0.1 ? ratio.toPrecision(1) : ratio.toFixed(2));

/** Lines of a table: what was measured, ours, the peer's, and the ratio. */
export function comparisonTable(
  columns: { readonly what: string; readonly ours: string; readonly peer: string; readonly ratio: string },
  comparisons: readonly (readonly [what: string, one: Comparison])[],
): string[] {
  const rows: string[][] = [
    [columns.what, columns.ours, columns.peer, columns.ratio],
    ...comparisons.map(([what, one]) => [what, spreadText(one.ours), spreadText(one.peer), ratioText(one.ratio)]),
  ];
  return textTable(rows);
}

/** Rows as lines of aligned columns, the first to the left and figures to the right. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => width(row[at] ?? ''))));
  return rows.map((row) => row.map((cell, at) => (at === 0 ? pad : padLeft)(cell, widths[at] ?? 0)).join('  '));
}

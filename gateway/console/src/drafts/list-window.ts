/** Rows drawn beyond what is in sight, so that scrolling shows no gap. */
const spare = 6;

/** Which rows of a long list to draw; heights in pixels. */
export function windowOf(list: {
  readonly rows: number;
  readonly height: number;
  readonly top: number;
  readonly view: number;
}): { readonly from: number; readonly to: number } {
  const { rows, height, top, view } = list;
  const inSight = Math.ceil(view / height);
  const first = Math.max(0, Math.min(Math.floor(top / height), rows - inSight));
  return { from: Math.max(0, first - spare), to: Math.min(rows, first + inSight + spare) };
}

export interface Span {
  readonly from: number;
  readonly to: number;
}
/** Something that lies along the day and can be chosen. */
export interface StripBar {
  readonly key: string;
  readonly startAt: number;
  readonly endAt: number;
}

/** From instants to pixels and back along one axis. */
export interface StripScale extends Span {
  readonly width: number;
  x(instant: number): number;
  at(x: number): number;
}

export const stripScale = (from: number, to: number, width: number): StripScale => ({
  from,
  to,
  width,
  x: (instant) => ((instant - from) / (to - from)) * width,
  at: (x) => from + (x / width) * (to - from),
});

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [1, 2, 5, 10, 15, 30]
  .map((n) => n * second)
  .concat([1, 2, 5, 10, 15, 30].map((n) => n * minute))
  .concat([1, 2, 3, 6].map((n) => n * hour));

/** Marks of the axis at round distances from `origin` (the start of the day), at least `room` pixels apart. */
export const ticks = (scale: StripScale, origin: number, room: number): { step: number; at: readonly number[] } => {
  const perPixel = (scale.to - scale.from) / scale.width;
  const step = steps.find((one) => one / perPixel >= room) ?? 6 * hour;
  const at: number[] = [];
  for (let one = origin + Math.ceil((scale.from - origin) / step) * step; one <= scale.to; one += step) at.push(one);
  return { step, at };
};

/** The hours in which something is due, with a margin; the whole day where nothing is. */
export const activeSpan = (day: Span, slots: readonly Pick<StripBar, 'startAt' | 'endAt'>[]): Span => {
  if (slots.length === 0) return { from: day.from, to: day.to };
  const from = Math.min(...slots.map(({ startAt }) => startAt));
  const to = Math.max(...slots.map(({ endAt }) => endAt));
  const margin = Math.max(10 * minute, (to - from) * 0.06);
  const missing = Math.max(0, 2 * hour - (to - from + 2 * margin)) / 2;
  return { from: Math.max(day.from, from - margin - missing), to: Math.min(day.to, to + margin + missing) };
};

/** No bar is drawn narrower than this, in pixels. */
export const thinnest = 3;
/** Further off than this, in pixels, a point means no bar. */
const reach = 10;

/** The bar of a lane that a point means: the nearest, if it is near at all. */
export const nearestBar = (bars: readonly StripBar[], scale: StripScale, x: number): StripBar | undefined => {
  let best: StripBar | undefined;
  let least = reach;
  for (const bar of bars) {
    const left = scale.x(bar.startAt);
    const right = Math.max(left + thinnest, scale.x(bar.endAt));
    const distance = x < left ? left - x : Math.max(0, x - right);
    if (distance >= least) continue;
    least = distance;
    best = bar;
  }
  return best;
};

import type { Programme, Today } from '@xiaolaba/gateway/contract';

interface Span {
  readonly from: number;
  readonly to: number;
}

const hour = 3_600_000;

/** The hours of the day that are worth drawing: whole ones, from the first programme to the last, and the present one. */
export const drawnHours = (day: Today['span'], programme: readonly Programme[], now: number): Span => {
  const spans = programme.flatMap(({ lines }) => lines.flatMap(({ spans }) => spans));
  const present = now >= day.from && now < day.to ? [now] : [];
  const first = Math.min(...spans.map(({ from }) => from), ...present, day.to);
  const last = Math.max(...spans.map(({ to }) => to), ...present, day.from);
  if (first > last) return day;
  const from = Math.max(day.from, day.from + Math.floor((first - day.from) / hour) * hour);
  const to = Math.min(day.to, day.from + Math.ceil((last - day.from + 1) / hour) * hour);
  return { from, to };
};

/** Per cent of the way across. */
export const across = ({ from, to }: Span, at: number): number =>
  Math.min(100, Math.max(0, (100 * (at - from)) / (to - from)));

/** Whole hours to be named, few enough to be read. */
export const namedHours = ({ from, to }: Span, most: number): number[] => {
  const hours = Math.round((to - from) / hour);
  const step = [1, 2, 3, 4, 6].find((one) => hours / one <= most) ?? 6;
  return Array.from({ length: Math.floor(hours / step) + 1 }, (_, index) => from + index * step * hour);
};

import type { SiteKind } from '@xiaolaba/protocol';
import type { Point } from './projection.js';

const n = (value: number): string => String(Math.round(value * 100) / 100);
const at = ({ x, y }: Point): string => `${n(x)} ${n(y)}`;

/** A calm line through all points (Catmull-Rom as cubic curves, tension eased so that it never loops). */
export const smoothPath = (points: readonly Point[]): string => {
  const [first] = points;
  if (!first) return '';
  let path = `M${at(first)}`;
  for (let index = 0; index < points.length - 1; index++) {
    const here = points[index];
    const next = points[index + 1];
    if (!here || !next) continue;
    const before = points[index - 1] ?? here;
    const after = points[index + 2] ?? next;
    const leg = Math.hypot(next.x - here.x, next.y - here.y);
    const handle = (from: Point, to: Point): Point => {
      const span = Math.hypot(to.x - from.x, to.y - from.y) || 1;
      return { x: ((to.x - from.x) / span) * leg * 0.3, y: ((to.y - from.y) / span) * leg * 0.3 };
    };
    const out = handle(before, next);
    const into = handle(here, after);
    path += `C${at({ x: here.x + out.x, y: here.y + out.y })} ${at({ x: next.x - into.x, y: next.y - into.y })} ${at(next)}`;
  }
  return path;
};

/** One outline for each kind, about 12 units across around the origin. */
export const symbols: Record<SiteKind, string> = {
  estate: 'M-4.4-5.4h8.8a1 1 0 0 1 1 1v8.8a1 1 0 0 1-1 1h-8.8a1 1 0 0 1-1-1v-8.8a1 1 0 0 1 1-1z',
  stop: 'M0-4.8a4.8 4.8 0 1 1 0 9.6a4.8 4.8 0 1 1 0-9.6z',
  village: 'M0-6.6L6.4-.8H5V5.4a.6 .6 0 0 1-.6 .6H-4.4A.6 .6 0 0 1-5 5.4V-.8H-6.4z',
  booth: 'M0 7.6C-1.2 4.4-5.6 2.2-5.6-2.2a5.6 5.6 0 1 1 11.2 0C5.6 2.2 1.2 4.4 0 7.6z',
  parking: 'M-4.4-6H.8a4 4 0 0 1 0 8.2H-1.2V6H-4.4zM-1.2-3.3V-.5H.5a1.4 1.4 0 0 0 0-2.8z',
  square: 'M0-6.9L6.9 0 0 6.9-6.9 0z',
};

import type { Position } from '@xiaolaba/protocol';
import type { Stream } from './random.js';

const metresPerDegree = 111_195;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The point at a share of the way between two others; a district is small enough for a flat map. */
export const between = (a: Position, b: Position, share: number): Position => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
];

/** A point so many metres east and north of another. */
export const shifted = (from: Position, east: number, north: number): Position => [
  from[0] + east / (metresPerDegree * Math.cos(radians(from[1]))),
  from[1] + north / metresPerDegree,
];

/** What a receiver says it is at: within a few metres, one standard deviation each way. */
export const measured = (position: Position, noise: Stream, deviationMetres = 3): Position =>
  shifted(position, deviationMetres * noise.normal(), deviationMetres * noise.normal());

import type { Position } from '@xiaolaba/protocol';
import gcoordModule from 'gcoord';

// Its types describe an ES module, what it ships to Node is CommonJS: the default import is the library itself. Whoever
// resolves as a bundler does sees no more than that.
type Gcoord = typeof gcoordModule extends { readonly default: infer Library } ? Library : typeof gcoordModule;
const gcoord = gcoordModule as unknown as Gcoord;

export const referenceSystems = ['WGS84', 'GCJ02', 'BD09'] as const;
/** GCJ02 国测局坐标 is what Chinese map services give out, BD09 what Baidu does; WGS84 is what receivers give. */
export type ReferenceSystem = (typeof referenceSystems)[number];

/** WGS-84 position, rounded to about a decimetre. */
export function toWgs84(longitude: number, latitude: number, system: ReferenceSystem): Position {
  const [x, y] =
    system === 'WGS84' ? [longitude, latitude] : gcoord.transform([longitude, latitude], gcoord[system], gcoord.WGS84);
  const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
  return [round(x), round(y)];
}

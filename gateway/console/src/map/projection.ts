export type LonLat = readonly [longitude: number, latitude: number];
export interface Point {
  readonly x: number;
  readonly y: number;
}

const radians = Math.PI / 180;
const mercatorY = (latitude: number): number => Math.log(Math.tan(Math.PI / 4 + (latitude * radians) / 2));
const earthRadiusMetres = 6_378_137;

export interface Projection {
  /** Drawing units: the longer side of the district is `size` of them. */
  project(position: LonLat): Point;
  readonly width: number;
  readonly height: number;
  /** Drawing units per metre on the ground in the middle of the district. */
  readonly unitsPerMetre: number;
}

/** Mercator (WGS-84), fitted around the given positions with y downwards from the north. */
export const fitProjection = (positions: readonly LonLat[], size = 1000): Projection => {
  const xs = positions.map(([longitude]) => longitude * radians);
  const ys = positions.map(([, latitude]) => mercatorY(latitude));
  const [west, east] = positions.length > 0 ? [Math.min(...xs), Math.max(...xs)] : [0, 0];
  const [south, north] = positions.length > 0 ? [Math.min(...ys), Math.max(...ys)] : [0, 0];
  // A single place has no extent; it still gets ground around it.
  const extent = Math.max(east - west, north - south, 1e-6);
  const scale = size / extent;
  const latitude = 2 * Math.atan(Math.exp((south + north) / 2)) - Math.PI / 2;
  return {
    project: ([longitude, lat]) => ({ x: (longitude * radians - west) * scale, y: (north - mercatorY(lat)) * scale }),
    width: (east - west) * scale,
    height: (north - south) * scale,
    unitsPerMetre: scale / (earthRadiusMetres * Math.cos(latitude)),
  };
};

/** The largest of 1, 2, 5 × 10ⁿ metres whose bar is not longer than `longest` pixels. */
export const scaleBar = (pixelsPerMetre: number, longest: number): { metres: number; pixels: number } => {
  const most = longest / pixelsPerMetre;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((step) => step * power).find((step) => step <= most) ?? power;
  return { metres, pixels: metres * pixelsPerMetre };
};
